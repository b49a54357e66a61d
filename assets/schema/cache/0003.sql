-- An imported alert in another shape than the alerts API's: its record as it stood in the file follows the body in the block,
-- with so many bytes; 0 where the body is the record.
ALTER TABLE alert ADD COLUMN source INTEGER NOT NULL DEFAULT 0;
