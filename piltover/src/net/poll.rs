//! HTTP requests that wait for their answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::session::{HttpWait, Live};

/// The longest time that a client may let a request wait, in milliseconds.
const MAX_WAIT: i32 = 120_000;

/// The answer to one HTTP request, to come.
#[derive(Debug)]
pub(super) enum Poll {
    /// It is there.
    Ready(Vec<u8>),
    /// There is none.
    Nothing,
    /// Whatever a session has to send.
    Session(SessionPoll),
}

#[derive(Debug)]
pub(super) struct SessionPoll {
    pub(super) session: Arc<Live>,
    pub(super) wait: HttpWait,
    since: Instant,
    /// How many messages waited when it was looked last, since when there are any, and since when that many.
    waiting: usize,
    first: Option<Instant>,
    latest: Instant,
}

impl SessionPoll {
    pub(super) fn new(session: Arc<Live>, wait: HttpWait, now: Instant) -> Self {
        Self { session, wait, since: now, waiting: 0, first: None, latest: now }
    }

    /// When it is to be answered, as far as is known now.
    pub(super) fn due(&mut self, now: Instant) -> Instant {
        let after = |start: Instant, milliseconds: i32| {
            let milliseconds = u64::try_from(milliseconds.clamp(0, MAX_WAIT)).unwrap_or_default();
            start + Duration::from_millis(milliseconds)
        };
        let waiting = self.session.machine().waiting();
        if waiting != self.waiting {
            self.waiting = waiting;
            self.latest = now;
        }
        if waiting == 0 {
            self.first = None;
            return after(self.since, self.wait.max_wait);
        }
        let first = *self.first.get_or_insert(now);
        after(first, self.wait.max_delay).min(after(self.latest, self.wait.wait_after))
    }
}
