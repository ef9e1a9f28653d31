use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::{Salts, Session};
use crate::clock::Timestamp;
use crate::crypto::AuthKey;

/// How many results of requests are remembered for those that wait for them.
const MAX_FINISHED: usize = 1024;
/// How many requests of a session are answered at a time. A client that sends more is read more slowly.
const MAX_RUNNING: usize = 256;
/// How long a request waits for the one that must come before it.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// An auth key as the server knows it, with what belongs to all of its sessions.
#[derive(Debug)]
pub struct Key {
    auth: AuthKey,
    salts: Salts,
    user_id: AtomicI64,
    layer: AtomicI32,
    dc: i32,
    expires_at: Option<i64>,
}

/// What is stored of an auth key.
#[derive(Debug, Clone)]
pub struct KeyRecord {
    /// The key.
    pub auth: AuthKey,
    /// When it was made.
    pub created: Timestamp,
    /// The salt that both sides derived when it was made.
    pub salt: i64,
    /// The data centre that the client named in the exchange; 0 if none.
    pub dc: i32,
    /// When a temporary key ends, in Unix seconds.
    pub expires_at: Option<i64>,
    /// The user who is signed in with it.
    pub user_id: Option<i64>,
    /// The layer that a session of it named last.
    pub layer: Option<i32>,
}

/// What is stored of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionRecord {
    /// The layer that it named.
    pub layer: Option<i32>,
    /// Whether updates are pushed to it.
    pub wants_updates: bool,
}

impl Key {
    /// The key of this record.
    #[must_use]
    pub fn new(record: KeyRecord) -> Self {
        Self {
            salts: Salts::new(record.auth.clone(), record.created, record.salt),
            auth: record.auth,
            user_id: AtomicI64::new(record.user_id.unwrap_or_default()),
            layer: AtomicI32::new(record.layer.unwrap_or_default()),
            dc: record.dc,
            expires_at: record.expires_at,
        }
    }

    /// The key itself.
    #[must_use]
    pub fn auth(&self) -> &AuthKey {
        &self.auth
    }

    /// Its salts.
    #[must_use]
    pub fn salts(&self) -> &Salts {
        &self.salts
    }

    /// The user who is signed in.
    #[must_use]
    pub fn user_id(&self) -> Option<i64> {
        Some(self.user_id.load(Ordering::Acquire)).filter(|id| *id != 0)
    }

    pub(super) fn set_user_id(&self, user_id: Option<i64>) {
        self.user_id.store(user_id.unwrap_or_default(), Ordering::Release);
    }

    /// Whether it was a temporary key, and its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now.seconds())
    }

    /// The data centre that the client believes to speak to, without the marks for test and media ones.
    #[must_use]
    pub fn dc(&self) -> Option<i32> {
        Some(self.dc.saturating_abs() % 10_000).filter(|dc| *dc != 0)
    }
}

/// A session of a client, and what the server knows beside its messages.
#[derive(Debug)]
pub struct Live {
    id: i64,
    key: Arc<Key>,
    machine: Mutex<Session>,
    layer: AtomicI32,
    wants_updates: AtomicBool,
    connection: Mutex<Option<Arc<Notify>>>,
    detached_at: AtomicI64,
    finished: Mutex<BTreeMap<i64, bool>>,
    finishing: Notify,
    running: Arc<Semaphore>,
}

impl Live {
    pub(super) fn new(id: i64, key: Arc<Key>, record: SessionRecord, unique_id: i64) -> Self {
        Self {
            id,
            key,
            machine: Mutex::new(Session::new(id, unique_id)),
            layer: AtomicI32::new(record.layer.unwrap_or_default()),
            wants_updates: AtomicBool::new(record.wants_updates),
            connection: Mutex::new(None),
            detached_at: AtomicI64::new(i64::MAX),
            finished: Mutex::new(BTreeMap::new()),
            finishing: Notify::new(),
            running: Arc::new(Semaphore::new(MAX_RUNNING)),
        }
    }

    /// The id that the client chose.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The key of the session.
    #[must_use]
    pub fn key(&self) -> &Arc<Key> {
        &self.key
    }

