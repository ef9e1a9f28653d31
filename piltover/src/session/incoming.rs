//! What the client sent: which messages came before, and whether a new one keeps the rules.

use std::collections::{BTreeMap, VecDeque};

use crate::clock::Timestamp;
use crate::limits::MAX_REMEMBERED;
use crate::rules::{self, Refusal};

const MAX_AGE: i64 = 300;
const MAX_AHEAD: i64 = 30;
/// So many requests that were answered last are known even when their messages are not remembered any more: whoever
/// waits for one of them need not be quicker than the next messages.
const MAX_FINISHED: usize = 64;

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
    /// A request whose answer the client has acknowledged.
    Known,
}

/// How a message ended, for those that must come behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It has not, or has not come yet.
    Open,
    /// It is done.
    Done,
    /// It was answered with an error, is remembered no more, or can never come.
    Failed,
}

#[derive(Debug)]
struct Record {
    seq_no: i32,
    fate: Fate,
    has_failed: bool,
}

/// The messages of one session that came in.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    records: BTreeMap<i64, Record>,
    /// The highest id that is remembered no more.
    forgotten: i64,
    /// The requests that were answered last, and whether with an error.
    finished: VecDeque<(i64, bool)>,
}

/// What a message is that keeps the rules.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    New,
    Before(Fate),
}

impl Incoming {
    /// Checks a message and remembers it.
    pub(super) fn admit(&mut self, msg_id: i64, seq_no: i32, now: Timestamp) -> Result<Seen, Refusal> {
        if msg_id % 4 != 0 {
            return Err(Refusal::new(&rules::MSG_ID_PARITY, "0 modulo 4", (msg_id % 4).to_string()));
        }
        if let Some(record) = self.records.get(&msg_id) {
            return Ok(Seen::Before(record.fate));
        }
        let age = now.seconds() - (msg_id >> 32);
        let is_wrong = |rule| {
            let expected = format!("{MAX_AGE} s before to {MAX_AHEAD} s behind the server's clock");
            Err(Refusal::new(rule, expected, format!("{} s", -age)))
        };
        if age > MAX_AGE {
            return is_wrong(&rules::MSG_ID_TOO_LOW);
        }
        if age < -MAX_AHEAD {
            return is_wrong(&rules::MSG_ID_TOO_HIGH);
        }
        if msg_id <= self.forgotten {
            let expected = format!("above {}", self.forgotten);
            return Err(Refusal::new(&rules::MSG_ID_FORGOTTEN, expected, msg_id.to_string()));
        }
        self.check_seq_no(msg_id, seq_no)?;
        self.records.insert(msg_id, Record { seq_no, fate: Fate::Done, has_failed: false });
        if self.records.len() > MAX_REMEMBERED {
            self.forget_one(msg_id);
        }
        Ok(Seen::New)
    }

    /// Forgets the message with the lowest id, but no request that has no answer yet, and not the newest message.
    fn forget_one(&mut self, newest: i64) {
        let is_open = |record: &Record| matches!(record.fate, Fate::Running | Fate::Dropped);
        let lowest = self.records.iter().find(|(id, record)| **id != newest && !is_open(record));
        if let Some(id) = lowest.map(|(id, _)| *id) {
            self.records.remove(&id);
            self.forgotten = self.forgotten.max(id);
        }
    }

