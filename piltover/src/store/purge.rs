//! What is kept for a time only, and goes when that is over.
//!
//! Everything is deleted in steps, so that no other change waits long.

use rusqlite::params;

use super::{Answer, Store, StoreError};

/// How many rows one change deletes or marks at most.
const STEP: i64 = 1000;

/// Temporary keys that have ended; behind them their sessions.
const KEYS: &str =
    "DELETE FROM auth_keys WHERE id IN (SELECT id FROM auth_keys WHERE expires_at <= ?1 LIMIT ?2)";
const EXPORTED: &str = "DELETE FROM exported_authorizations WHERE (user_id, bytes) IN \
     (SELECT user_id, bytes FROM exported_authorizations WHERE expires_at <= ?1 LIMIT ?2)";
const CODES: &str = "DELETE FROM phone_codes WHERE (phone, hash) IN \
     (SELECT phone, hash FROM phone_codes WHERE expires_at < ?1 LIMIT ?2)";
const SESSIONS: &str = "DELETE FROM sessions WHERE (auth_key_id, session_id) IN \
     (SELECT auth_key_id, session_id FROM sessions WHERE used_at < ?1 LIMIT ?2)";

impl Store {
    /// Notes that these keys, and these sessions of keys, are in use at `now`, in Unix seconds.
    ///
    /// # Errors
    /// The database fails.
    pub async fn note_use(
        &self,
        keys: Vec<i64>,
        sessions: Vec<(i64, i64)>,
        now: i64,
    ) -> Result<(), StoreError> {
        for step in keys.chunks(STEP as usize) {
            let step = step.to_vec();
            self.write(move |db| {
                let mut update = db.prepare_cached("UPDATE auth_keys SET used_at = ?2 WHERE id = ?1")?;
                step.into_iter().try_for_each(|id| update.execute([id, now]).map(drop))
            })
            .await?;
        }
        for step in sessions.chunks(STEP as usize) {
            let step = step.to_vec();
            self.write(move |db| {
                let mut update = db.prepare_cached(
                    "UPDATE sessions SET used_at = ?3 WHERE auth_key_id = ?1 AND session_id = ?2",
                )?;
                step.into_iter().try_for_each(|(key, id)| update.execute([key, id, now]).map(drop))
            })
            .await?;
        }
        Ok(())
    }

