mod service;

use bytes::Bytes;
use piltover_layers::Encode;
use piltover_layers::mtproto::{bytes, enums, types};

use super::incoming::{Fate, Incoming, Outcome, Seen};
use super::outgoing::{Kind, Numbered, Outgoing};
use super::{MSG_COPY, RPC_ERROR, RPC_RESULT, Salts, container, gzip};
use crate::clock::Timestamp;
use crate::crypto::Plaintext;
use crate::limits::MAX_UNPACKED;
use crate::rules::{self, Answer, Refusal};

/// What the owner of a session must do about a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A request of the API: to be answered by [`Session::answer`].
    Request {
        /// The message's id.
        msg_id: i64,
        /// The request, its id first.
        body: Vec<u8>,
    },
    /// The connection is to be closed after so many seconds, unless this comes again.
    DisconnectAfter {
        /// The delay.
        seconds: i32,
    },
    /// Another session of the key is to be destroyed; [`Session::destroyed`] answers.
    Destroy {
        /// That session.
        session_id: i64,
    },
    /// The auth key is to be destroyed; [`Session::key_destroyed`] answers.
    DestroyKey,
    /// Over HTTP: how long the answer to this may wait for messages.
    Wait(HttpWait),
    /// A message broke a rule. What the specification has for it is done, but the log is not written, and
    /// where the rule is one that closes the connection, it is not closed.
    Refused {
        /// The message's id.
        msg_id: i64,
        /// The rule, and how it was broken.
        refusal: Refusal,
        /// Whether the connection is to be closed.
        is_fatal: bool,
    },
}

/// How long an HTTP response waits for messages, in milliseconds.
///
/// <https://core.telegram.org/mtproto/service_messages#http-wait-long-poll>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpWait {
    /// From the first message that is to be sent, for more of them.
    pub max_delay: i32,
    /// From the latest message that is to be sent, for one more.
    pub wait_after: i32,
    /// From the request, for any message at all.
    pub max_wait: i32,
}

impl Default for HttpWait {
    /// What the specification says for a client that says nothing.
    fn default() -> Self {
        Self { max_delay: 0, wait_after: 0, max_wait: 25_000 }
    }
}

/// What became of an auth key that was to be destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestroyedKey {
    /// It is gone.
    Ok,
    /// There was none.
    None,
    /// It could not be destroyed.
    Fail,
}

/// One session of a client: what a client keeps for as long as it runs, over all its connections.
///
/// ```text
/// receive  ->  salt  ->  msg_id  ->  seq_no  ->  gzip_packed  ->  container: each message alone
///                                                             ->  service message: done here
///                                                             ->  Event::Request  ->  answer
/// flush    <-  acknowledgments, answers, service messages; updates apart from them
/// ```
///
/// A message of the client is new, or was here before: then it is running, its answer was dropped, sent, or
/// acknowledged. A message of the server waits, or was sent, until the client acknowledges it.
#[derive(Debug)]
pub struct Session {
    id: i64,
    unique_id: i64,
    is_started: bool,
    is_strict: bool,
    /// The rules whose tolerated breaking was told; once is enough.
    tolerated: Vec<&'static str>,
    /// So many updates were pushed.
    pushed: u64,
    incoming: Incoming,
    outgoing: Outgoing,
}

/// The context of one message that is handled.
struct Receiving<'a> {
    now: Timestamp,
    salts: &'a Salts,
    /// Bytes to which packed objects may still expand.
    unpacked: u64,
    events: Vec<Event>,
}

/// What stands around a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A container or a copy with this id.
    Message(i64),
}

impl Session {
    /// A session with the id that the client chose. `unique_id` is random, and tells the client whether
    /// the server began this session anew.
    #[must_use]
    pub fn new(id: i64, unique_id: i64) -> Self {
        Self {
            id,
            unique_id,
            is_started: false,
            is_strict: false,
            tolerated: Vec::new(),
            pushed: 0,
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
        }
    }

    /// From now on, refuses what real servers tolerate, and has the connection closed.
    pub fn set_strict(&mut self, is_strict: bool) {
        self.is_strict = is_strict;
    }

