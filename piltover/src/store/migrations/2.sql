-- The permanent key that a temporary one is bound to.
ALTER TABLE auth_keys ADD COLUMN permanent INTEGER REFERENCES auth_keys (id) ON DELETE SET NULL;
CREATE INDEX auth_keys_by_permanent ON auth_keys (permanent) WHERE permanent IS NOT NULL;
CREATE INDEX auth_keys_by_end ON auth_keys (expires_at) WHERE expires_at IS NOT NULL;

-- Sign-ins on their way from one data centre to another; each is good for one.
CREATE TABLE exported_authorizations (
    user_id    INTEGER NOT NULL REFERENCES users (id),
    bytes      BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, bytes)
) WITHOUT ROWID;
