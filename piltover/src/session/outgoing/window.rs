//! What was sent and not acknowledged yet, by its ids.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use super::Kind;
use crate::limits::{MAX_UNACKED, MAX_UNACKED_BYTES};

#[derive(Debug)]
pub(super) struct Sent {
    pub(super) kind: Kind,
    pub(super) seq_no: i32,
    pub(super) body: Bytes,
    /// The connection over which it went last.
    pub(super) via: u64,
}

/// The messages that may have to be sent again.
#[derive(Debug, Default)]
pub(super) struct Window {
    sent: BTreeMap<i64, Sent>,
    /// The answers among them, by their requests.
    answers: HashMap<i64, i64>,
    /// The lengths of all bodies.
    bytes: usize,
}

impl Window {
    pub(super) fn insert(&mut self, msg_id: i64, sent: Sent) {
        self.bytes += sent.body.len();
        if let Kind::Answer(request) = sent.kind {
            self.answers.insert(request, msg_id);
        }
        self.sent.insert(msg_id, sent);
    }

    pub(super) fn get(&self, msg_id: i64) -> Option<&Sent> {
        self.sent.get(&msg_id)
    }

    /// The message has gone over another connection.
    pub(super) fn sent_again(&mut self, msg_id: i64, via: u64) {
        if let Some(sent) = self.sent.get_mut(&msg_id) {
            sent.via = via;
        }
    }

    pub(super) fn remove(&mut self, msg_id: i64) -> Option<Sent> {
        let sent = self.sent.remove(&msg_id)?;
        self.forget(&sent);
        Some(sent)
    }

    /// What is counted of a message that is not here any more.
    fn forget(&mut self, sent: &Sent) {
        self.bytes -= sent.body.len();
        if let Kind::Answer(request) = sent.kind {
            self.answers.remove(&request);
        }
    }

    /// The id of the answer to a request.
    pub(super) fn answer_to(&self, req_msg_id: i64) -> Option<i64> {
        self.answers.get(&req_msg_id).copied()
    }

    /// The ids of all, rising.
    pub(super) fn all(&self) -> Vec<i64> {
        self.sent.keys().copied().collect()
    }

    /// The ids of those that are older than this one, rising.
    pub(super) fn before(&self, msg_id: i64) -> Vec<i64> {
        self.sent.range(..msg_id).map(|(id, _)| *id).collect()
    }

    /// The ids of those that went over this connection last, rising.
    pub(super) fn sent_over(&self, via: u64) -> Vec<i64> {
        self.sent.iter().filter(|(_, sent)| sent.via == via).map(|(id, _)| *id).collect()
    }

    /// Gives those up that are older than this one. Tells whether updates were among them.
    pub(super) fn forget_before(&mut self, msg_id: i64) -> bool {
        let young = self.sent.split_off(&msg_id);
        let old = std::mem::replace(&mut self.sent, young);
        old.values().for_each(|sent| self.forget(sent));
        old.values().any(|sent| sent.kind == Kind::Update)
    }

    /// Gives the oldest up that are too many or too long.
    pub(super) fn confine(&mut self) {
        while self.sent.len() > MAX_UNACKED || self.bytes > MAX_UNACKED_BYTES {
            let Some((_, sent)) = self.sent.pop_first() else { break };
            self.forget(&sent);
        }
    }

    /// The lengths of all bodies, and the number of answers.
    #[cfg(test)]
    pub(super) fn counted(&self) -> (usize, usize) {
        (self.bytes, self.answers.len())
    }
}
