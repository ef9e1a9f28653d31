//! What the server sends: message ids, sequence numbers, containers, and what was not acknowledged yet.

mod window;

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use piltover_layers::mtproto::{bytes, enums, types};
use piltover_layers::{Encode, enums as api};

use super::container;
use crate::clock::Timestamp;
use crate::limits::MAX_WAITING_UPDATES;
use window::{Sent, Window};

/// A container holds at most this many messages and bytes.
const MAX_CONTAINER: usize = 100;
const MAX_CONTAINER_BYTES: usize = 512 << 10;
/// Older messages are not sent again, in seconds.
const MAX_RESENT_AGE: i64 = 240;
/// A message that went out over another connection so many seconds ago may still be acknowledged there.
const ACK_TIME: i64 = 5;
/// Of longer messages the client is told, in bytes; it asks for them, if it has not got them.
const MAX_RESENT: usize = 64 << 10;
/// The id of an answer is at most so many seconds behind that of its request, whose client may be ahead of the
/// server: TDLib breaks the connection off at 15.
const MAX_BEHIND: i64 = 10;
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
    /// Which messages wait to be sent again.
    again: HashSet<i64>,
    waiting_updates: usize,
    unacked: Window,
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
        self.discard(Kind::Update);
        self.push_too_long();
    }

    /// Takes back what waits of a kind.
    fn discard(&mut self, kind: Kind) {
        let again = &mut self.again;
        self.queue.retain(|queued| {
            if let Some((msg_id, _)) = queued.sent_as.filter(|_| queued.kind == kind) {
                again.remove(&msg_id);
            }
            queued.kind != kind
        });
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
            if let Some(Sent { kind: Kind::Answer(request), .. }) = self.unacked.remove(*msg_id) {
                answered.push(request);
            }
        }
        answered
    }

    /// Whether all of these messages can be sent again.
    pub(super) fn has_all(&self, msg_ids: &[i64]) -> bool {
        msg_ids.iter().all(|msg_id| self.unacked.get(*msg_id).is_some())
    }

    /// Sends these messages again, as they were; those that are known no more are left out.
    pub(super) fn resend(&mut self, msg_ids: &[i64]) {
        for msg_id in msg_ids {
            if let Some(sent) = self.unacked.get(*msg_id)
                && self.again.insert(*msg_id)
            {
                let sent_as = Some((*msg_id, sent.seq_no));
                self.queue.push_back(Queued { kind: sent.kind, body: sent.body.clone(), sent_as });
            }
        }
    }

    /// Sends the answer to a request again. Tells whether there is one.
    pub(super) fn resend_answer(&mut self, req_msg_id: i64) -> bool {
        let answer = self.unacked.answer_to(req_msg_id);
        answer.inspect(|msg_id| self.resend(&[*msg_id])).is_some()
    }

    /// Sends the answer to a repeated request again, or tells of it, if it is long. Gives false, if there is
    /// none any more.
    ///
    /// <https://core.telegram.org/mtproto/service_messages_about_messages#extended-voluntary-communication-of-status-of-one-message>
    pub(super) fn offer_answer(&mut self, req_msg_id: i64) -> bool {
        let Some(msg_id) = self.unacked.answer_to(req_msg_id) else { return self.waits(req_msg_id) };
        self.offer(msg_id);
        true
    }

    /// Whether the first sending of an answer still waits.
    fn waits(&self, req_msg_id: i64) -> bool {
        self.queue.iter().any(|queued| queued.kind == Kind::Answer(req_msg_id))
    }

    fn offer(&mut self, msg_id: i64) {
        let Some(sent) = self.unacked.get(msg_id) else { return };
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
        self.unacked.sent_over(via).into_iter().for_each(|msg_id| self.offer(msg_id));
    }

    /// There is a new connection beside others, which may be dead without the server knowing: what they
    /// sent some time ago is sent again.
    pub(super) fn resend_late(&mut self, now: Timestamp) {
        self.forget_old(now);
        let late = (now.seconds() - ACK_TIME) << 32;
        self.unacked.before(late).into_iter().for_each(|msg_id| self.offer(msg_id));
    }

    /// Everything the client did not acknowledge is sent again: it has a new connection.
    pub(super) fn resend_all(&mut self, now: Timestamp) {
        self.forget_old(now);
        self.unacked.all().into_iter().for_each(|msg_id| self.offer(msg_id));
    }

    /// Clients break off at messages that are five minutes old, so these are given up; lost updates they
    /// ask for.
    fn forget_old(&mut self, now: Timestamp) {
        if self.unacked.forget_before((now.seconds() - MAX_RESENT_AGE) << 32) {
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
        if let Some(msg_id) = self.unacked.answer_to(req_msg_id) {
            let sent = self.unacked.remove(msg_id)?;
            self.discard(Kind::Answer(req_msg_id));
            return Some((msg_id, sent.seq_no, sent.body.len()));
        }
        let index = self.queue.iter().position(|queued| queued.kind == Kind::Answer(req_msg_id))?;
        let queued = self.queue.remove(index)?;
        if let Some((msg_id, _)) = queued.sent_as {
            self.again.remove(&msg_id);
        }
        Some((0, 0, queued.body.len()))
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
        if !self.again.is_empty() {
            // Messages that are sent again have lower ids, and some clients take nothing on a connection that is
            // below the first one there.
            let id_of = |queued: &Queued| queued.sent_as.map_or(i64::MAX, |(msg_id, _)| msg_id);
            self.queue.make_contiguous().sort_by_key(id_of);
        }
        let mut out = Vec::new();
        while out.len() < most && !(self.acks.is_empty() && self.queue.is_empty()) {
            let updates = self.queue.front().is_some_and(|first| first.kind == Kind::Update);
            let mut bytes = 0;
            let mut batch = Vec::new();
            loop {
                // They go with whatever is new and first, updates too: over HTTP nothing else may go before the
                // next request.
                let is_new = self.queue.front().is_none_or(|next| next.sent_as.is_none());
                if is_new && batch.len() < MAX_CONTAINER {
                    batch.extend(self.acknowledgments().map(|acks| self.number(acks, now, via)));
                }
                let Some(next) = self.queue.front() else { break };
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
        self.unacked.confine();
        out
    }

    fn acknowledgments(&mut self) -> Option<Queued> {
        if self.acks.is_empty() {
            return None;
        }
        let acks = types::MsgsAck { msg_ids: std::mem::take(&mut self.acks) };
        Some(Queued { kind: Kind::Reply, body: bytes(&enums::MsgsAck::from(acks)).into(), sent_as: None })
    }

    /// What tells that nothing is to be sent.
    pub(super) fn nothing(&mut self, now: Timestamp) -> Numbered {
        self.contain(&[], now)
    }

    fn number(&mut self, queued: Queued, now: Timestamp, via: u64) -> Numbered {
        let Queued { kind, body, sent_as } = queued;
        if let Some((msg_id, seq_no)) = sent_as {
            self.again.remove(&msg_id);
            self.unacked.sent_again(msg_id, via);
            return Numbered { msg_id, seq_no, body };
        }
        if let Kind::Answer(request) = kind {
            self.last_id = self.last_id.max(((request >> 32) - MAX_BEHIND) << 32);
        }
        let msg_id = self.next_id(now) | kind.id_bits();
        let seq_no = self.content * 2 + i32::from(kind.is_content());
        if kind.is_content() {
            self.content = self.content.wrapping_add(1) & (i32::MAX >> 1);
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
}

#[cfg(test)]
mod tests;
