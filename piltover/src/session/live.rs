use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::waiters::{Waiters, Waiting};
use super::{Event, Key, Session};
use crate::clock::Timestamp;
use crate::crypto::{Plaintext, Version};
use crate::limits::MAX_RUNNING;

/// What is stored of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionRecord {
    /// The layer that it named.
    pub layer: Option<i32>,
    /// Whether updates are pushed to it.
    pub wants_updates: bool,
}

/// The end of a session at a connection.
#[derive(Debug)]
pub struct Port {
    /// The connection's number.
    pub id: u64,
    /// Woken when a session of the connection has something to send.
    pub waiting: Notify,
}

/// What a session is to a connection from which it hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// It was attached before.
    Before,
    /// It has just been attached, and to no other.
    Alone,
    /// It has just been attached, and there are others.
    Beside,
    /// It is not attached: the message was here before, and another connection is attached.
    Elsewhere,
}

/// A session of a client, and what the server knows beside its messages.
#[derive(Debug)]
pub struct Live {
    id: i64,
    key: Arc<Key>,
    machine: Mutex<Session>,
    layer: AtomicI32,
    is_v1_told: AtomicBool,
    wants_updates: AtomicBool,
    /// The connections; the last one is that from which the client was heard last.
    ports: Mutex<Vec<Arc<Port>>>,
    waiters: Arc<Waiters>,
    is_destroyed: AtomicBool,
    detached_at: AtomicI64,
    /// When the database was told last that it is in use, in Unix seconds.
    noted_at: AtomicI64,
    finishing: Notify,
    wait_time: Duration,
    running: Arc<Semaphore>,
}

impl Live {
    pub(super) fn new(
        id: i64,
        key: Arc<Key>,
        record: SessionRecord,
        unique_id: i64,
        is_strict: bool,
    ) -> Self {
        let mut machine = Session::new(id, unique_id);
        machine.set_strict(is_strict);
        Self {
            id,
            key,
            machine: Mutex::new(machine),
            layer: AtomicI32::new(record.layer.unwrap_or_default()),
            is_v1_told: AtomicBool::new(false),
            wants_updates: AtomicBool::new(record.wants_updates),
            ports: Mutex::new(Vec::new()),
            waiters: Arc::default(),
            is_destroyed: AtomicBool::new(false),
            detached_at: AtomicI64::new(i64::MAX),
            noted_at: AtomicI64::new(i64::MIN),
            finishing: Notify::new(),
            wait_time: Duration::MAX,
            running: Arc::new(Semaphore::new(MAX_RUNNING)),
        }
    }

    /// With this limit to the time for which a request waits for those that must come before it.
    pub(super) fn waiting_for(self, wait_time: Duration) -> Self {
        Self { wait_time, ..self }
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
        let own = Some(self.layer.load(Ordering::Acquire)).filter(|layer| *layer != 0);
        own.or_else(|| self.key.layer())
    }

    /// Takes the layer that the session named. Tells whether it is another one than before.
    pub fn set_layer(&self, layer: i32) -> bool {
        self.key.set_layer(layer);
        self.layer.swap(layer, Ordering::AcqRel) != layer
    }

    /// Whether this is the first message of the session in MTProto 1.0: the log tells of it once.
    pub fn begins_v1(&self, version: Version) -> bool {
        version == Version::V1 && !self.is_v1_told.swap(true, Ordering::AcqRel)
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

    fn ports(&self) -> MutexGuard<'_, Vec<Arc<Port>>> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client was heard over this connection, by a message of this id: from now on it is the one that the session
    /// sends over. But whoever has listened can send a message once more, so that one which was here before takes
    /// nothing away from another connection.
    pub fn attach(&self, port: &Arc<Port>, msg_id: i64) -> Attached {
        if self.sends_over(port) {
            return Attached::Before;
        }
        let is_repeated = self.machine().has_seen(msg_id);
        let mut ports = self.ports();
        if is_repeated && !ports.is_empty() {
            return Attached::Elsewhere;
        }
        self.detached_at.store(i64::MAX, Ordering::Release);
        let known = ports.iter().position(|known| Arc::ptr_eq(known, port));
        known.map(|index| ports.remove(index));
        let attached = match (known, ports.is_empty()) {
            (Some(_), _) => Attached::Before,
            (None, true) => Attached::Alone,
            (None, false) => Attached::Beside,
        };
        ports.push(port.clone());
        attached
    }

    /// The connection is gone, or sends nothing any more. Others take what it may have lost, if `is_lost`;
    /// without others the session waits for one.
    pub fn detach(&self, port: &Arc<Port>, is_lost: bool, now: Timestamp) {
        let mut ports = self.ports();
        let before = ports.len();
        ports.retain(|known| !Arc::ptr_eq(known, port));
        if ports.len() == before {
            return;
        }
        if ports.is_empty() {
            return self.detached_at.store(now.seconds(), Ordering::Release);
        }
        drop(ports);
        let mut machine = self.machine();
        if is_lost {
            machine.lost(port.id, now);
        }
        if machine.is_waiting() {
            drop(machine);
            self.wake();
        }
    }

    /// Whether this connection is the one that the session sends over.
    pub fn sends_over(&self, port: &Arc<Port>) -> bool {
        self.ports().last().is_some_and(|last| Arc::ptr_eq(last, port))
    }

    /// Whether the session was destroyed. Another one of its id is another one.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.is_destroyed.load(Ordering::Acquire)
    }