    /// Handles a decrypted message.
    pub fn receive(&mut self, message: Plaintext, now: Timestamp, salts: &Salts) -> Vec<Event> {
        let Plaintext { salt, msg_id, seq_no, body, .. } = message;
        let mut receiving = Receiving { now, salts, unpacked: MAX_UNPACKED, events: Vec::new() };
        // Before anything else: clients learn the time and the salt from this answer.
        if salts.is_valid(salt, now) {
            self.message(msg_id, seq_no, body, Inside::Nothing, &mut receiving);
        } else {
            let notification = types::BadServerSalt {
                bad_msg_id: msg_id,
                bad_msg_seqno: seq_no,
                error_code: rules::SALT.code(),
                new_server_salt: salts.current(now),
            };
            self.reply(&enums::BadMsgNotification::from(notification));
            // The salts themselves are better not in a log.
            let refusal = Refusal::new(&rules::SALT, "the present salt or the one before", "another");
            receiving.events.push(Event::Refused { msg_id, refusal, is_fatal: false });
        }
        receiving.events
    }

    fn message(&mut self, msg_id: i64, seq_no: i32, body: Vec<u8>, inside: Inside, to: &mut Receiving<'_>) {
        let seen = match self.incoming.admit(msg_id, seq_no, to.now) {
            Ok(seen) => seen,
            Err(refusal) => return self.refuse(msg_id, seq_no, refusal, to),
        };
        if let Seen::Before(fate) = seen {
            return self.repeated(msg_id, seq_no, fate, &body, to);
        }
        let body = match unpacked(body, &mut to.unpacked) {
            Ok(body) => body,
            Err(error) => {
                let refusal = Refusal::new(&rules::GZIP, "gzip or zlib", error.to_string());
                to.events.push(Event::Refused { msg_id, refusal, is_fatal: false });
                return self.answer_error(msg_id, 400, "INPUT_FETCH_ERROR");
            }
        };
        match body.first_chunk().map(|id| u32::from_le_bytes(*id)) {
            Some(super::MSG_CONTAINER) => self.container(msg_id, seq_no, &body, inside, to),
            Some(MSG_COPY) => self.copy(msg_id, &body, inside, to),
            _ => {
                if inside == Inside::Nothing {
                    self.start(msg_id, to);
                }
                self.single(msg_id, seq_no, body, to);
            }
        }
    }

    fn container(&mut self, msg_id: i64, seq_no: i32, body: &[u8], inside: Inside, to: &mut Receiving<'_>) {
        let invalid = |got: String| Refusal::new(&rules::CONTAINER, "whole messages, no containers", got);
        if inside != Inside::Nothing {
            return self.refuse(msg_id, seq_no, invalid("a container in a container".to_owned()), to);
        }
        let messages = match container::decode(body) {
            Ok(messages) => messages,
            Err(error) => return self.refuse(msg_id, seq_no, invalid(error.to_string()), to),
        };
        if seq_no % 2 != 0 && !self.tolerate(msg_id, seq_no, &rules::SEQ_NO_ODD, "msg_container", to) {
            return;
        }
        if let Some(first) = messages.iter().map(|inner| inner.msg_id).filter(|id| *id < msg_id).min() {
            self.start(first, to);
        }
        for inner in messages {
            if inner.msg_id >= msg_id {
                let got = format!("msg_id {} in the container {msg_id}", inner.msg_id);
                self.refuse(inner.msg_id, inner.seq_no, invalid(got), to);
            } else {
                self.message(inner.msg_id, inner.seq_no, inner.body, Inside::Message(msg_id), to);
            }
        }
    }

    /// A message that the client sends once more, with its old id, in a new one.
    fn copy(&mut self, msg_id: i64, body: &[u8], inside: Inside, to: &mut Receiving<'_>) {
        self.outgoing.ack(msg_id);
        let got = match container::decode_copy(body) {
            Ok(copy) if copy.msg_id >= msg_id => format!("msg_id {} in the copy {msg_id}", copy.msg_id),
            Ok(copy) if container::is_container(&copy.body) || is_copy(&copy.body) => {
                "a container or a copy in a copy".to_owned()
            }
            Ok(copy) => {
                if inside == Inside::Nothing {
                    self.start(copy.msg_id, to);
                }
                return self.message(copy.msg_id, copy.seq_no, copy.body, Inside::Message(msg_id), to);
            }
            Err(error) => error.to_string(),
        };
        let refusal = Refusal::new(&rules::MSG_COPY, "one whole message", got);
        to.events.push(Event::Refused { msg_id, refusal, is_fatal: false });
    }

