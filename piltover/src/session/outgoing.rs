//! What the server sends: message ids, sequence numbers, containers, and what was not acknowledged yet.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use piltover_layers::mtproto::{bytes, enums, types};
use piltover_layers::{Encode, enums as api};

use super::container;
use crate::clock::Timestamp;

/// A container holds at most this many messages and bytes.
const MAX_CONTAINER: usize = 100;
const MAX_CONTAINER_BYTES: usize = 512 << 10;
/// What is kept for a client that does not acknowledge. Beyond it the oldest is given up.
const MAX_UNACKED: usize = 2048;
const MAX_UNACKED_BYTES: usize = 16 << 20;
/// Updates that wait for a connection. Beyond it the client is told to ask for the difference.
const MAX_WAITING: usize = 512;
/// Older messages are not sent again, in seconds.
const MAX_RESENT_AGE: i64 = 240;

/// What a message of the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `rpc_result` to the request with this id.
    Answer(i64),
    /// A service message in answer to one of the client's.
    Reply,
    /// A service message that the client must acknowledge.
    Notice,
    /// Updates. They never share a container with anything else: a client that cannot decode one message
    /// of a container loses all of it.
    Update,
}

impl Kind {
    fn is_content(self) -> bool {
        self != Self::Reply
    }

    /// Answers and updates have different low bits in their ids.
    fn id_bits(self) -> i64 {
        if matches!(self, Self::Answer(_) | Self::Reply) { 1 } else { 3 }
    }
}

#[derive(Debug)]
struct Queued {
    kind: Kind,
    body: Bytes,
    /// Id and sequence number of a message that is sent again.
    sent_as: Option<(i64, i32)>,
}

#[derive(Debug)]
struct Sent {
    kind: Kind,
    seq_no: i32,
    body: Bytes,
}

/// A message with its id and sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) msg_id: i64,
    pub(super) seq_no: i32,
    pub(super) body: Bytes,
}

/// The server's side of one session.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    last_id: i64,
    content: i32,
    queue: VecDeque<Queued>,
    waiting_updates: usize,
    unacked: BTreeMap<i64, Sent>,
    unacked_bytes: usize,
    acks: Vec<i64>,
}

impl Outgoing {
    pub(super) fn push(&mut self, kind: Kind, body: impl Into<Bytes>) {
        self.queue.push_back(Queued { kind, body: body.into(), sent_as: None });
    }

    /// Puts a message before all that wait.
    pub(super) fn push_front(&mut self, kind: Kind, body: impl Into<Bytes>) {
        self.queue.push_front(Queued { kind, body: body.into(), sent_as: None });
    }

    /// Queues updates. When too many wait for a connection, one `updatesTooLong` replaces them.
    pub(super) fn push_update(&mut self, body: Bytes) {
        if self.waiting_updates > MAX_WAITING {
            return;
        }
        self.waiting_updates += 1;
        if self.waiting_updates <= MAX_WAITING {
            return self.push(Kind::Update, body);
        }
        self.queue.retain(|queued| queued.kind != Kind::Update);
        self.push_too_long();
    }

    /// Acknowledges a message of the client with the next messages that are sent.
    pub(super) fn ack(&mut self, msg_id: i64) {
        if !self.acks.contains(&msg_id) {
            self.acks.push(msg_id);
        }
    }

    /// Whether there is more to send than acknowledgments.
    pub(super) fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The client has these messages.
    pub(super) fn acked(&mut self, msg_ids: &[i64]) {
        for msg_id in msg_ids {
            if let Some(sent) = self.unacked.remove(msg_id) {
                self.unacked_bytes -= sent.body.len();
            }
        }
    }

    /// The id of the answer to a request, if it was sent and not acknowledged.
    fn answer_to(&self, req_msg_id: i64) -> Option<i64> {
        self.unacked.iter().find(|(_, sent)| sent.kind == Kind::Answer(req_msg_id)).map(|(id, _)| *id)
    }

    /// Sends these messages again, as they were; those that are known no more are left out.
    pub(super) fn resend(&mut self, msg_ids: &[i64]) {
        for msg_id in msg_ids {
            let waits = |queued: &Queued| queued.sent_as.is_some_and(|(id, _)| id == *msg_id);
            if self.queue.iter().any(waits) {
                continue;
            }
            if let Some(sent) = self.unacked.get(msg_id) {
                let sent_as = Some((*msg_id, sent.seq_no));
                self.queue.push_back(Queued { kind: sent.kind, body: sent.body.clone(), sent_as });
            }
        }
    }

