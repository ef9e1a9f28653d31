//! What the server sends: message ids, sequence numbers, containers, and what was not acknowledged yet.

use std::collections::{BTreeMap, HashSet, VecDeque};

use bytes::Bytes;
use piltover_layers::mtproto::{bytes, enums, types};
use piltover_layers::{Encode, enums as api};

use super::container;
use crate::clock::Timestamp;
use crate::limits::{MAX_UNACKED, MAX_UNACKED_BYTES, MAX_WAITING_UPDATES};

/// A container holds at most this many messages and bytes.
const MAX_CONTAINER: usize = 100;
const MAX_CONTAINER_BYTES: usize = 512 << 10;
/// Older messages are not sent again, in seconds.
const MAX_RESENT_AGE: i64 = 240;
/// A message that went out over another connection so many seconds ago may still be acknowledged there.
const ACK_TIME: i64 = 5;
/// Of longer messages the client is told, in bytes; it asks for them, if it has not got them.
const MAX_RESENT: usize = 64 << 10;
/// So many acknowledgments do not wait for something to travel with.
const MAX_ACKS: usize = 64;

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

impl Queued {
    /// The request that this answers.
    fn request(&self) -> Option<i64> {
        match self.kind {
            Kind::Answer(request) => Some(request),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Sent {
    kind: Kind,
    seq_no: i32,
    body: Bytes,
    /// The connection over which it went last.
    via: u64,
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
        if self.waiting_updates > MAX_WAITING_UPDATES {
            return;
        }
        self.waiting_updates += 1;
        if self.waiting_updates <= MAX_WAITING_UPDATES {
            return self.push(Kind::Update, body);
        }
        self.queue.retain(|queued| queued.kind != Kind::Update);
        self.push_too_long();
    }

    /// Acknowledges a message of the client with the next messages that are sent.
    pub(super) fn ack(&mut self, msg_id: i64) {
        // The last one, if any, is the one that is repeated.
        if !self.acks.iter().rev().take(MAX_ACKS).any(|id| *id == msg_id) {
            self.acks.push(msg_id);
        }
    }

    /// Whether there is more to send than a few acknowledgments.
    pub(super) fn is_waiting(&self) -> bool {
        !self.queue.is_empty() || self.acks.len() >= MAX_ACKS
    }

    /// How many messages wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Whether acknowledgments wait for something to travel with.
    pub(super) fn has_acks(&self) -> bool {
        !self.acks.is_empty()
    }

    /// Whether the client was told that this message has come, or is with the next flush.
    pub(super) fn is_acked(&self, msg_id: i64) -> bool {
        !self.acks.contains(&msg_id)
    }

    /// The client has these messages. Gives the requests that some of them answered.
    pub(super) fn acked(&mut self, msg_ids: &[i64]) -> Vec<i64> {
        let mut answered = Vec::new();
        for msg_id in msg_ids {
            if let Some(sent) = self.unacked.remove(msg_id) {
                self.unacked_bytes -= sent.body.len();
                if let Kind::Answer(request) = sent.kind {
                    answered.push(request);
                }
            }
        }
        answered
    }

    /// Whether all of these messages can be sent again.
    pub(super) fn has_all(&self, msg_ids: &[i64]) -> bool {
        msg_ids.iter().all(|msg_id| self.unacked.contains_key(msg_id))
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

    /// Sends the answer to a request again. Tells whether there is one.
    pub(super) fn resend_answer(&mut self, req_msg_id: i64) -> bool {
        let answer = self.answer_to(req_msg_id);
        answer.inspect(|msg_id| self.resend(&[*msg_id])).is_some()
    }

    /// Sends the answer to a repeated request again, or tells of it, if it is long. Gives false, if there is
    /// none any more.
    ///
    /// <https://core.telegram.org/mtproto/service_messages_about_messages#extended-voluntary-communication-of-status-of-one-message>
    pub(super) fn offer_answer(&mut self, req_msg_id: i64) -> bool {
        let Some(msg_id) = self.answer_to(req_msg_id) else { return self.waits(req_msg_id) };
        self.offer(msg_id);
        true
    }

    /// Whether the first sending of an answer still waits.
    fn waits(&self, req_msg_id: i64) -> bool {
        self.queue.iter().any(|queued| queued.kind == Kind::Answer(req_msg_id))
    }

    fn offer(&mut self, msg_id: i64) {
        let Some(sent) = self.unacked.get(&msg_id) else { return };
        if sent.body.len() <= MAX_RESENT {
            return self.resend(&[msg_id]);
        }
        let bytes_count = i32::try_from(sent.body.len()).unwrap_or(i32::MAX);
        let info: enums::MsgDetailedInfo = match sent.kind {
            Kind::Answer(request) => types::MsgDetailedInfo {
                msg_id: request,
                answer_msg_id: msg_id,
                bytes: bytes_count,
                status: 0,
            }
            .into(),
            _ => types::MsgNewDetailedInfo { answer_msg_id: msg_id, bytes: bytes_count, status: 0 }.into(),
        };
        self.push(Kind::Reply, bytes(&info));
    }

    /// The connection `via` is gone: what it had sent and the client did not acknowledge goes over another.
    pub(super) fn lost(&mut self, via: u64, now: Timestamp) {
        self.forget_old(now);
        let lost: Vec<i64> =
            self.unacked.iter().filter(|(_, sent)| sent.via == via).map(|(id, _)| *id).collect();
        lost.into_iter().for_each(|msg_id| self.offer(msg_id));
    }

    /// There is a new connection beside others, which may be dead without the server knowing: what they
    /// sent some time ago is sent again.
    pub(super) fn resend_late(&mut self, now: Timestamp) {
        self.forget_old(now);
        let late = (now.seconds() - ACK_TIME) << 32;
        let late: Vec<i64> = self.unacked.range(..late).map(|(id, _)| *id).collect();
        late.into_iter().for_each(|msg_id| self.offer(msg_id));
    }

    /// Everything the client did not acknowledge is sent again: it has a new connection.
    pub(super) fn resend_all(&mut self, now: Timestamp) {
        self.forget_old(now);
        let all: Vec<i64> = self.unacked.keys().copied().collect();
        all.into_iter().for_each(|msg_id| self.offer(msg_id));
    }

    /// Clients break off at messages that are five minutes old, so these are given up; lost updates they
    /// ask for.
    fn forget_old(&mut self, now: Timestamp) {
        let oldest = (now.seconds() - MAX_RESENT_AGE) << 32;
        let young = self.unacked.split_off(&oldest);
        let old = std::mem::replace(&mut self.unacked, young);
        self.unacked_bytes -= old.values().map(|sent| sent.body.len()).sum::<usize>();
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
    ///
    /// `via` is the connection over which they go; `most` is how many messages it can take.
    pub(super) fn flush(&mut self, now: Timestamp, via: u64, most: usize) -> Vec<Numbered> {
        if !self.acks.is_empty() {
            // An answer tells that the request has come.
            let answered: HashSet<i64> = self.queue.iter().filter_map(Queued::request).collect();
            self.acks.retain(|id| !answered.contains(id));
        }
        // They go with whatever comes first, updates too: over HTTP nothing else may go before the next request.
        let mut acks = (!self.acks.is_empty()).then(|| {
            let msg_ids = std::mem::take(&mut self.acks);
            let body = bytes(&enums::MsgsAck::from(types::MsgsAck { msg_ids }));
            Queued { kind: Kind::Reply, body: body.into(), sent_as: None }
        });
        let mut out = Vec::new();
        while out.len() < most && (acks.is_some() || !self.queue.is_empty()) {
            let updates = self.queue.front().is_some_and(|first| first.kind == Kind::Update);
            let mut bytes = 0;
            let mut batch = Vec::new();
            batch.extend(acks.take().map(|acks| self.number(acks, now, via)));
            while let Some(next) = self.queue.front() {
                bytes += next.body.len();
                let full = batch.len() == MAX_CONTAINER || bytes > MAX_CONTAINER_BYTES;
                if (next.kind == Kind::Update) != updates || full && !batch.is_empty() {
                    break;
                }
                batch.extend(self.queue.pop_front().map(|queued| self.number(queued, now, via)));
            }
            match batch.len() {
                1 => out.append(&mut batch),
                _ => out.push(self.contain(&batch, now)),
            }
        }
        self.waiting_updates = self.queue.iter().filter(|queued| queued.kind == Kind::Update).count();
        self.forget_oldest();
        out
    }

    /// What tells that nothing is to be sent.
    pub(super) fn nothing(&mut self, now: Timestamp) -> Numbered {
        self.contain(&[], now)
    }

    fn number(&mut self, queued: Queued, now: Timestamp, via: u64) -> Numbered {
        let Queued { kind, body, sent_as } = queued;
        if let Some((msg_id, seq_no)) = sent_as {
            if let Some(sent) = self.unacked.get_mut(&msg_id) {
                sent.via = via;
            }
            return Numbered { msg_id, seq_no, body };
        }
        let msg_id = self.next_id(now) | kind.id_bits();
        let seq_no = self.content * 2 + i32::from(kind.is_content());
        if kind.is_content() {
            self.content = self.content.wrapping_add(1) & (i32::MAX >> 1);
            self.unacked_bytes += body.len();
            self.unacked.insert(msg_id, Sent { kind, seq_no, body: body.clone(), via });
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
        let first = outgoing.flush(NOW, 1, usize::MAX).remove(0);
        outgoing.push(Kind::Update, body(2));
        let second = outgoing.flush(Timestamp(NOW.0 - 1_000_000_000), 1, usize::MAX).remove(0);
        assert_eq!((first.msg_id >> 32, first.msg_id % 4, first.seq_no), (1_700_000_000, 1, 1));
        assert!(second.msg_id > first.msg_id, "even when the clock goes back");
        assert_eq!((second.msg_id % 4, second.seq_no), (3, 3));
        outgoing.push(Kind::Reply, body(3));
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX)[0].seq_no, 4);
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
        let sent = outgoing.flush(NOW, 1, usize::MAX);
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
    fn acknowledgments_travel_with_whatever_is_first() {
        for kind in [Kind::Update, Kind::Answer(4)] {
            let mut outgoing = Outgoing::default();
            outgoing.ack(8);
            outgoing.push(kind, body(1));
            let sent = outgoing.flush(NOW, 1, 1);
            let inner = container::decode(&sent[0].body).unwrap();
            assert_eq!(inner.len(), 2);
            assert_eq!(inner[1].body, body(1));
            assert!(!outgoing.is_waiting() && !outgoing.has_acks());
            outgoing.ack(12);
            assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 1, "nothing else is there");
        }
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again_as_it_was() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        outgoing.push(Kind::Update, body(2));
        let sent = outgoing.flush(NOW, 1, usize::MAX);
        outgoing.acked(&[sent[0].msg_id]);
        outgoing.resend_all(NOW);
        outgoing.resend_all(NOW);
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX), sent[1..]);
        outgoing.acked(&[sent[1].msg_id]);
        outgoing.resend_all(NOW);
        assert!(outgoing.flush(NOW, 1, usize::MAX).is_empty());
        assert_eq!(outgoing.unacked_bytes, 0);
    }

    #[test]
    fn what_is_too_old_is_given_up() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        outgoing.push(Kind::Update, body(2));
        outgoing.flush(NOW, 1, usize::MAX);
        let later = Timestamp(NOW.0 + 300_000_000_000);
        outgoing.resend_all(later);
        let sent = outgoing.flush(later, 1, usize::MAX);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body[..], 0xe317_af7e_u32.to_le_bytes());
    }

    #[test]
    fn an_answer_is_an_acknowledgment() {
        let mut outgoing = Outgoing::default();
        outgoing.ack(4);
        outgoing.ack(8);
        outgoing.push(Kind::Answer(4), body(1));
        let sent = outgoing.flush(NOW, 1, usize::MAX).remove(0);
        let inner = container::decode(&sent.body).unwrap();
        let enums::MsgsAck::Ack(ack) = piltover_layers::decode_exact(&inner[0].body).unwrap();
        assert_eq!(ack.msg_ids, [8]);
    }

    #[test]
    fn too_many_updates_become_one() {
        let mut outgoing = Outgoing::default();
        for _ in 0..MAX_WAITING_UPDATES + 10 {
            outgoing.push_update(body(1).into());
        }
        let sent = outgoing.flush(NOW, 1, usize::MAX);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body[..], 0xe317_af7e_u32.to_le_bytes());
        outgoing.push_update(body(1).into());
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX)[0].body[..], body(1));
    }

    #[test]
    fn containers_and_memory_are_limited() {
        let mut outgoing = Outgoing::default();
        for n in 0..250 {
            outgoing.push(Kind::Answer(n), body(1));
        }
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 3);
        for n in 0..20 {
            outgoing.push(Kind::Answer(n), vec![0; 1 << 20]);
        }
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 20);
        assert!(outgoing.unacked_bytes <= MAX_UNACKED_BYTES);
    }

    #[test]
    fn what_went_over_a_lost_connection_goes_over_another() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        outgoing.flush(NOW, 1, usize::MAX);
        outgoing.push(Kind::Answer(8), body(2));
        let second = outgoing.flush(NOW, 2, usize::MAX);
        outgoing.lost(2, NOW);
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX), second);
        outgoing.lost(2, NOW);
        assert!(outgoing.flush(NOW, 1, usize::MAX).is_empty(), "it went over the first one now");
    }

    #[test]
    fn another_connection_gets_what_was_not_acknowledged_for_long() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        let sent = outgoing.flush(NOW, 1, usize::MAX);
        outgoing.resend_late(NOW);
        assert!(outgoing.flush(NOW, 2, usize::MAX).is_empty());
        let later = Timestamp(NOW.0 + 10_000_000_000);
        outgoing.resend_late(later);
        assert_eq!(outgoing.flush(later, 2, usize::MAX), sent);
    }

    #[test]
    fn of_long_messages_a_new_connection_is_told() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), vec![1; MAX_RESENT + 4]);
        outgoing.push(Kind::Update, vec![2; MAX_RESENT + 4]);
        let sent = outgoing.flush(NOW, 1, usize::MAX);
        outgoing.resend_all(NOW);
        let told = outgoing.flush(NOW, 2, usize::MAX).remove(0);
        let told = container::decode(&told.body).unwrap();
        let info = |index: usize| piltover_layers::decode_exact(&told[index].body).unwrap();
        let enums::MsgDetailedInfo::Info(answer) = info(0) else { panic!() };
        assert_eq!((answer.msg_id, answer.answer_msg_id), (4, sent[0].msg_id));
        let enums::MsgDetailedInfo::MsgNewDetailedInfo(update) = info(1) else { panic!() };
        assert_eq!((update.answer_msg_id, update.bytes), (sent[1].msg_id, MAX_RESENT as i32 + 4));
        outgoing.resend(&[sent[0].msg_id]);
        assert_eq!(outgoing.flush(NOW, 2, usize::MAX), sent[..1], "when it asks");
    }

    #[test]
    fn one_message_at_a_time_is_enough_for_http() {
        let mut outgoing = Outgoing::default();
        outgoing.push(Kind::Answer(4), body(1));
        outgoing.push(Kind::Update, body(2));
        assert_eq!(outgoing.flush(NOW, 1, 1).len(), 1);
        assert!(outgoing.is_waiting());
        assert_eq!(outgoing.flush(NOW, 1, 1)[0].body[..], body(2));
    }
}
