//! HTTP requests: when each is answered, and with what.

use std::sync::Arc;

use tokio::time::Instant;

use super::Connection;
use crate::net::poll::Poll;
use crate::session::Live;

impl Connection {
    /// When an HTTP request is to be answered. Responses go in the order of the requests, so that one whose time has
    /// come ends the waiting of those before it: whatever these wait for may come in any later response.
    pub(super) fn polls_due(&mut self, now: Instant) -> Option<Instant> {
        self.polls.iter_mut().map(|poll| poll.due(now)).min()
    }

    /// Answers HTTP requests, in order, until no more of them is due.
    pub(super) fn answer_polls(&mut self) {
        loop {
            let now = Instant::now();
            if self.polls_due(now).is_none_or(|due| due > now) {
                return;
            }
            match self.polls.pop_front() {
                None => return,
                Some(Poll::Ready(message)) => self.pack(&message),
                Some(Poll::Nothing) => self.link.pack_nothing(),
                Some(Poll::Session(poll)) => {
                    if !self.flush_session(&poll.session, 1) {
                        let nothing = self.nothing(&poll.session);
                        self.pack(&nothing);
                    }
                    self.leave(&poll.session);
                }
            }
        }
    }

    /// A session that no request waits for any more is sent over another connection.
    fn leave(&mut self, session: &Arc<Live>) {
        let waits = |poll: &Poll| matches!(poll, Poll::Session(poll) if Arc::ptr_eq(&poll.session, session));
        if !self.polls.iter().any(waits) {
            session.detach(&self.port, false, self.engine.source.now());
        }
    }
}
