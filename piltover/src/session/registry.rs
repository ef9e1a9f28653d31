use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Key, Live, SessionRecord};
use crate::clock::{Source, Timestamp};

/// A session without a connection is forgotten after an hour.
const MAX_DETACHED: i64 = 3600;

/// All keys that were used since the server started, and all sessions that live.
#[derive(Debug, Default)]
pub struct Registry {
    keys: Mutex<HashMap<i64, Arc<Key>>>,
    sessions: Mutex<HashMap<i64, HashMap<i64, Arc<Live>>>>,
    /// The keys with which each user is signed in.
    users: Mutex<HashMap<i64, HashSet<i64>>>,
}

impl Registry {
    /// The key with this id, if it was used before.
    #[must_use]
    pub fn key(&self, id: i64) -> Option<Arc<Key>> {
        lock(&self.keys).get(&id).cloned()
    }

    /// Takes a key, and gives it, or the one that another connection has brought in between.
    pub fn adopt(&self, key: Key) -> Arc<Key> {
        let id = key.auth().id();
        let key = lock(&self.keys).entry(id).or_insert_with(|| Arc::new(key)).clone();
        if let Some(user_id) = key.user_id() {
            lock(&self.users).entry(user_id).or_default().insert(id);
        }
        key
    }

    /// A user signs in with a key, or out.
    pub fn sign(&self, key: &Key, user_id: Option<i64>) {
        let mut users = lock(&self.users);
        if let Some(keys) = key.user_id().and_then(|old| users.get_mut(&old)) {
            keys.remove(&key.auth().id());
        }
        key.set_user_id(user_id);
        if let Some(user_id) = user_id {
            users.entry(user_id).or_default().insert(key.auth().id());
        }
    }

    /// The session of a key, if it lives.
    #[must_use]
    pub fn find(&self, key_id: i64, session_id: i64) -> Option<Arc<Live>> {
        lock(&self.sessions).get(&key_id)?.get(&session_id).cloned()
    }

    /// The session of a key; a new one, if there is none, with what is stored of it.
    pub fn open(
        &self,
        key: &Arc<Key>,
        session_id: i64,
        record: SessionRecord,
        source: &dyn Source,
    ) -> Arc<Live> {
        let mut sessions = lock(&self.sessions);
        let sessions = sessions.entry(key.auth().id()).or_default();
        let session = sessions.entry(session_id).or_insert_with(|| {
            let mut unique_id = [0; 8];
            source.fill(&mut unique_id);
            Arc::new(Live::new(session_id, key.clone(), record, i64::from_le_bytes(unique_id)))
        });
        session.clone()
    }

    /// Destroys a session. Tells whether there was one.
    pub fn destroy(&self, key_id: i64, session_id: i64) -> bool {
        lock(&self.sessions).get_mut(&key_id).is_some_and(|sessions| sessions.remove(&session_id).is_some())
    }

    /// The sessions to which updates for a user are pushed.
    #[must_use]
    pub fn subscribers(&self, user_id: i64) -> Vec<Arc<Live>> {
        let keys: Vec<i64> = lock(&self.users).get(&user_id).into_iter().flatten().copied().collect();
        let sessions = lock(&self.sessions);
        let of_keys = keys.iter().filter_map(|key| sessions.get(key)).flat_map(HashMap::values);
        of_keys.filter(|session| session.wants_updates()).cloned().collect()
    }

    /// Forgets sessions that have had no connection for an hour.
    pub fn sweep(&self, now: Timestamp) {
        let mut sessions = lock(&self.sessions);
        for sessions in sessions.values_mut() {
            sessions
                .retain(|_, session| session.detached_for(now).is_none_or(|seconds| seconds < MAX_DETACHED));
        }
        sessions.retain(|_, sessions| !sessions.is_empty());
    }
}

fn lock<K: Eq + Hash, V>(map: &Mutex<HashMap<K, V>>) -> MutexGuard<'_, HashMap<K, V>> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
