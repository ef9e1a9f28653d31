-- Whether the key has encrypted with MTProto 2.0; with 1.0 it does no more then.
ALTER TABLE auth_keys ADD COLUMN speaks_v2 INTEGER NOT NULL DEFAULT FALSE;
