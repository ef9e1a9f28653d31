-- The place of a pinned dialog, the highest number uppermost.
ALTER TABLE dialogs ADD COLUMN pinned INTEGER;
CREATE INDEX dialogs_pinned ON dialogs (owner, pinned) WHERE pinned IS NOT NULL;
