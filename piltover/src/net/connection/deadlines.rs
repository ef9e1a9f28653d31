//! When a connection is to do something, or to end, though nothing comes.

use std::time::Duration;

use tokio::time::Instant;

use super::{Connection, End};
use crate::rules::{self, Refusal};

impl Connection {
    /// When something is to be done, should nothing else happen.
    pub(super) fn next_deadline(&mut self) -> Instant {
        let limits = &self.engine.limits;
        let mut next = self.last_read + limits.silence;
        if self.unauthenticated.is_some() {
            next = next.min(self.opened + limits.handshake_time);
        }
        if let Some(blocked) = self.blocked {
            next = next.min(blocked + limits.write_time);
        }
        for deadline in [self.deadline, self.acks].into_iter().flatten() {
            next = next.min(deadline);
        }
        self.polls_due(Instant::now()).map_or(next, |due| next.min(due))
    }

    pub(super) fn check_deadlines(&mut self, now: Instant) -> Result<(), End> {
        let limits = &self.engine.limits;
        let over = |rule, limit: Duration| Refusal::new(rule, format!("{} s", limit.as_secs()), "more");
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Err(End::Client);
        }
        if self.last_read + limits.silence <= now {
            return Err(over(&rules::LIMIT_SILENCE, limits.silence).into());
        }
        if self.unauthenticated.is_some() && self.opened + limits.handshake_time <= now {
            return Err(over(&rules::LIMIT_HANDSHAKE_TIME, limits.handshake_time).into());
        }
        if self.blocked.is_some_and(|blocked| blocked + limits.write_time <= now) {
            return Err(over(&rules::LIMIT_SLOW_READER, limits.write_time).into());
        }
        Ok(())
    }
}
