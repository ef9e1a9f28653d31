use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::Timestamp;

/// The keys that were made and have encrypted nothing yet, oldest first: when, and their ids. Some of them may
/// have been used since.
#[derive(Debug, Default)]
pub(super) struct Unused(VecDeque<(Timestamp, i64)>);

impl Unused {
    pub(super) fn push(&mut self, now: Timestamp, id: i64) {
        self.0.push_back((now, id));
    }

    /// Takes the oldest one that is beyond `most`, or older than `longest`.
    pub(super) fn pop(&mut self, now: Timestamp, most: usize, longest: Duration) -> Option<i64> {
        let longest = i64::try_from(longest.as_nanos()).unwrap_or(i64::MAX);
        let is_old = |made: &Timestamp| now.0.saturating_sub(made.0) >= longest;
        let (made, id) = self.0.front().copied()?;
        (self.0.len() > most || is_old(&made)).then(|| self.0.pop_front()).flatten().map(|_| id)
    }
}