    /// Sends the answer to a request again.
    pub(super) fn resend_answer(&mut self, req_msg_id: i64) {
        if let Some(msg_id) = self.answer_to(req_msg_id) {
            self.resend(&[msg_id]);
        }
    }

    /// Everything the client did not acknowledge is sent again: it has a new connection. Clients break off at
    /// messages that are five minutes old, so these are given up; lost updates they ask for.
    pub(super) fn resend_all(&mut self, now: Timestamp) {
        let oldest = (now.seconds() - MAX_RESENT_AGE) << 32;
        let young = self.unacked.split_off(&oldest);
        let old = std::mem::replace(&mut self.unacked, young);
        self.unacked_bytes -= old.values().map(|sent| sent.body.len()).sum::<usize>();
        let all: Vec<i64> = self.unacked.keys().copied().collect();
        self.resend(&all);
        if old.values().any(|sent| sent.kind == Kind::Update) {
            self.push_too_long();
        }
    }

    /// Tells the client that it has missed updates. The same in every layer.
    fn push_too_long(&mut self) {
        let too_long = api::Updates::TooLong.to_bytes(piltover_layers::NEWEST).unwrap_or_default();
        self.push(Kind::Update, too_long);
    }

    /// Takes an answer back that the client may not have. Gives its id, sequence number and length, if it
    /// was sent, or zeros.
    pub(super) fn forget_answer(&mut self, req_msg_id: i64) -> Option<(i64, i32, usize)> {
        if let Some(msg_id) = self.answer_to(req_msg_id) {
            let sent = self.unacked.remove(&msg_id)?;
            self.unacked_bytes -= sent.body.len();
            self.queue.retain(|queued| queued.kind != Kind::Answer(req_msg_id));
            return Some((msg_id, sent.seq_no, sent.body.len()));
        }
        let index = self.queue.iter().position(|queued| queued.kind == Kind::Answer(req_msg_id))?;
        self.queue.remove(index).map(|queued| (0, 0, queued.body.len()))
    }

    /// Numbers everything that waits, with acknowledgments of what was received and not answered.
    pub(super) fn flush(&mut self, now: Timestamp) -> Vec<Numbered> {
        for queued in &self.queue {
            // An answer tells that the request has come.
            if let Kind::Answer(request) = queued.kind {
                self.acks.retain(|id| *id != request);
            }
        }
        if !self.acks.is_empty() {
            let msg_ids = std::mem::take(&mut self.acks);
            let ack = enums::MsgsAck::from(types::MsgsAck { msg_ids });
            self.push_front(Kind::Reply, bytes(&ack));
        }
        self.waiting_updates = 0;
        let mut out = Vec::new();
        while let Some(first) = self.queue.front() {
            let updates = first.kind == Kind::Update;
            let mut bytes = 0;
            let mut batch = Vec::new();
            while let Some(next) = self.queue.front() {
                bytes += next.body.len();
                let full = batch.len() == MAX_CONTAINER || bytes > MAX_CONTAINER_BYTES;
                if (next.kind == Kind::Update) != updates || full && !batch.is_empty() {
                    break;
                }
                batch.extend(self.queue.pop_front().map(|queued| self.number(queued, now)));
            }
            match batch.len() {
                1 => out.append(&mut batch),
                _ => out.push(self.contain(&batch, now)),
            }
        }
        self.forget_oldest();
        out
    }

    fn number(&mut self, queued: Queued, now: Timestamp) -> Numbered {
        let Queued { kind, body, sent_as } = queued;
        if let Some((msg_id, seq_no)) = sent_as {
            return Numbered { msg_id, seq_no, body };
        }
        let msg_id = self.next_id(now) | kind.id_bits();
        let seq_no = self.content * 2 + i32::from(kind.is_content());
        if kind.is_content() {
            self.content = self.content.wrapping_add(1) & (i32::MAX >> 1);
            self.unacked_bytes += body.len();
            self.unacked.insert(msg_id, Sent { kind, seq_no, body: body.clone() });
        }
        Numbered { msg_id, seq_no, body }
    }

    fn contain(&mut self, batch: &[Numbered], now: Timestamp) -> Numbered {
        let body = container::encode(
            batch.iter().map(|message| (message.msg_id, message.seq_no, &message.body[..])),
        );
        Numbered { msg_id: self.next_id(now) | 1, seq_no: self.content * 2, body: body.into() }
    }

    /// The next id, without its low bits: the time, or more if that has not gone on.
    fn next_id(&mut self, now: Timestamp) -> i64 {
        self.last_id = now.msg_id().max(self.last_id + 4);
        self.last_id
    }

