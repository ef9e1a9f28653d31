use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Port;

/// The HTTP requests of a session that have no response yet, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Waiters(Mutex<Vec<Arc<Waiter>>>);

#[derive(Debug)]
struct Waiter {
    port: Arc<Port>,
    is_asked: bool,
}

impl Waiters {
    fn list(&self) -> MutexGuard<'_, Vec<Arc<Waiter>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all connections with such requests: any of them may take what the session has to send, and
    /// be the one that has waited for it.
    pub(super) fn wake(&self) {
        self.list().iter().for_each(|waiter| waiter.port.waiting.notify_one());
    }
}

/// The place of an HTTP request among those of its session, until it is dropped.
#[derive(Debug)]
pub struct Waiting {
    all: Arc<Waiters>,
    this: Arc<Waiter>,
}

impl Waiting {
    pub(super) fn new(all: &Arc<Waiters>, port: &Arc<Port>, is_asked: bool) -> Self {
        // Some of them may wait no longer.
        all.wake();
        let this = Arc::new(Waiter { port: port.clone(), is_asked });
        all.list().push(this.clone());
        Self { all: all.clone(), this }
    }

    /// Whether the request is to wait for whatever comes. The newest is that came with `http_wait`, or the newest of
    /// all where none did, and those of its connection. One is enough for what comes; more would take all the
    /// connections that clients open: Qt has six for a server, and so have browsers. Telegram Desktop sends `http_wait`
    /// with whatever it sends, and could send nothing more while six wait.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        let list = self.all.list();
        let newest = list.iter().rfind(|waiter| waiter.is_asked).or(list.last());
        newest.is_some_and(|newest| Arc::ptr_eq(&newest.port, &self.this.port))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.all.list().retain(|waiter| !Arc::ptr_eq(waiter, &self.this));
    }
}
