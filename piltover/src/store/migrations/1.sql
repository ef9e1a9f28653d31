-- Everything that the server remembers. Times are Unix seconds unless a column says otherwise.

-- Values of the server itself: its RSA key is a file, but the secret behind access hashes is here.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id           INTEGER PRIMARY KEY,
    phone        TEXT NOT NULL UNIQUE,
    username     TEXT UNIQUE COLLATE NOCASE,
    first_name   TEXT NOT NULL,
    last_name    TEXT NOT NULL,
    about        TEXT,
    online_until INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    -- The state of the user's box: the pts behind its last change, and the id of its last message.
    pts          INTEGER NOT NULL DEFAULT 1,
    last_message INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE auth_keys (
    id         INTEGER PRIMARY KEY,
    key        BLOB NOT NULL,
    created_ns INTEGER NOT NULL,
    salt       INTEGER NOT NULL,
    dc         INTEGER NOT NULL,
    expires_at INTEGER,
    user_id    INTEGER REFERENCES users (id),
    -- The layer that a session of the key named last.
    layer      INTEGER
);

-- What sessions have said of themselves; nothing else of a session outlives the process. Some clients
-- go on with their session after a restart as if nothing had happened, and only wait for updates.
CREATE TABLE sessions (
    auth_key_id   INTEGER NOT NULL REFERENCES auth_keys (id) ON DELETE CASCADE,
    session_id    INTEGER NOT NULL,
    layer         INTEGER,
    wants_updates INTEGER NOT NULL,
    PRIMARY KEY (auth_key_id, session_id)
) WITHOUT ROWID;

CREATE TABLE phone_codes (
    phone       TEXT NOT NULL,
    hash        TEXT NOT NULL,
    code        TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    -- Whether the right code was given; signing up needs that.
    is_verified INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (phone, hash)
) WITHOUT ROWID;

CREATE TABLE contacts (
    owner      INTEGER NOT NULL REFERENCES users (id),
    user_id    INTEGER NOT NULL REFERENCES users (id),
    first_name TEXT NOT NULL,
    last_name  TEXT NOT NULL,
    PRIMARY KEY (owner, user_id)
) WITHOUT ROWID;
CREATE INDEX contacts_of_user ON contacts (user_id);

-- Each user's own copies of his messages.
CREATE TABLE messages (
    owner     INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    peer      INTEGER NOT NULL,
    sender    INTEGER NOT NULL,
    date      INTEGER NOT NULL,
    text      TEXT NOT NULL,
    entities  BLOB NOT NULL,
    reply_to  INTEGER,
    silent    INTEGER NOT NULL,
    -- What the client chose; only in the sender's copy.
    random_id INTEGER,
    -- The id of the other copy, in the peer's box.
    twin      INTEGER,
    PRIMARY KEY (owner, id)
) WITHOUT ROWID;
CREATE INDEX messages_of_dialog ON messages (owner, peer, id);
CREATE UNIQUE INDEX messages_by_random_id ON messages (owner, random_id) WHERE random_id IS NOT NULL;
CREATE INDEX messages_by_twin ON messages (peer, twin);

CREATE TABLE dialogs (
    owner       INTEGER NOT NULL,
    peer        INTEGER NOT NULL,
    top_message INTEGER NOT NULL,
    read_inbox  INTEGER NOT NULL DEFAULT 0,
    read_outbox INTEGER NOT NULL DEFAULT 0,
    unread      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
CREATE INDEX dialogs_by_top ON dialogs (owner, top_message);

-- What changed in a box, by the pts behind the change. The meaning of a and b is that of kind.
CREATE TABLE log (
    owner INTEGER NOT NULL,
    pts   INTEGER NOT NULL,
    kind  INTEGER NOT NULL,
    peer  INTEGER NOT NULL,
    a     INTEGER NOT NULL,
    b     INTEGER NOT NULL,
    date  INTEGER NOT NULL,
    PRIMARY KEY (owner, pts)
) WITHOUT ROWID;
-- To find the pts of a message that a client sends a second time.
CREATE INDEX log_of_new_messages ON log (owner, a) WHERE kind = 1;