    fn forget_oldest(&mut self) {
        while self.unacked.len() > MAX_UNACKED || self.unacked_bytes > MAX_UNACKED_BYTES {
            let Some((_, sent)) = self.unacked.pop_first() else { break };
            self.unacked_bytes -= sent.body.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_500_000_000);

    fn body(n: u8) -> Vec<u8> {
        vec![n; 8]
    }

    #[test]
    fn ids_rise_and_tell_what_a_message_is() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        let first = outgoing.flush(NOW).remove(0);
        outgoing.push(Kind::Update, body(2));
        let second = outgoing.flush(Timestamp(NOW.0 - 1_000_000_000)).remove(0);
        assert_eq!((first.msg_id >> 32, first.msg_id % 4, first.seq_no), (1_700_000_000, 1, 1));
        assert!(second.msg_id > first.msg_id, "even when the clock goes back");
        assert_eq!((second.msg_id % 4, second.seq_no), (3, 3));
        outgoing.push(Kind::Reply, body(3));
        assert_eq!(outgoing.flush(NOW)[0].seq_no, 4);
    }

    #[test]
    fn updates_are_apart_from_the_rest() {
        let mut outgoing = Outgoing::default();
        for (kind, n) in [
            (Kind::Answer(4), 1),
            (Kind::Reply, 2),
            (Kind::Update, 3),
            (Kind::Update, 4),
            (Kind::Answer(8), 5),
        ] {
            outgoing.push(kind, body(n));
        }
        let sent = outgoing.flush(NOW);
        let bodies: Vec<Vec<u8>> = sent
            .iter()
            .map(|message| match container::is_container(&message.body) {
                true => container::decode(&message.body).unwrap().iter().map(|inner| inner.body[0]).collect(),
                false => vec![message.body[0]],
            })
            .collect();
        assert_eq!(bodies, [vec![1, 2], vec![3, 4], vec![5]]);
        for message in &sent {
            if container::is_container(&message.body) {
                let inner = container::decode(&message.body).unwrap();
                assert!(
                    inner.iter().all(|inner| inner.msg_id < message.msg_id && inner.seq_no <= message.seq_no)
                );
            }
        }
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again_as_it_was() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        outgoing.push(Kind::Update, body(2));
        let sent = outgoing.flush(NOW);
        outgoing.acked(&[sent[0].msg_id]);
        outgoing.resend_all(NOW);
        outgoing.resend_all(NOW);
        assert_eq!(outgoing.flush(NOW), sent[1..]);
        outgoing.acked(&[sent[1].msg_id]);
        outgoing.resend_all(NOW);
        assert!(outgoing.flush(NOW).is_empty());
        assert_eq!(outgoing.unacked_bytes, 0);
    }

    #[test]
    fn what_is_too_old_is_given_up() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        outgoing.push(Kind::Update, body(2));
        outgoing.flush(NOW);
        let later = Timestamp(NOW.0 + 300_000_000_000);
        outgoing.resend_all(later);
        let sent = outgoing.flush(later);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body[..], 0xe317_af7e_u32.to_le_bytes());
    }

    #[test]
    fn an_answer_is_an_acknowledgment() {
        let mut outgoing = Outgoing::default();
        outgoing.ack(4);
        outgoing.ack(8);
        outgoing.push(Kind::Answer(4), body(1));
        let sent = outgoing.flush(NOW).remove(0);
        let inner = container::decode(&sent.body).unwrap();
        let enums::MsgsAck::Ack(ack) = piltover_layers::decode_exact(&inner[0].body).unwrap();
        assert_eq!(ack.msg_ids, [8]);
    }

    #[test]
    fn too_many_updates_become_one() {
        let mut outgoing = Outgoing::default();
        for _ in 0..MAX_WAITING + 10 {
            outgoing.push_update(body(1).into());
        }
        let sent = outgoing.flush(NOW);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body[..], 0xe317_af7e_u32.to_le_bytes());
        outgoing.push_update(body(1).into());
        assert_eq!(outgoing.flush(NOW)[0].body[..], body(1));
    }

    #[test]
    fn containers_and_memory_are_limited() {
        let mut outgoing = Outgoing::default();
        for n in 0..250 {
            outgoing.push(Kind::Answer(n), body(1));
        }
        assert_eq!(outgoing.flush(NOW).len(), 3);
        for n in 0..20 {
            outgoing.push(Kind::Answer(n), vec![0; 1 << 20]);
        }
        assert_eq!(outgoing.flush(NOW).len(), 20);
        assert!(outgoing.unacked_bytes <= MAX_UNACKED_BYTES);
    }
}
