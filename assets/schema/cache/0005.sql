-- The alerts that the list begins with, so that they are shown before all of them are loaded (store/cache/head.rs). One row,
-- or none: whatever changes an alert, or what a subscription is called, takes it away in the same transaction.
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    program TEXT NOT NULL,         -- the version that made it: another one may list other alerts
    look TEXT NOT NULL,            -- filter and order, as JSON
    journal INTEGER NOT NULL,      -- hash of what the journal laid over the alerts
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TRIGGER head_inserted AFTER INSERT ON alert BEGIN DELETE FROM head; END;
CREATE TRIGGER head_updated AFTER UPDATE OF row ON alert BEGIN DELETE FROM head; END;
CREATE TRIGGER head_deleted AFTER DELETE ON alert BEGIN DELETE FROM head; END;
CREATE TRIGGER head_known AFTER INSERT ON subscription BEGIN DELETE FROM head; END;
CREATE TRIGGER head_named AFTER UPDATE OF name, place ON subscription BEGIN DELETE FROM head; END;