    /// Forgets what tells its own end, which is before `now`, in Unix seconds: temporary keys, sign-ins on their way
    /// to another data centre, login codes.
    ///
    /// # Errors
    /// The database fails.
    pub async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        for statement in [KEYS, EXPORTED, CODES] {
            self.forget(statement, now).await?;
        }
        Ok(())
    }

    /// Forgets what sessions have said of themselves that were used last before a time, in Unix seconds.
    ///
    /// # Errors
    /// The database fails.
    pub async fn forget_sessions(&self, before: i64) -> Result<(), StoreError> {
        self.forget(SESSIONS, before).await
    }

    async fn forget(&self, statement: &'static str, time: i64) -> Result<(), StoreError> {
        let step = move || self.write(move |db| db.prepare_cached(statement)?.execute(params![time, STEP]));
        while step().await? == STEP as usize {}
        Ok(())
    }

    /// Forgets keys with which nobody is signed in: those that were used last before a time, in Unix seconds, and of
    /// the others those that were used last, where there are more than `most`. No more than a step of them; gives
    /// their ids, and none when there are no more. A key that a temporary one is bound to stays for as long as that.
    ///
    /// # Errors
    /// The database fails.
    pub fn forget_unsigned_keys(&self, before: i64, most: usize) -> Answer<Vec<i64>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.write(move |db| {
            let all: i64 = db
                .prepare_cached("SELECT count(*) FROM auth_keys WHERE user_id IS NULL AND permanent IS NULL")?
                .query_row([], |row| row.get(0))?;
            let mut statement = db.prepare_cached(
                "DELETE FROM auth_keys WHERE id IN (SELECT id FROM auth_keys AS key \
                 WHERE user_id IS NULL AND permanent IS NULL AND used_at < ?1 \
                 AND NOT EXISTS (SELECT 1 FROM auth_keys AS bound WHERE bound.permanent = key.id) \
                 ORDER BY used_at LIMIT ?2) RETURNING id",
            )?;
            let mut delete = |before: i64, most: i64| {
                statement.query_map([before, most], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()
            };
            let mut ids = delete(before, STEP)?;
            let deleted = ids.len() as i64;
            let too_many = (all - deleted).saturating_sub(most).clamp(0, STEP - deleted);
            ids.extend(delete(i64::MAX, too_many)?);
            Ok(ids)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::crypto::AuthKey;
    use crate::session::{KeyRecord, SessionRecord};

    fn record(n: u8, used_at: i64) -> KeyRecord {
        KeyRecord::new(AuthKey::new([n; 256]), Timestamp::from_seconds(used_at), 0)
    }

    fn id(n: u8) -> i64 {
        record(n, 0).auth.id()
    }

    async fn is_there(store: &Store, n: u8) -> bool {
        store.key(id(n)).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn keys_go_by_age_and_by_number_but_those_that_somebody_signed_in_with() {
        let (store, _events) = Store::in_memory().unwrap();
        for n in 1..=6 {
            store.add_key(record(n, 100 + i64::from(n))).await.unwrap();
        }
        let user = store.add_user("1555".to_owned(), "A".to_owned(), String::new(), 1).await.unwrap();
        assert!(store.sign(id(1), Some(user.id)).await.unwrap());
        // The second is used again, the third is what a temporary one stands for.
        store.note_use(vec![id(2)], vec![], 200).await.unwrap();
        let temporary = KeyRecord { expires_at: Some(150), ..record(7, 0) };
        store.add_key(temporary).await.unwrap();
        store.bind_key(id(7), id(3)).await.unwrap();
        assert_eq!(store.forget_unsigned_keys(105, 9).await.unwrap(), [id(4)]);
        assert!(store.forget_unsigned_keys(105, 9).await.unwrap().is_empty());
        // Two and three stay of four: the third may not go yet.
        assert_eq!(store.forget_unsigned_keys(0, 2).await.unwrap(), [id(5), id(6)]);
        assert!(store.forget_unsigned_keys(0, 2).await.unwrap().is_empty());
        store.forget_expired(150).await.unwrap();
        assert!(!is_there(&store, 7).await && is_there(&store, 3).await);
        assert_eq!(store.forget_unsigned_keys(200, 9).await.unwrap(), [id(3)]);
        assert!(is_there(&store, 1).await && is_there(&store, 2).await);
        // Signed out, it is as others.
        assert!(store.sign(id(1), None).await.unwrap());
        assert_eq!(store.forget_unsigned_keys(200, 9).await.unwrap(), [id(1)]);
        assert!(!store.sign(id(1), Some(user.id)).await.unwrap(), "there is none");
    }

    #[tokio::test]
    async fn more_go_than_one_step_has() {
        let (store, _events) = Store::in_memory().unwrap();
        store.add_key(record(1, 0)).await.unwrap();
        let count = STEP * 2 + 1;
        for session_id in 0..count {
            let answer =
                store.set_session(id(1), session_id, SessionRecord::default(), session_id, usize::MAX);
            answer.await.unwrap();
        }
        store.forget_sessions(count - 1).await.unwrap();
        assert!(store.session(id(1), count - 2).await.unwrap().is_none());
        assert!(store.session(id(1), count - 1).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn sessions_of_a_key_are_kept_by_number_and_by_age_and_those_of_others_are_not_touched() {
        let (store, _events) = Store::in_memory().unwrap();
        for n in 1..=2 {
            store.add_key(record(n, 0)).await.unwrap();
        }
        let wanting = SessionRecord { wants_updates: true, ..SessionRecord::default() };
        let set = async |key, session_id, session, now| {
            store.set_session(id(key), session_id, session, now, 3).await.unwrap();
        };
        set(2, 1, SessionRecord::default(), 1).await;
        set(1, 1, wanting, 1).await;
        for n in 2..=5 {
            set(1, n, SessionRecord::default(), n).await;
        }
        let kept = async || {
            let mut kept = Vec::new();
            for session_id in 1..=5 {
                if store.session(id(1), session_id).await.unwrap().is_some() {
                    kept.push(session_id);
                }
            }
            kept
        };
        assert_eq!(kept().await, [1, 4, 5], "one that waits for updates before others");
        set(1, 4, SessionRecord::default(), 6).await;
        store.note_use(vec![], vec![(id(1), 1)], 7).await.unwrap();
        store.forget_sessions(6).await.unwrap();
        assert_eq!(kept().await, [1, 4]);
        assert!(store.session(id(2), 1).await.unwrap().is_none());
        // With its key go all of them.
        store.forget_unsigned_keys(1, 9).await.unwrap();
        assert!(kept().await.is_empty());
    }

    #[tokio::test]
    async fn codes_and_sign_ins_on_their_way_go_when_their_time_is_over() {
        let (store, _events) = Store::in_memory().unwrap();
        let user = store.add_user("1555".to_owned(), "A".to_owned(), String::new(), 1).await.unwrap();
        for end in [10, 20] {
            store.add_code("1555".to_owned(), end.to_string(), "1".to_owned(), end).await.unwrap();
            store.export_authorization(user.id, vec![end as u8], end).await.unwrap();
        }
        store.forget_expired(15).await.unwrap();
        // Asked for as if it were earlier.
        for (end, is_there) in [(10, false), (20, true)] {
            assert_eq!(store.remove_code("1555".to_owned(), end.to_string()).await.unwrap(), is_there);
            assert_eq!(store.import_authorization(user.id, vec![end as u8], 0).await.unwrap(), is_there);
        }
    }
}