    /// A message that was here before gets what the first one got, or is told what became of that.
    fn repeated(&mut self, msg_id: i64, seq_no: i32, fate: Fate, body: &[u8], to: &mut Receiving<'_>) {
        if container::is_container(body) {
            let refusal =
                Refusal::new(&rules::CONTAINER_REPEATED, "a new msg_id", "one that was here before");
            return self.refuse(msg_id, seq_no, refusal, to);
        }
        if seq_no % 2 == 0 {
            return;
        }
        self.outgoing.ack(msg_id);
        let is_offered = fate == Fate::Answered && self.outgoing.offer_answer(msg_id);
        if !is_offered && fate != Fate::Done {
            let info = vec![self.state(msg_id)];
            self.reply(&enums::MsgsAllInfo::from(types::MsgsAllInfo { msg_ids: vec![msg_id], info }));
        }
    }

    /// Tells the client that the server knew nothing of this session before `first_msg_id`.
    ///
    /// <https://core.telegram.org/mtproto/service_messages#new-session-creation-notification>
    fn start(&mut self, first_msg_id: i64, to: &Receiving<'_>) {
        if !std::mem::replace(&mut self.is_started, true) {
            let server_salt = to.salts.current(to.now);
            let notice = types::NewSessionCreated { first_msg_id, unique_id: self.unique_id, server_salt };
            self.outgoing.push_front(Kind::Notice, bytes(&enums::NewSession::from(notice)));
        }
    }

    fn refuse(&mut self, msg_id: i64, seq_no: i32, refusal: Refusal, to: &mut Receiving<'_>) {
        let error_code = refusal.rule.code();
        let notification =
            types::BadMsgNotification { bad_msg_id: msg_id, bad_msg_seqno: seq_no, error_code };
        self.reply(&enums::BadMsgNotification::from(notification));
        to.events.push(Event::Refused { msg_id, refusal, is_fatal: false });
    }

    /// Lets a message pass that breaks a rule which clients in use break, and tells of it once. A strict
    /// session does not let it pass, and gives false.
    fn tolerate(
        &mut self,
        msg_id: i64,
        seq_no: i32,
        rule: &'static rules::Rule,
        what: impl Into<std::borrow::Cow<'static, str>>,
        to: &mut Receiving<'_>,
    ) -> bool {
        if !self.is_strict && self.tolerated.contains(&rule.name) {
            return true;
        }
        self.tolerated.push(rule.name);
        let refusal = Refusal::new(rule, "what the rule says", what);
        if self.is_strict && rule.answer != Answer::Tolerate(None) {
            self.refuse(msg_id, seq_no, refusal.clone(), to);
            to.events.pop();
        }
        to.events.push(Event::Refused { msg_id, refusal, is_fatal: self.is_strict });
        !self.is_strict
    }

    fn single(&mut self, msg_id: i64, seq_no: i32, body: Vec<u8>, to: &mut Receiving<'_>) {
        let is_content = seq_no % 2 != 0;
        if is_content {
            self.outgoing.ack(msg_id);
        }
        match self.service(msg_id, seq_no, &body, to) {
            Ok(true) => {}
            Ok(false) => {
                // Some clients count requests otherwise, and cannot repair it: 34 and 35 only confuse them.
                if !is_content && !self.tolerate(msg_id, seq_no, &rules::SEQ_NO_EVEN, "a request", to) {
                    return;
                }
                self.incoming.set_fate(msg_id, Fate::Running);
                to.events.push(Event::Request { msg_id, body });
            }
            Err(error) => {
                let refusal = Refusal::new(&rules::SERVICE, "a service message", error.to_string());
                to.events.push(Event::Refused { msg_id, refusal, is_fatal: false });
                self.answer_error(msg_id, 400, "INPUT_FETCH_ERROR");
            }
        }
    }

    /// Answers `destroy_session`.
    pub fn destroyed(&mut self, session_id: i64, was_there: bool) {
        let answer: enums::DestroySessionRes = match was_there {
            true => types::DestroySessionOk { session_id }.into(),
            false => types::DestroySessionNone { session_id }.into(),
        };
        self.reply(&answer);
    }

    /// Answers `destroy_auth_key`; as a message of its own, since clients wait for it there.
    pub fn key_destroyed(&mut self, outcome: DestroyedKey) {
        self.reply(&match outcome {
            DestroyedKey::Ok => enums::DestroyAuthKeyRes::DestroyAuthKeyOk,
            DestroyedKey::None => enums::DestroyAuthKeyRes::DestroyAuthKeyNone,
            DestroyedKey::Fail => enums::DestroyAuthKeyRes::DestroyAuthKeyFail,
        });
    }

