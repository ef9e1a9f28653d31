//! HTTP requests that wait for their answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::session::{HttpWait, Live, Port, Waiting};

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

/// What the body of an HTTP request held that matters to its answer.
#[derive(Debug, Default)]
pub(super) struct Posted {
    /// What the client says about waiting.
    pub(super) wait: Option<HttpWait>,
    /// The requests of the API. A client that says nothing about waiting expects their answers.
    pub(super) requests: Vec<i64>,
}

#[derive(Debug)]
pub(super) struct SessionPoll {
    pub(super) session: Arc<Live>,
    posted: Posted,
    turn: Waiting,
    since: Instant,
    /// How many messages waited when it was looked last, since when there are any, and since when that many.
    waiting: usize,
    first: Option<Instant>,
    latest: Instant,
}

impl Poll {
    /// When it is to be answered, as far as is known now.
    pub(super) fn due(&mut self, now: Instant) -> Instant {
        match self {
            Self::Ready(_) | Self::Nothing => now,
            Self::Session(poll) => poll.due(now),
        }
    }
}

impl SessionPoll {
    pub(super) fn new(session: Arc<Live>, port: &Arc<Port>, posted: Posted, now: Instant) -> Self {
        let turn = session.wait(port, posted.wait.is_some());
        Self { session, posted, turn, since: now, waiting: 0, first: None, latest: now }
    }

    fn due(&mut self, now: Instant) -> Instant {
        let after = |start: Instant, milliseconds: i32| {
            let milliseconds = u64::try_from(milliseconds.clamp(0, MAX_WAIT)).unwrap_or_default();
            start + Duration::from_millis(milliseconds)
        };
        let wait = self.posted.wait.unwrap_or_default();
        let (is_answering, waiting) = {
            let machine = self.session.machine();
            (self.posted.requests.iter().any(|id| machine.is_running(*id)), machine.waiting())
        };
        if is_answering && self.posted.wait.is_none() {
            return after(self.since, wait.max_wait);
        }
        if waiting != self.waiting {
            self.waiting = waiting;
            self.latest = now;
        }
        if waiting == 0 {
            self.first = None;
            // The answers that it wanted may have taken another way.
            let is_done = self.posted.wait.is_none() && !self.posted.requests.is_empty();
            let goes_on = is_answering || !is_done && self.turn.is_needed();
            return if goes_on { after(self.since, wait.max_wait) } else { now };
        }
        let first = *self.first.get_or_insert(now);
        after(first, wait.max_delay).min(after(self.latest, wait.wait_after))
    }
}
