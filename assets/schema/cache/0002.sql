-- More is known of each entity of an alert: every alert is read again with the next sync.
UPDATE alert SET content_hash = 0;