    /// Sequence numbers rise with message ids, by one behind each content-related message. Messages may
    /// come in any order, so a message is compared with its neighbours by id. A client that restarts its
    /// count (the server lost the session, or the other way round) is fine as long as the order is.
    fn check_seq_no(&self, msg_id: i64, seq_no: i32) -> Result<(), Refusal> {
        // A content-related message has an odd number, and whatever comes behind it a higher one.
        let in_order =
            |before: i32, behind: i32| if before % 2 == 0 { behind >= before } else { behind > before };
        if let Some((_, before)) = self.records.range(..msg_id).next_back()
            && !in_order(before.seq_no, seq_no)
        {
            let expected = format!("{} at least", before.seq_no + before.seq_no % 2);
            return Err(Refusal::new(&rules::SEQ_NO_TOO_LOW, expected, seq_no.to_string()));
        }
        if let Some((_, behind)) = self.records.range(msg_id..).next()
            && !in_order(seq_no, behind.seq_no)
        {
            let expected = format!("{} at most", behind.seq_no - seq_no % 2);
            return Err(Refusal::new(&rules::SEQ_NO_TOO_HIGH, expected, seq_no.to_string()));
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

    /// A running request is done. Tells whether the client wants its answer.
    pub(super) fn finish(&mut self, msg_id: i64, has_failed: bool) -> bool {
        let Some(record) = self.records.get_mut(&msg_id) else { return false };
        let is_wanted = match record.fate {
            Fate::Running => true,
            Fate::Dropped => false,
            Fate::Done | Fate::Answered | Fate::Known => return false,
        };
        record.fate = if is_wanted { Fate::Answered } else { Fate::Known };
        record.has_failed = has_failed;
        if self.finished.len() == MAX_FINISHED {
            self.finished.pop_front();
        }
        self.finished.push_back((msg_id, has_failed));
        is_wanted
    }

    /// How a message ended. What came so long ago that it is remembered no more counts as failed: nobody can tell, and
    /// its client has had the answer.
    pub(super) fn outcome(&self, msg_id: i64, now: Timestamp) -> Outcome {
        let ended = |has_failed| if has_failed { Outcome::Failed } else { Outcome::Done };
        match self.records.get(&msg_id) {
            Some(Record { fate: Fate::Running | Fate::Dropped, .. }) => return Outcome::Open,
            Some(record) => return ended(record.has_failed),
            None => {}
        }
        if let Some((_, has_failed)) = self.finished.iter().find(|(id, _)| *id == msg_id) {
            return ended(*has_failed);
        }
        let may_come =
            msg_id % 4 == 0 && msg_id > self.forgotten && now.seconds() - (msg_id >> 32) <= MAX_AGE;
        if may_come { Outcome::Open } else { Outcome::Failed }
    }

    /// The client has the answers to these requests.
    pub(super) fn answers_known(&mut self, requests: impl Iterator<Item = i64>) {
        for msg_id in requests {
            if self.fate(msg_id) == Some(Fate::Answered) {
                self.set_fate(msg_id, Fate::Known);
            }
        }
    }

    /// The byte that `msgs_state_info` has for a message. `is_acked` tells whether the client knows that it
    /// has come.
    ///
    /// <https://core.telegram.org/mtproto/service_messages_about_messages#informational-message-regarding-status-of-messages>
    pub(super) fn state(&self, msg_id: i64, is_acked: bool) -> u8 {
        const RECEIVED: u8 = 4;
        const ACKNOWLEDGED: u8 = 8;
        const NEEDS_NO_ACK: u8 = 16;
        const RPC: u8 = 32;
        const ANSWERED: u8 = 64;
        const ANSWER_KNOWN: u8 = 128;
        match self.records.get(&msg_id) {
            Some(record) => {
                let content = match record.seq_no % 2 {
                    0 => NEEDS_NO_ACK,
                    _ if is_acked => ACKNOWLEDGED,
                    _ => 0,
                };
                let fate = match record.fate {
                    Fate::Done => 0,
                    Fate::Running | Fate::Dropped => RPC,
                    Fate::Answered => RPC | ANSWERED,
                    Fate::Known => RPC | ANSWERED | ANSWER_KNOWN,
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

    /// The code of the rule that a message breaks.
    fn code(result: Result<Seen, Refusal>) -> i32 {
        result.unwrap_err().rule.code()
    }

    const NOW: Timestamp = Timestamp(1_700_000_000 * 1_000_000_000);

    fn id(offset: i64) -> i64 {
        (1_700_000_000 << 32) + offset * 4
    }

    #[test]
    fn ids_are_checked() {
        let mut incoming = Incoming::default();
        let mut admit = |msg_id| incoming.admit(msg_id, 0, NOW);
        assert_eq!(code(admit(id(0) + 1)), 18);
        assert_eq!(code(admit(id(0) - (301 << 32))), 16);
        assert_eq!(code(admit(id(0) + (31 << 32))), 17);
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
        for n in 0..=MAX_REMEMBERED as i64 {
            assert_eq!(incoming.admit(id(n), n as i32 * 2 + 1, NOW), Ok(Seen::New));
        }
        assert_eq!(incoming.records.len(), MAX_REMEMBERED);
        assert_eq!(code(incoming.admit(id(0), 1, NOW)), 20);
        assert_eq!(incoming.state(id(0), false), 1);
    }

    #[test]
    fn a_request_is_remembered_until_it_is_answered() {
        let mut incoming = Incoming::default();
        let count = MAX_REMEMBERED as i64;
        for n in 0..count * 2 {
            assert_eq!(incoming.admit(id(n), n as i32 * 2 + 1, NOW), Ok(Seen::New));
            // The first one takes its time, and the second half, too.
            if n == 0 || n >= count {
                incoming.set_fate(id(n), Fate::Running);
            }
        }
        assert_eq!(incoming.fate(id(0)), Some(Fate::Running));
        assert_eq!(incoming.fate(id(count * 2 - 1)), Some(Fate::Running));
        assert_eq!(incoming.records.len(), MAX_REMEMBERED + 1, "all that is left runs");
        assert!(incoming.finish(id(0), false));
        assert_eq!(incoming.admit(id(count * 2), count as i32 * 4 + 1, NOW), Ok(Seen::New));
        assert_eq!(incoming.fate(id(0)), None);
    }

    #[test]
    fn outcomes_are_known_as_far_as_anybody_can() {
        let mut incoming = Incoming::default();
        let request = |incoming: &mut Incoming, n: i64| {
            incoming.admit(id(n), n as i32 * 2 + 1, NOW).unwrap();
            incoming.set_fate(id(n), Fate::Running);
        };
        for n in 1..=3 {
            request(&mut incoming, n);
        }
        incoming.set_fate(id(3), Fate::Dropped);
        incoming.admit(id(4), 8, NOW).unwrap();
        let outcomes = |incoming: &Incoming, ids: [i64; 5]| ids.map(|n| incoming.outcome(id(n), NOW));
        use Outcome::{Done, Failed, Open};
        assert_eq!(outcomes(&incoming, [1, 2, 3, 4, 5]), [Open, Open, Open, Done, Open]);
        assert!(incoming.finish(id(1), false) && incoming.finish(id(2), true));
        assert!(!incoming.finish(id(3), false), "nobody wants it");
        assert!(
            !incoming.finish(id(1), true) && !incoming.finish(id(4), true) && !incoming.finish(id(9), true)
        );
        assert_eq!(outcomes(&incoming, [1, 2, 3, 4, 5]), [Done, Failed, Done, Done, Open]);
        // What can never come.
        assert_eq!(incoming.outcome(id(5) + 1, NOW), Failed);
        let later = Timestamp::from_seconds(NOW.seconds() + MAX_AGE + 1);
        assert_eq!((incoming.outcome(id(5), later), incoming.outcome(id(1), later)), (Failed, Done));
        // Forgotten messages: these are still known, then not.
        for n in 10..10 + MAX_REMEMBERED as i64 {
            incoming.admit(id(n), n as i32 * 2, NOW).unwrap();
        }
        assert_eq!(outcomes(&incoming, [1, 2, 3, 4, 5]), [Done, Failed, Done, Failed, Open]);
        for n in 0..MAX_FINISHED as i64 {
            request(&mut incoming, 5000 + n);
            assert!(incoming.finish(id(5000 + n), false));
        }
        assert_eq!(outcomes(&incoming, [1, 2, 3, 4, 5]), [Failed; 5]);
        assert_eq!(incoming.outcome(id(5000), NOW), Done);
    }

    #[test]
    fn sequence_numbers_follow_ids() {
        let mut incoming = Incoming::default();
        incoming.admit(id(10), 5, NOW).unwrap();
        incoming.admit(id(20), 9, NOW).unwrap();
        assert_eq!(code(incoming.admit(id(15), 5, NOW)), 32);
        assert_eq!(code(incoming.admit(id(15), 9, NOW)), 33);
        assert_eq!(incoming.admit(id(15), 7, NOW), Ok(Seen::New));
        assert_eq!(incoming.admit(id(16), 8, NOW), Ok(Seen::New));
        assert_eq!(incoming.admit(id(17), 8, NOW), Ok(Seen::New), "acknowledgments share a number");
        assert_eq!(code(incoming.admit(id(21), 9, NOW)), 32);
    }

    #[test]
    fn states_are_told() {
        let mut incoming = Incoming::default();
        incoming.admit(id(10), 1, NOW).unwrap();
        incoming.admit(id(12), 2, NOW).unwrap();
        assert_eq!(incoming.state(id(10), false), 4);
        assert_eq!(incoming.state(id(12), false), 4 + 16);
        assert_eq!(incoming.state(id(11), false), 2);
        assert_eq!(incoming.state(id(13), false), 3);
        incoming.set_fate(id(10), Fate::Answered);
        assert_eq!(incoming.state(id(10), false), 4 + 32 + 64);
        assert_eq!(incoming.state(id(10), true), 4 + 8 + 32 + 64);
        incoming.answers_known([id(10)].into_iter());
        assert_eq!(incoming.state(id(10), false), 4 + 32 + 64 + 128);
    }
}
