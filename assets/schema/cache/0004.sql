-- Of an imported alert: which record gave its status, when another one told more. When that record was generated, in
-- microseconds since the epoch, and whether it tells of the moment when the alert arose; null where that was not kept.
ALTER TABLE alert ADD COLUMN stated INTEGER;
ALTER TABLE alert ADD COLUMN is_first INTEGER;