    /// Answers a request: `result` is the object, or an `rpc_error`. A request that is not running (its
    /// answer was dropped) gets none.
    pub fn answer(&mut self, req_msg_id: i64, result: &[u8]) {
        if !self.incoming.finish(req_msg_id, result.starts_with(&RPC_ERROR.to_le_bytes())) {
            return;
        }
        let packed = gzip::pack(result);
        let result = packed.as_deref().unwrap_or(result);
        let body = [&RPC_RESULT.to_le_bytes()[..], &req_msg_id.to_le_bytes(), result].concat();
        self.outgoing.push(Kind::Answer(req_msg_id), body);
    }

    fn answer_error(&mut self, req_msg_id: i64, code: i32, message: &str) {
        self.incoming.set_fate(req_msg_id, Fate::Running);
        let error = types::RpcError { error_code: code, error_message: message.to_owned() };
        self.answer(req_msg_id, &bytes(&enums::RpcError::from(error)));
    }

    fn reply(&mut self, message: &impl Encode) {
        self.outgoing.push(Kind::Reply, bytes(message));
    }

    /// Queues updates, already encoded in the session's layer.
    pub fn push_update(&mut self, body: Bytes) {
        self.outgoing.push_update(body);
        self.pushed += 1;
    }

    /// How many updates were pushed so far.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// The client has a new connection: what it did not acknowledge may be lost. `has_others` tells whether
    /// there are other connections that seem to live.
    pub fn reattach(&mut self, has_others: bool, now: Timestamp) {
        match has_others {
            true => self.outgoing.resend_late(now),
            false => self.outgoing.resend_all(now),
        }
    }

    /// A connection is gone, and there are others: what it had sent may be lost.
    pub fn lost(&mut self, via: u64, now: Timestamp) {
        self.outgoing.lost(via, now);
    }

    /// Whether there is something to send that cannot wait, unlike acknowledgments.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.outgoing.is_waiting()
    }

    /// Whether a message of this id was here, as far as that is remembered.
    #[must_use]
    pub fn has_seen(&self, msg_id: i64) -> bool {
        self.incoming.fate(msg_id).is_some()
    }

    /// Whether a request has no answer yet.
    #[must_use]
    pub fn is_running(&self, msg_id: i64) -> bool {
        self.incoming.fate(msg_id) == Some(Fate::Running)
    }

    /// Whether all of these messages are done, and well; none, as long as some of them run or may still come.
    #[must_use]
    pub fn have_succeeded(&self, msg_ids: &[i64], now: Timestamp) -> Option<bool> {
        let outcomes = || msg_ids.iter().map(|id| self.incoming.outcome(*id, now));
        if outcomes().any(|outcome| outcome == Outcome::Failed) {
            return Some(false);
        }
        outcomes().all(|outcome| outcome == Outcome::Done).then_some(true)
    }

    /// How many messages wait to be sent, acknowledgments apart.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.outgoing.waiting()
    }

    /// Whether acknowledgments wait for something to travel with.
    #[must_use]
    pub fn has_acks(&self) -> bool {
        self.outgoing.has_acks()
    }

    /// Everything that is to be sent now, `most` messages at most, over the connection `via`.
    pub fn flush(&mut self, now: Timestamp, salts: &Salts, via: u64, most: usize) -> Vec<Plaintext> {
        let messages = self.outgoing.flush(now, via, most).into_iter();
        messages.map(|message| self.addressed(message, now, salts)).collect()
    }

    /// The answer to an HTTP request for which nothing has come: an empty container.
    ///
    /// <https://core.telegram.org/mtproto/service_messages#containers>
    pub fn nothing(&mut self, now: Timestamp, salts: &Salts) -> Plaintext {
        let message = self.outgoing.nothing(now);
        self.addressed(message, now, salts)
    }

    fn addressed(&self, message: Numbered, now: Timestamp, salts: &Salts) -> Plaintext {
        Plaintext {
            salt: salts.current(now),
            session_id: self.id,
            msg_id: message.msg_id,
            seq_no: message.seq_no,
            body: message.body.into(),
        }
    }
}

/// Whether a body is a copy of another message.
fn is_copy(body: &[u8]) -> bool {
    body.starts_with(&MSG_COPY.to_le_bytes())
}

/// The body itself, or what is packed in it. `left` is to how many bytes it may expand, and those in which it
/// travels with it.
fn unpacked(body: Vec<u8>, left: &mut u64) -> Result<Vec<u8>, gzip::GzipError> {
    if !gzip::is_packed(&body) {
        return Ok(body);
    }
    let out = gzip::unpack_within(&body, *left)?;
    *left -= out.len() as u64;
    Ok(out)
}

#[cfg(test)]
mod tests;
