-- Points of health that were in all that the character ever ate and drank, as much as each had when it was eaten.
ALTER TABLE inventory_characters ADD COLUMN eaten BIGINT NOT NULL DEFAULT 0;