    pub(super) fn destroy(&self) {
        self.is_destroyed.store(true, Ordering::Release);
    }

    /// Seconds since the session lost its last connection; none while it has one.
    pub(super) fn detached_for(&self, now: Timestamp) -> Option<i64> {
        let at = self.detached_at.load(Ordering::Acquire);
        (at != i64::MAX).then(|| now.seconds() - at)
    }

    /// Whether the database is to be told that the session is in use, since it was not for so many seconds. It is
    /// taken to be told now.
    pub(super) fn is_to_be_noted(&self, now: Timestamp, every: i64) -> bool {
        let now = now.seconds();
        let is_due = self.noted_at.load(Ordering::Acquire) <= now.saturating_sub(every);
        if is_due {
            self.noted_at.store(now, Ordering::Release);
        }
        is_due
    }

    /// Wakes the connection, if there is one, to send what waits. Over HTTP all that wait for something.
    pub fn wake(&self) {
        if let Some(port) = self.ports().last() {
            port.waiting.notify_one();
        }
        self.waiters.wake();
    }

    /// An HTTP request of the connection waits from now on; `is_asked` if `http_wait` says so.
    #[must_use]
    pub fn wait(&self, port: &Arc<Port>, is_asked: bool) -> Waiting {
        Waiting::new(&self.waiters, port, is_asked)
    }

    /// Waits until one more request may be answered; it is, for as long as the permit lives.
    pub async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so there is always a permit at last.
        self.running.clone().acquire_owned().await.ok()
    }

    /// Handles a decrypted message, as [`Session::receive`], and wakes requests that wait for others: it may be one of
    /// these, or the last one before that is forgotten.
    pub fn receive(&self, message: Plaintext, now: Timestamp) -> Vec<Event> {
        let events = self.machine().receive(message, now, self.key.salts());
        self.finishing.notify_waiters();
        events
    }

    /// Answers a request, and wakes the connection and those that wait for this request.
    pub fn answer(&self, msg_id: i64, result: &[u8]) {
        self.answer_behind(msg_id, result, None);
    }

    /// Answers a request as [`answer`](Self::answer), unless more updates were pushed than these. Tells whether it did.
    pub fn answer_behind(&self, msg_id: i64, result: &[u8], pushed: Option<u64>) -> bool {
        let mut machine = self.machine();
        if pushed.is_some_and(|pushed| pushed != machine.pushed()) {
            return false;
        }
        machine.answer(msg_id, result);
        drop(machine);
        self.wake();
        self.finishing.notify_waiters();
        true
    }

    /// Queues updates and wakes the connection.
    pub fn push_update(&self, body: Bytes) {
        self.machine().push_update(body);
        self.wake();
    }

    /// Waits until these requests have been answered. Tells whether all succeeded, in time; `now` is when that was
    /// asked.
    pub async fn finished(&self, msg_ids: &[i64], now: Timestamp) -> bool {
        let all = async {
            loop {
                let next = self.finishing.notified();
                tokio::pin!(next);
                // Before the check, so that nothing is missed between the two.
                next.as_mut().enable();
                let outcome = self.machine().have_succeeded(msg_ids, now);
                if let Some(outcome) = outcome {
                    return outcome;
                }
                next.await;
            }
        };
        tokio::time::timeout(self.wait_time, all).await.unwrap_or(false)
    }
}
