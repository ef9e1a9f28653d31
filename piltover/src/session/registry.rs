use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::unused::Unused;
use super::{Key, KeyRecord, Live, SessionRecord};
use crate::clock::{Source, Timestamp};
use crate::limits::Limits;

/// All sessions that live, and their keys; other keys are in the database alone.
#[derive(Debug, Default)]
pub struct Registry {
    limits: Limits,
    is_strict: bool,
    keys: Mutex<HashMap<i64, Arc<Key>>>,
    unused: Mutex<Unused>,
    sessions: Mutex<HashMap<i64, HashMap<i64, Arc<Live>>>>,
    /// The permanent keys with which each user is signed in.
    users: Mutex<HashMap<i64, HashSet<i64>>>,
    /// The temporary keys that are bound to each permanent one.
    temporary: Mutex<HashMap<i64, HashSet<i64>>>,
}

impl Registry {
    /// A registry with these limits, whose sessions are strict, or not.
    #[must_use]
    pub fn new(limits: Limits, is_strict: bool) -> Self {
        Self { limits, is_strict, ..Self::default() }
    }

    /// The key with this id, if it is in use.
    #[must_use]
    pub fn key(&self, id: i64) -> Option<Arc<Key>> {
        lock(&self.keys).get(&id).cloned()
    }

    /// Takes a key, and gives it, or the one that another connection has brought in between.
    pub fn adopt(&self, key: Key) -> Arc<Key> {
        let id = key.auth().id();
        let key = lock(&self.keys).entry(id).or_insert_with(|| Arc::new(key)).clone();
        if key.expires_at().is_none()
            && let Some(user_id) = key.user_id()
        {
            lock(&self.users).entry(user_id).or_default().insert(id);
        }
        key
    }

    /// Takes a key that was just made. It is forgotten, unless [`Registry::first_use`] comes in time: whoever
    /// only makes keys, fills nothing with them.
    pub fn adopt_new(&self, record: KeyRecord, now: Timestamp) {
        let id = record.auth.id();
        lock(&self.keys).insert(id, Arc::new(Key::unused(record)));
        self.unused().push(now, id);
        self.forget_unused(now);
    }

    /// A key has encrypted a message. If it is the first one, gives what must be stored of the key before
    /// anything else is.
    pub fn first_use(&self, key: &Arc<Key>) -> Option<KeyRecord> {
        if key.is_used() {
            return None;
        }
        let mut keys = lock(&self.keys);
        if key.is_used() {
            return None;
        }
        key.set_used(true);
        // It may just have been forgotten.
        keys.entry(key.auth().id()).or_insert_with(|| key.clone());
        Some(key.record())
    }

    /// A key could not be stored: its next message is its first one.
    pub fn not_used(&self, key: &Key) {
        key.set_used(false);
    }

