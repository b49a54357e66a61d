-- What was last read from the source. Everything here can be rebuilt by a full sync.

CREATE TABLE counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next_key INTEGER NOT NULL      -- alert keys are never used twice, also after a removal
) STRICT;
INSERT INTO counter (id, next_key) VALUES (1, 1);

CREATE TABLE subscription (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,       -- GUID, lower-cased
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    place INTEGER,                 -- position among the subscriptions in use; null: no longer in use
    listing INTEGER NOT NULL,      -- number of the last complete listing
    continuation TEXT,             -- next page of a listing that is under way
    last_complete INTEGER,         -- microseconds since the epoch
    last_error TEXT
) STRICT;

-- The interned strings of the in-memory table, in runs: codes `first` .. `first + count - 1`.
CREATE TABLE string_run (
    first INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

-- One alert: `row` is its line of the in-memory table, packed and with a checksum (store/cache/row.rs). Its body is
-- `length` bytes from `start` of the decompressed block.
CREATE TABLE alert (
    key INTEGER PRIMARY KEY,
    subscription INTEGER NOT NULL,
    content_hash INTEGER NOT NULL,
    block INTEGER NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    row BLOB NOT NULL
) STRICT;
CREATE INDEX alert_subscription ON alert (subscription);
CREATE INDEX alert_block ON alert (block);

-- The source's JSON, byte for byte: up to 64 alerts or 256 KiB joined and compressed.
CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,         -- decompressed
    data BLOB NOT NULL
) STRICT;

-- Items of a listing that could not be read.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    subscription INTEGER NOT NULL,
    listing INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    alert TEXT,                    -- the full id, where that much could be read
    reason TEXT NOT NULL,
    raw BLOB NOT NULL,
    UNIQUE (subscription, hash)
) STRICT;
