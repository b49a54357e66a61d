-- Logic apps triggered on alerts. A confirm is a response; it has one run for each of its alerts, sent at most once.

CREATE TABLE response (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,           -- microseconds since the epoch
    by TEXT NOT NULL,
    app TEXT NOT NULL,             -- the logic app's resource id; its callback address is a secret and never here
    trigger_name TEXT NOT NULL,
    host TEXT NOT NULL,            -- who sends it: nobody else ever does
    process INTEGER NOT NULL,
    started INTEGER NOT NULL       -- tells a process from a later one with its number
) STRICT;

CREATE TABLE run (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    response INTEGER NOT NULL REFERENCES response (id),
    subject INTEGER NOT NULL REFERENCES subject (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'sending', 'done', 'failed', 'unknown', 'cancelled')),
    detail TEXT NOT NULL DEFAULT '',
    name TEXT,                     -- what the logic app calls the run, when it said so
    status TEXT,                   -- the run's status when it was last read, as the source spells it
    request_id TEXT NOT NULL,      -- x-ms-client-tracking-id
    marked INTEGER,                -- when sending began; microseconds since the epoch
    UNIQUE (response, subject)
) STRICT;
CREATE INDEX run_subject ON run (subject, row);
CREATE INDEX run_open ON run (row) WHERE outcome IN ('pending', 'sending');
