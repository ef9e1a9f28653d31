use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, params};

use super::{Answer, Store, StoreError};
use crate::clock::Timestamp;
use crate::crypto::{AuthKey, Version};
use crate::session::{Key, KeyRecord, Registry, SessionRecord};

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    Ok(KeyRecord {
        auth: AuthKey::new(row.get(0)?),
        created: Timestamp(row.get(1)?),
        salt: row.get(2)?,
        dc: row.get(3)?,
        expires_at: row.get(4)?,
        user_id: row.get(5)?,
        layer: row.get(6)?,
        permanent: row.get(7)?,
        speaks_v2: row.get(8)?,
    })
}

impl Store {
    /// A key has encrypted a message, of this version of MTProto; none is the binding of a temporary key. With the
    /// first one it is stored, since nobody needs keys that are made and never used; with the first one of 2.0 that,
    /// since there is no way back from it, not even by a restart.
    ///
    /// # Errors
    /// The database fails; where that was the first message of the key, the next one is.
    pub async fn use_key(
        &self,
        registry: &Registry,
        key: &Arc<Key>,
        version: Option<Version>,
    ) -> Result<(), StoreError> {
        let is_news = version.is_some_and(|version| key.takes_version(version));
        if let Some(record) = registry.first_use(key) {
            return self.add_key(record).await.inspect_err(|_| registry.not_used(key));
        }
        if is_news {
            let id = key.auth().id();
            self.write(move |db| {
                db.prepare_cached("UPDATE auth_keys SET speaks_v2 = TRUE WHERE id = ?1")?.execute([id])
            })
            .await?;
        }
        Ok(())
    }

    /// Stores a new key. One that is there stays as it is.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_key(&self, key: KeyRecord) -> Answer<()> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO auth_keys (id, key, created_ns, salt, dc, expires_at, speaks_v2, used_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                key.auth.id(),
                key.auth.as_bytes(),
                key.created.0,
                key.salt,
                key.dc,
                key.expires_at,
                key.speaks_v2,
                key.created.seconds()
            ])?;
            Ok(())
        })
    }

    /// The key with this id.
    ///
    /// # Errors
    /// The database fails.
    pub fn key(&self, id: i64) -> Answer<Option<KeyRecord>> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT key, created_ns, salt, dc, expires_at, user_id, layer, permanent, speaks_v2 \
                 FROM auth_keys WHERE id = ?1",
            )?
            .query_row([id], record)
            .optional()
        })
    }

    /// What a session said of itself when it was here last.
    ///
    /// # Errors
    /// The database fails.
    pub fn session(&self, key_id: i64, session_id: i64) -> Answer<Option<SessionRecord>> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT layer, wants_updates FROM sessions WHERE auth_key_id = ?1 AND session_id = ?2",
            )?
            .query_row([key_id, session_id], |row| {
                Ok(SessionRecord { layer: row.get(0)?, wants_updates: row.get(1)? })
            })
            .optional()
        })
    }

    /// Stores what a session said of itself at `now`, in Unix seconds. Its layer becomes the one of its key, too, and
    /// of the permanent key that this is bound to. Of the other sessions of the key, the ones that were used last stay,
    /// and first of all those that want updates: `most` together.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_session(
        &self,
        key_id: i64,
        session_id: i64,
        session: SessionRecord,
        now: i64,
        most: usize,
    ) -> Answer<()> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.write(move |db| {
            db.prepare_cached(
                "UPDATE auth_keys SET layer = coalesce(?2, layer) \
                 WHERE id IN (?1, (SELECT permanent FROM auth_keys WHERE id = ?1))",
            )?
            .execute(params![key_id, session.layer])?;
            db.prepare_cached(
                "INSERT INTO sessions (auth_key_id, session_id, layer, wants_updates, used_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET layer = excluded.layer, \
                 wants_updates = excluded.wants_updates, used_at = excluded.used_at",
            )?
            .execute(params![key_id, session_id, session.layer, session.wants_updates, now])?;
            db.prepare_cached(
                "DELETE FROM sessions WHERE auth_key_id = ?1 AND session_id IN \
                 (SELECT session_id FROM sessions WHERE auth_key_id = ?1 \
                 ORDER BY session_id = ?2 DESC, wants_updates DESC, used_at DESC LIMIT -1 OFFSET ?3)",
            )?
            .execute([key_id, session_id, most])?;
            Ok(())
        })
    }

    /// Forgets a session. Tells whether it was stored.
    ///
    /// # Errors
    /// The database fails.
    pub fn remove_session(&self, key_id: i64, session_id: i64) -> Answer<bool> {
        self.write(move |db| {
            let mut delete =
                db.prepare_cached("DELETE FROM sessions WHERE auth_key_id = ?1 AND session_id = ?2")?;
            Ok(delete.execute([key_id, session_id])? == 1)
        })
    }

    /// Signs a user in with a key, or out. Tells whether there is that key.
    ///
    /// # Errors
    /// The database fails.
    pub fn sign(&self, key_id: i64, user_id: Option<i64>) -> Answer<bool> {
        self.write(move |db| {
            let mut update = db.prepare_cached("UPDATE auth_keys SET user_id = ?2 WHERE id = ?1")?;
            Ok(update.execute(params![key_id, user_id])? == 1)
        })
    }

    /// Binds a temporary key to a permanent one.
    ///
    /// # Errors
    /// The database fails.
    pub fn bind_key(&self, temporary: i64, permanent: i64) -> Answer<()> {
        self.write(move |db| {
            db.prepare_cached("UPDATE auth_keys SET permanent = ?2 WHERE id = ?1")?
                .execute([temporary, permanent])?;
            Ok(())
        })
    }

    /// Forgets a key, and its sessions. Tells whether there was one.
    ///
    /// # Errors
    /// The database fails.
    pub fn remove_key(&self, id: i64) -> Answer<bool> {
        self.write(
            move |db| Ok(db.prepare_cached("DELETE FROM auth_keys WHERE id = ?1")?.execute([id])? != 0),
        )
    }

    /// Keeps a sign-in that is on its way to another data centre.
    ///
    /// # Errors
    /// The database fails.
    pub fn export_authorization(&self, user_id: i64, bytes: Vec<u8>, expires_at: i64) -> Answer<()> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO exported_authorizations (user_id, bytes, expires_at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![user_id, bytes, expires_at])?;
            Ok(())
        })
    }

    /// Takes a sign-in that has come from another data centre. Tells whether it is there, and good at `now`,
    /// in Unix seconds.
    ///
    /// # Errors
    /// The database fails.
    pub fn import_authorization(&self, user_id: i64, bytes: Vec<u8>, now: i64) -> Answer<bool> {
        self.write(move |db| {
            let mut delete = db.prepare_cached(
                "DELETE FROM exported_authorizations WHERE user_id = ?1 AND bytes = ?2 AND expires_at > ?3",
            )?;
            Ok(delete.execute(params![user_id, bytes, now])? != 0)
        })
    }
}
