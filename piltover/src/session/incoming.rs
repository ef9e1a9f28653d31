//! What the client sent: which messages came before, and whether a new one keeps the rules.

use std::collections::BTreeMap;

use super::Rule;
use crate::clock::Timestamp;

/// How many messages are remembered.
const WINDOW: usize = 1024;
const MAX_AGE: i64 = 300;
const MAX_AHEAD: i64 = 30;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was no request, or its answer does not go through `rpc_result`.
    Done,
    /// A request that is being handled.
    Running,
    /// A request whose answer the client does not want any more.
    Dropped,
    /// A request that has its answer.
    Answered,
}

#[derive(Debug)]
struct Record {
    seq_no: i32,
    fate: Fate,
}

/// The messages of one session that came in.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    records: BTreeMap<i64, Record>,
    /// The highest id that is remembered no more.
    forgotten: i64,
}

/// What a message is that keeps the rules.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    New,
    Before(Fate),
}

impl Incoming {
    /// Checks a message and remembers it.
    pub(super) fn admit(&mut self, msg_id: i64, seq_no: i32, now: Timestamp) -> Result<Seen, Rule> {
        if msg_id % 4 != 0 {
            return Err(Rule::MsgIdParity);
        }
        if let Some(record) = self.records.get(&msg_id) {
            return Ok(Seen::Before(record.fate));
        }
        let age = now.seconds() - (msg_id >> 32);
        if age > MAX_AGE {
            return Err(Rule::MsgIdTooLow);
        }
        if age < -MAX_AHEAD {
            return Err(Rule::MsgIdTooHigh);
        }
        if msg_id <= self.forgotten {
            return Err(Rule::MsgIdForgotten);
        }
        self.check_seq_no(msg_id, seq_no)?;
        self.records.insert(msg_id, Record { seq_no, fate: Fate::Done });
        if self.records.len() > WINDOW
            && let Some((id, _)) = self.records.pop_first()
        {
            self.forgotten = id;
        }
        Ok(Seen::New)
    }

    /// Sequence numbers rise with message ids, by one behind each content-related message. Messages may
    /// come in any order, so a message is compared with its neighbours by id. A client that restarts its
    /// count (the server lost the session, or the other way round) is fine as long as the order is.
    fn check_seq_no(&self, msg_id: i64, seq_no: i32) -> Result<(), Rule> {
        // A content-related message has an odd number, and whatever comes behind it a higher one.
        let in_order =
            |before: i32, behind: i32| if before % 2 == 0 { behind >= before } else { behind > before };
        if let Some((_, before)) = self.records.range(..msg_id).next_back()
            && !in_order(before.seq_no, seq_no)
        {
            return Err(Rule::SeqNoTooLow);
        }
        if let Some((_, behind)) = self.records.range(msg_id..).next()
            && !in_order(seq_no, behind.seq_no)
        {
            return Err(Rule::SeqNoTooHigh);
        }
        Ok(())
    }

    pub(super) fn fate(&self, msg_id: i64) -> Option<Fate> {
        self.records.get(&msg_id).map(|record| record.fate)
    }

    pub(super) fn set_fate(&mut self, msg_id: i64, fate: Fate) {
        if let Some(record) = self.records.get_mut(&msg_id) {
            record.fate = fate;
        }
    }

    /// The byte that `msgs_state_info` has for a message.
    ///
    /// <https://core.telegram.org/mtproto/service_messages_about_messages#informational-message-regarding-status-of-messages>
    pub(super) fn state(&self, msg_id: i64) -> u8 {
        const RECEIVED: u8 = 4;
        const NEEDS_NO_ACK: u8 = 16;
        const RPC_RUNNING: u8 = 32;
        const RPC_ANSWERED: u8 = 64;
        match self.records.get(&msg_id) {
            Some(record) => {
                let content = if record.seq_no % 2 == 0 { NEEDS_NO_ACK } else { 0 };
                let fate = match record.fate {
                    Fate::Done | Fate::Dropped => 0,
                    Fate::Running => RPC_RUNNING,
                    Fate::Answered => RPC_ANSWERED,
                };
                RECEIVED | content | fate
            }
            None if msg_id <= self.forgotten => 1,
            None if self.records.last_key_value().is_some_and(|(last, _)| msg_id <= *last) => 2,
            None => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000 * 1_000_000_000);

    fn id(offset: i64) -> i64 {
        (1_700_000_000 << 32) + offset * 4
    }

    #[test]
    fn ids_are_checked() {
        let mut incoming = Incoming::default();
        let mut admit = |msg_id| incoming.admit(msg_id, 0, NOW);
        assert_eq!(admit(id(0) + 1), Err(Rule::MsgIdParity));
        assert_eq!(admit(id(0) - (301 << 32)), Err(Rule::MsgIdTooLow));
        assert_eq!(admit(id(0) + (31 << 32)), Err(Rule::MsgIdTooHigh));
        assert_eq!(admit(id(0)), Ok(Seen::New));
        assert_eq!(admit(id(0)), Ok(Seen::Before(Fate::Done)));
        assert_eq!(admit(id(0) - (300 << 32)), Ok(Seen::New));
        assert_eq!(admit(id(0) + (30 << 32)), Ok(Seen::New));
    }

    #[test]
    fn a_repeated_message_is_known_however_old_it_is() {
        let mut incoming = Incoming::default();
        incoming.admit(id(0), 1, NOW).unwrap();
        let later = Timestamp::from_seconds(NOW.seconds() + 1000);
        assert_eq!(incoming.admit(id(0), 1, later), Ok(Seen::Before(Fate::Done)));
    }

    #[test]
    fn the_window_is_limited() {
        let mut incoming = Incoming::default();
        for n in 0..=WINDOW as i64 {
            assert_eq!(incoming.admit(id(n), n as i32 * 2 + 1, NOW), Ok(Seen::New));
        }
        assert_eq!(incoming.records.len(), WINDOW);
        assert_eq!(incoming.admit(id(0), 1, NOW), Err(Rule::MsgIdForgotten));
        assert_eq!(incoming.state(id(0)), 1);
    }

    #[test]
    fn sequence_numbers_follow_ids() {
        let mut incoming = Incoming::default();
        incoming.admit(id(10), 5, NOW).unwrap();
        incoming.admit(id(20), 9, NOW).unwrap();
        assert_eq!(incoming.admit(id(15), 5, NOW), Err(Rule::SeqNoTooLow));
        assert_eq!(incoming.admit(id(15), 9, NOW), Err(Rule::SeqNoTooHigh));
        assert_eq!(incoming.admit(id(15), 7, NOW), Ok(Seen::New));
        assert_eq!(incoming.admit(id(16), 8, NOW), Ok(Seen::New));
        assert_eq!(incoming.admit(id(17), 8, NOW), Ok(Seen::New), "acknowledgments share a number");
        assert_eq!(incoming.admit(id(21), 9, NOW), Err(Rule::SeqNoTooLow));
    }

    #[test]
    fn states_are_told() {
        let mut incoming = Incoming::default();
        incoming.admit(id(10), 1, NOW).unwrap();
        incoming.admit(id(12), 2, NOW).unwrap();
        assert_eq!(incoming.state(id(10)), 4);
        assert_eq!(incoming.state(id(12)), 4 + 16);
        assert_eq!(incoming.state(id(11)), 2);
        assert_eq!(incoming.state(id(13)), 3);
        incoming.set_fate(id(10), Fate::Answered);
        assert_eq!(incoming.state(id(10)), 4 + 64);
    }
}
