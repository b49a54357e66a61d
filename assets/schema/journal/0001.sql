-- What was decided here, by whom and why. Nothing else holds this: it is never dropped.

-- An alert that something was decided about. ARM compares ids without regard to ASCII case, as NOCASE does.
CREATE TABLE subject (
    id INTEGER PRIMARY KEY,
    alert TEXT NOT NULL UNIQUE COLLATE NOCASE,
    assigned TEXT,
    changed_by TEXT
) STRICT;

CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('change', 'undo', 'redo')),
    at INTEGER NOT NULL,           -- microseconds since the epoch
    by TEXT NOT NULL,
    status TEXT,                   -- null for an undo or redo, whose targets have their own
    reason TEXT,
    comment TEXT NOT NULL,
    filter TEXT NOT NULL,
    undoes INTEGER REFERENCES change (id),
    take INTEGER NOT NULL
) STRICT;
CREATE INDEX change_undoes ON change (undoes) WHERE undoes IS NOT NULL;

-- The outbox, and the record of what became of it: one row per change and alert, in the user's order.
CREATE TABLE target (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    change INTEGER NOT NULL REFERENCES change (id),
    subject INTEGER NOT NULL REFERENCES subject (id),
    seen TEXT NOT NULL,            -- the status when it was decided: what an undo returns to
    want TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN
        ('pending', 'sending', 'verified', 'failed', 'conflict', 'unconfirmed', 'cancelled')),
    detail TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    request_id TEXT NOT NULL,      -- x-ms-client-request-id, kept over retries and restarts
    not_before INTEGER NOT NULL DEFAULT 0, -- microseconds since the epoch
    sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1, 2)), -- over all attempts: 0 nothing, 1 perhaps, 2 accepted
    withdrawn INTEGER NOT NULL DEFAULT 0, -- cancelled when it may have been sent: look, but do not send again
    cancelled_by INTEGER REFERENCES change (id), -- the undo that took it back before it was sent
    UNIQUE (change, subject)
) STRICT;
CREATE INDEX target_subject ON target (subject, row);
CREATE INDEX target_change ON target (change, outcome);
CREATE INDEX target_open ON target (subject, row) WHERE outcome IN ('pending', 'sending');
CREATE INDEX target_due ON target (row) WHERE outcome IN ('pending', 'sending');
CREATE INDEX target_cancelled ON target (cancelled_by) WHERE cancelled_by IS NOT NULL;

CREATE TABLE assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject INTEGER NOT NULL REFERENCES subject (id),
    who TEXT,                      -- null: given back
    by TEXT NOT NULL,
    at INTEGER NOT NULL,
    change INTEGER REFERENCES change (id) -- the change that also took the alert over
) STRICT;
CREATE INDEX assignment_subject ON assignment (subject, id);
CREATE INDEX assignment_change ON assignment (change) WHERE change IS NOT NULL;

-- Who may send: one instance at a time.
CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owner TEXT NOT NULL,
    host TEXT NOT NULL,
    process INTEGER NOT NULL,
    started INTEGER NOT NULL,      -- tells a process from a later one with its number
    until INTEGER NOT NULL         -- microseconds since the epoch
) STRICT;
