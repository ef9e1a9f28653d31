//! The last steps of a connection, for the post-mortem of one that ends in error.

use std::collections::VecDeque;
use std::fmt;

use crate::clock::Timestamp;

/// Steps that are remembered.
const LENGTH: usize = 24;

/// What happened. No step holds what a client said, let alone a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Bytes came.
    Read(usize),
    /// An unencrypted message, by its constructor.
    Plain(u32),
    /// An encrypted message came, in a session, with an id and a sequence number, by its constructor.
    Message { session: i64, msg_id: i64, seq_no: i32, constructor: u32 },
    /// A rule was broken.
    Refused(&'static str),
    /// Messages went out.
    Sent(usize),
    /// Bytes went out.
    Written(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(len) => write!(f, "read {len} bytes"),
            Self::Plain(id) => write!(f, "unencrypted {id:08x}"),
            Self::Message { session, msg_id, seq_no, constructor } => {
                write!(f, "session {session:016x} message {msg_id} seq_no {seq_no}: {constructor:08x}")
            }
            Self::Refused(rule) => write!(f, "broke {rule}"),
            Self::Sent(count) => write!(f, "sent {count} messages"),
            Self::Written(len) => write!(f, "wrote {len} bytes"),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Trail(VecDeque<(Timestamp, Step)>);

impl Trail {
    pub(super) fn note(&mut self, now: Timestamp, step: Step) {
        if self.0.len() == LENGTH {
            self.0.pop_front();
        }
        self.0.push_back((now, step));
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.back().map_or(0, |(at, _)| at.0);
        for (index, (at, step)) in self.0.iter().enumerate() {
            let milliseconds = (at.0 - end) / 1_000_000;
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{milliseconds} ms {step}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_steps_are_told_with_their_times() {
        let mut trail = Trail::default();
        for n in 0..100 {
            trail.note(Timestamp(n * 1_000_000), Step::Read(n as usize));
        }
        let text = trail.to_string();
        assert!(text.starts_with("-23 ms read 76 bytes; ") && text.ends_with("; 0 ms read 99 bytes"));
    }
}
