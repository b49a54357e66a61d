-- The record beside the alert, and the audit log: everything done here that is not a change of status.

-- What was done, once per act however many alerts it was about. Rows are added, never altered or removed.
CREATE TABLE deed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,           -- microseconds since the epoch
    by TEXT NOT NULL,
    kind TEXT NOT NULL,            -- note, assign, feedback, step-done …
    about TEXT NOT NULL,           -- the full id of what else it was about, such as a rule; may be empty
    value TEXT NOT NULL,           -- what it set: the assignee, useful or not-useful, the step's text; may be empty
    reason TEXT,                   -- a code of feedback
    words TEXT NOT NULL,           -- the note, the comment; may be empty
    filter TEXT NOT NULL
) STRICT;
CREATE INDEX deed_kind ON deed (kind, id);
CREATE INDEX deed_at ON deed (at, id);
CREATE INDEX change_at ON change (at, id);

-- The alerts of a deed.
CREATE TABLE deed_subject (
    deed INTEGER NOT NULL REFERENCES deed (id),
    subject INTEGER NOT NULL REFERENCES subject (id),
    PRIMARY KEY (deed, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX deed_subject_subject ON deed_subject (subject, deed);

CREATE TRIGGER deed_stays BEFORE UPDATE ON deed BEGIN SELECT RAISE(ABORT, 'the record is never altered'); END;
CREATE TRIGGER deed_remains BEFORE DELETE ON deed BEGIN SELECT RAISE(ABORT, 'the record is never shortened'); END;

-- Assignments made before there was a log of deeds. Those of a change are told by the change.
INSERT INTO deed (id, at, by, kind, about, value, words, filter)
    SELECT id, at, by, 'assign', '', coalesce(who, ''), '', '' FROM assignment WHERE change IS NULL ORDER BY id;
INSERT INTO deed_subject (deed, subject) SELECT id, subject FROM assignment WHERE change IS NULL;