    fn unused(&self) -> MutexGuard<'_, Unused> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_unused(&self, now: Timestamp) {
        let Limits { unused_keys, unused_key_time, .. } = self.limits;
        let next = || self.unused().pop(now, unused_keys, unused_key_time);
        while let Some(id) = next() {
            if let Entry::Occupied(key) = lock(&self.keys).entry(id)
                && !key.get().is_used()
            {
                key.remove();
            }
        }
    }

    /// Binds a temporary key to a permanent one.
    pub fn bind(&self, temporary: &Key, permanent: Arc<Key>) {
        lock(&self.temporary).entry(permanent.auth().id()).or_default().insert(temporary.auth().id());
        temporary.set_permanent(Some(permanent));
    }

    /// Destroys a key, all of its sessions, and what binds temporary keys to it. Gives these sessions.
    pub fn destroy_key(&self, id: i64) -> Vec<Arc<Live>> {
        let key = lock(&self.keys).remove(&id);
        if let Some(key) = key {
            key.destroy();
            if let Some(permanent) = key.permanent()
                && let Some(keys) = lock(&self.temporary).get_mut(&permanent.auth().id())
            {
                keys.remove(&id);
            }
            if key.expires_at().is_none() {
                self.sign(&key, None);
            }
        }
        let bound = lock(&self.temporary).remove(&id).unwrap_or_default();
        let keys = lock(&self.keys);
        bound.iter().filter_map(|id| keys.get(id)).for_each(|key| key.set_permanent(None));
        drop(keys);
        let sessions = lock(&self.sessions).remove(&id).unwrap_or_default();
        sessions.into_values().inspect(|session| session.destroy()).collect()
    }

    /// A user signs in with a permanent key, or out.
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

    /// The session of a key; a new one, if there is none, with what is stored of it. Gives with it the
    /// session that was forgotten for it, if the key had too many.
    pub fn open(
        &self,
        key: &Arc<Key>,
        session_id: i64,
        record: SessionRecord,
        source: &dyn Source,
    ) -> (Arc<Live>, Option<i64>) {
        let mut sessions = lock(&self.sessions);
        let sessions = sessions.entry(key.auth().id()).or_default();
        if let Some(session) = sessions.get(&session_id) {
            return (session.clone(), None);
        }
        let mut forgotten = None;
        if sessions.len() >= self.limits.sessions_per_key {
            let now = source.now();
            // Of those that have a connection, any.
            let unused =
                sessions.values().max_by_key(|session| session.detached_for(now)).map(|old| old.id());
            if let Some(old) = unused.and_then(|id| sessions.remove(&id)) {
                old.destroy();
                forgotten = Some(old.id());
            }
        }
        let mut unique_id = [0; 8];
        source.fill(&mut unique_id);
        let unique_id = i64::from_le_bytes(unique_id);
        let live = Live::new(session_id, key.clone(), record, unique_id, self.is_strict);
        let session = Arc::new(live.waiting_for(self.limits.wait_time));
        sessions.insert(session_id, session.clone());
        (session, forgotten)
    }

    /// Destroys a session. Tells whether there was one.
    pub fn destroy(&self, key_id: i64, session_id: i64) -> bool {
        let session = lock(&self.sessions).get_mut(&key_id).and_then(|sessions| sessions.remove(&session_id));
        session.inspect(|session| session.destroy()).is_some()
    }

    /// The sessions to which updates for a user are pushed.
    #[must_use]
    pub fn subscribers(&self, user_id: i64) -> Vec<Arc<Live>> {
        let mut keys: Vec<i64> = lock(&self.users).get(&user_id).into_iter().flatten().copied().collect();
        let temporary = lock(&self.temporary);
        for index in 0..keys.len() {
            let bound = keys.get(index).and_then(|key| temporary.get(key));
            keys.extend(bound.into_iter().flatten());
        }
        drop(temporary);
        let sessions = lock(&self.sessions);
        let of_keys = keys.iter().filter_map(|key| sessions.get(key)).flat_map(HashMap::values);
        of_keys.filter(|session| session.wants_updates()).cloned().collect()
    }

    /// The keys and the sessions (with their keys) that live, and of which this did not tell for so many seconds.
    #[must_use]
    pub fn in_use(&self, now: Timestamp, every: i64) -> (Vec<i64>, Vec<(i64, i64)>) {
        let (mut keys, mut used) = (HashSet::new(), Vec::new());
        for session in lock(&self.sessions).values().flat_map(HashMap::values) {
            if session.is_to_be_noted(now, every) {
                let key = session.key();
                used.push((key.auth().id(), session.id()));
                keys.insert(key.auth().id());
                keys.extend(key.permanent().map(|permanent| permanent.auth().id()));
            }
        }
        (keys.into_iter().collect(), used)
    }

    /// Forgets sessions that have had no connection for long, keys that were never used, and temporary keys
    /// that have ended; gives the ids of these. Keys without sessions are left to the database.
    pub fn sweep(&self, now: Timestamp) -> Vec<i64> {
        self.forget_unused(now);
        let mut sessions = lock(&self.sessions);
        let longest = i64::try_from(self.limits.session_time.as_secs()).unwrap_or(i64::MAX);
        for sessions in sessions.values_mut() {
            sessions.retain(|_, session| {
                let keeps = session.detached_for(now).is_none_or(|seconds| seconds < longest);
                if !keeps {
                    session.destroy();
                }
                keeps
            });
        }
        sessions.retain(|_, sessions| !sessions.is_empty());
        drop(sessions);
        let keys = lock(&self.keys);
        let expired: Vec<i64> =
            keys.iter().filter(|(_, key)| key.is_expired(now)).map(|(id, _)| *id).collect();
        drop(keys);
        for id in &expired {
            self.destroy_key(*id);
        }
        // Whoever has a session, a binding or a message of a key, holds it.
        lock(&self.keys).retain(|_, key| !key.is_used() || Arc::strong_count(key) > 1);
        expired
    }
}