    /// The state machine.
    pub fn machine(&self) -> MutexGuard<'_, Session> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The layer that the session named, or else a session of its key.
    #[must_use]
    pub fn layer(&self) -> Option<i32> {
        let known = |layer: &AtomicI32| Some(layer.load(Ordering::Acquire)).filter(|layer| *layer != 0);
        known(&self.layer).or_else(|| known(&self.key.layer))
    }

    /// Takes the layer that the session named. Tells whether it is another one than before.
    pub fn set_layer(&self, layer: i32) -> bool {
        self.key.layer.store(layer, Ordering::Release);
        self.layer.swap(layer, Ordering::AcqRel) != layer
    }

    /// Whether updates are pushed to this session.
    #[must_use]
    pub fn wants_updates(&self) -> bool {
        self.wants_updates.load(Ordering::Acquire)
    }

    /// From now on updates are pushed to this session. Tells whether that is new.
    pub fn subscribe(&self) -> bool {
        !self.wants_updates.swap(true, Ordering::AcqRel)
    }

    /// What is to be stored of the session.
    #[must_use]
    pub fn record(&self) -> SessionRecord {
        let layer = Some(self.layer.load(Ordering::Acquire)).filter(|layer| *layer != 0);
        SessionRecord { layer, wants_updates: self.wants_updates() }
    }

    /// Binds the session to a connection, which is woken when there is something to send. Tells whether
    /// it was bound to another one before.
    pub fn attach(&self, connection: &Arc<Notify>) -> bool {
        self.detached_at.store(i64::MAX, Ordering::Release);
        let mut slot = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|old| Arc::ptr_eq(old, connection)) {
            return false;
        }
        slot.replace(connection.clone());
        true
    }

    /// The connection is gone; the session waits for another.
    pub fn detach(&self, connection: &Arc<Notify>, now: Timestamp) {
        let mut slot = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|old| Arc::ptr_eq(old, connection)) {
            *slot = None;
            self.detached_at.store(now.seconds(), Ordering::Release);
        }
    }

    /// Whether this connection is the one that the session sends over.
    pub fn is_attached_to(&self, connection: &Arc<Notify>) -> bool {
        let slot = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().is_some_and(|old| Arc::ptr_eq(old, connection))
    }

    /// Seconds since the session lost its connection; none while it has one.
    pub(super) fn detached_for(&self, now: Timestamp) -> Option<i64> {
        let at = self.detached_at.load(Ordering::Acquire);
        (at != i64::MAX).then(|| now.seconds() - at)
    }

    /// Wakes the connection, if there is one, to send what waits.
    pub fn wake(&self) {
        if let Some(connection) = &*self.connection.lock().unwrap_or_else(PoisonError::into_inner) {
            connection.notify_one();
        }
    }

    /// Waits until one more request may be answered; it is, for as long as the permit lives.
    pub async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so there is always a permit at last.
        self.running.clone().acquire_owned().await.ok()
    }

    /// Answers a request, and wakes the connection and those that wait for this request.
    pub fn answer(&self, msg_id: i64, result: &[u8], is_ok: bool) {
        self.machine().answer(msg_id, result);
        self.wake();
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        finished.insert(msg_id, is_ok);
        if finished.len() > MAX_FINISHED {
            finished.pop_first();
        }
        drop(finished);
        self.finishing.notify_waiters();
    }

    /// Queues updates and wakes the connection.
    pub fn push_update(&self, body: Bytes) {
        self.machine().push_update(body);
        self.wake();
    }

    /// Waits until these requests have been answered. Tells whether all succeeded, in time.
    pub async fn finished(&self, msg_ids: &[i64]) -> bool {
        let all = async {
            loop {
                let next = self.finishing.notified();
                tokio::pin!(next);
                // Before the check, so that nothing is missed between the two.
                next.as_mut().enable();
                let results: Vec<Option<bool>> = {
                    let finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
                    msg_ids.iter().map(|id| finished.get(id).copied()).collect()
                };
                if results.contains(&Some(false)) {
                    return false;
                }
                if results.iter().all(Option::is_some) {
                    return true;
                }
                next.await;
            }
        };
        tokio::time::timeout(MAX_WAIT, all).await.unwrap_or(false)
    }
}
