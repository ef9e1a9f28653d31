-- Whether the key has encrypted with MTProto 2.0; with 1.0 it does no more then.
ALTER TABLE auth_keys ADD COLUMN speaks_v2 INTEGER NOT NULL DEFAULT FALSE;

-- When a key or a session was used last, within an hour or so: those that nobody needs are forgotten by it.
ALTER TABLE auth_keys ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE auth_keys SET used_at = unixepoch();
UPDATE sessions SET used_at = unixepoch();
-- Its other columns are there so that keys are counted without being read.
CREATE INDEX auth_keys_unsigned ON auth_keys (used_at, user_id, permanent) WHERE user_id IS NULL AND permanent IS NULL;
CREATE INDEX sessions_by_use ON sessions (used_at);
CREATE INDEX phone_codes_by_end ON phone_codes (expires_at);
CREATE INDEX exported_authorizations_by_end ON exported_authorizations (expires_at);