fn lock<K: Eq + Hash, V>(map: &Mutex<HashMap<K, V>>) -> MutexGuard<'_, HashMap<K, V>> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::crypto::AuthKey;

    fn record(n: u8) -> KeyRecord {
        KeyRecord { dc: -4, ..KeyRecord::new(AuthKey::new([n; 256]), Timestamp::default(), 5) }
    }

    #[test]
    fn a_session_without_a_connection_is_kept_for_as_long_as_the_limit_says() {
        let registry = Registry::default();
        let source = crate::clock::SystemSource::new().unwrap();
        let key = registry.adopt(Key::new(record(1)));
        let (session, _) = registry.open(&key, 5, SessionRecord::default(), &source);
        let port = Arc::new(crate::session::Port { id: 1, waiting: tokio::sync::Notify::new() });
        let at = Timestamp::from_seconds;
        let longest = Limits::default().session_time.as_secs() as i64;
        assert!(longest >= 600, "what the protocol asks for");
        session.attach(&port, 0);
        registry.sweep(at(10 * longest));
        assert!(registry.find(key.auth().id(), 5).is_some(), "it has one");
        session.detach(&port, true, at(0));
        registry.sweep(at(longest - 1));
        assert!(registry.find(key.auth().id(), 5).is_some() && !session.is_destroyed());
        registry.sweep(at(longest));
        assert!(registry.find(key.auth().id(), 5).is_none() && session.is_destroyed());
    }

    #[test]
    fn keys_stay_in_memory_for_as_long_as_something_needs_them() {
        let registry = Registry::default();
        let source = crate::clock::SystemSource::new().unwrap();
        let at = Timestamp::from_seconds;
        let known = |n| registry.key(record(n).auth.id()).is_some();
        registry.adopt(Key::new(record(1)));
        let permanent = registry.adopt(Key::new(record(2)));
        let temporary = registry.adopt(Key::new(KeyRecord { expires_at: Some(99_999), ..record(3) }));
        registry.bind(&temporary, permanent);
        let (session, _) = registry.open(&temporary, 5, SessionRecord::default(), &source);
        let port = Arc::new(crate::session::Port { id: 1, waiting: tokio::sync::Notify::new() });
        session.attach(&port, 0);
        session.detach(&port, true, at(0));
        drop(session);
        drop(temporary);
        registry.sweep(at(1));
        assert!(!known(1) && known(2) && known(3), "the session holds one, and the binding the other");
        for _ in 0..2 {
            registry.sweep(at(4000));
        }
        assert!(!known(2) && !known(3));
    }

    #[test]
    fn keys_that_are_never_used_are_forgotten_by_age_and_by_number() {
        let limits =
            Limits { unused_keys: 2, unused_key_time: Duration::from_secs(600), ..Limits::default() };
        let registry = Registry::new(limits, false);
        let known = |n| registry.key(record(n).auth.id());
        let at = Timestamp::from_seconds;
        registry.adopt_new(record(1), at(0));
        let stored = registry.first_use(&known(1).unwrap()).unwrap();
        assert_eq!((stored.auth.id(), stored.salt, stored.dc), (record(1).auth.id(), 5, -4));
        assert!(registry.first_use(&known(1).unwrap()).is_none(), "it is stored once");
        for n in 2..=4 {
            registry.adopt_new(record(n), at(n.into()));
        }
        assert!(known(2).is_none(), "the oldest of three");
        registry.sweep(at(603));
        assert!(known(3).is_none() && known(4).is_some(), "the older of two");
        let fourth = known(4).unwrap();
        registry.sweep(at(604));
        assert!(known(4).is_none());
        // Its first message was on its way.
        assert!(registry.first_use(&fourth).is_some());
        assert!(Arc::ptr_eq(&known(4).unwrap(), &fourth));
        registry.not_used(&fourth);
        assert!(registry.first_use(&fourth).is_some(), "where it could not be stored");
    }
}
