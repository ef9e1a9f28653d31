use bytes::Bytes;
use piltover_layers::mtproto::{bytes, enums, functions, types};
use piltover_layers::{Decode, Encode, Method, Reader};

use super::incoming::{Fate, Incoming, Seen};
use super::outgoing::{Kind, Outgoing};
use super::{RPC_RESULT, Rule, Salts, container, gzip};
use crate::clock::Timestamp;
use crate::crypto::Plaintext;

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
}

/// One session of a client: what a client keeps for as long as it runs, over all its connections.
#[derive(Debug)]
pub struct Session {
    id: i64,
    unique_id: i64,
    is_started: bool,
    incoming: Incoming,
    outgoing: Outgoing,
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
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
        }
    }

    /// Handles a decrypted message.
    pub fn receive(&mut self, message: Plaintext, now: Timestamp, salts: &Salts) -> Vec<Event> {
        let Plaintext { salt, msg_id, seq_no, body, .. } = message;
        // Before anything else: clients learn the time and the salt from this answer.
        if !salts.is_valid(salt, now) {
            let notification = types::BadServerSalt {
                bad_msg_id: msg_id,
                bad_msg_seqno: seq_no,
                error_code: Rule::Salt.code(),
                new_server_salt: salts.current(now),
            };
            tracing::debug!(msg_id, "{}", Rule::Salt);
            self.reply(&enums::BadMsgNotification::from(notification));
            return Vec::new();
        }
        let mut events = Vec::new();
        self.message(msg_id, seq_no, body, now, salts, &mut events);
        events
    }

    fn message(
        &mut self,
        msg_id: i64,
        seq_no: i32,
        body: Vec<u8>,
        now: Timestamp,
        salts: &Salts,
        events: &mut Vec<Event>,
    ) {
        let seen = match self.incoming.admit(msg_id, seq_no, now) {
            Ok(seen) => seen,
            Err(rule) => return self.refuse(msg_id, seq_no, rule),
        };
        let Ok(body) = unpacked(&body).inspect_err(|error| tracing::info!(msg_id, "{error}")) else {
            return self.answer_error(msg_id, 400, "INPUT_FETCH_ERROR");
        };
        if !container::is_container(&body) {
            self.start(msg_id, now, salts);
            return self.single(msg_id, seq_no, seen, &body, now, salts, events);
        }
        let messages = match container::decode(&body) {
            Ok(messages) => messages,
            Err(error) => {
                tracing::info!(msg_id, %error, "a container cannot be decoded");
                return self.refuse(msg_id, seq_no, Rule::Container);
            }
        };
        let is_broken =
            |inner: &container::Message| inner.msg_id >= msg_id || container::is_container(&inner.body);
        if messages.iter().any(is_broken) {
            return self.refuse(msg_id, seq_no, Rule::Container);
        }
        if let Some(first) = messages.iter().map(|inner| inner.msg_id).min() {
            self.start(first, now, salts);
        }
        for inner in messages {
            self.message(inner.msg_id, inner.seq_no, inner.body, now, salts, events);
        }
    }

    /// Tells the client that the server knew nothing of this session before `first_msg_id`.
    ///
    /// <https://core.telegram.org/mtproto/service_messages#new-session-creation-notification>
    fn start(&mut self, first_msg_id: i64, now: Timestamp, salts: &Salts) {
        if !std::mem::replace(&mut self.is_started, true) {
            let server_salt = salts.current(now);
            let notice = types::NewSessionCreated { first_msg_id, unique_id: self.unique_id, server_salt };
            self.outgoing.push_front(Kind::Notice, bytes(&enums::NewSession::from(notice)));
        }
    }

    fn refuse(&mut self, msg_id: i64, seq_no: i32, rule: Rule) {
        tracing::info!(msg_id, seq_no, code = rule.code(), "{rule}");
        let notification =
            types::BadMsgNotification { bad_msg_id: msg_id, bad_msg_seqno: seq_no, error_code: rule.code() };
        self.reply(&enums::BadMsgNotification::from(notification));
    }

    #[allow(clippy::too_many_arguments)]
    fn single(
        &mut self,
        msg_id: i64,
        seq_no: i32,
        seen: Seen,
        body: &[u8],
        now: Timestamp,
        salts: &Salts,
        events: &mut Vec<Event>,
    ) {
        let is_content = seq_no % 2 != 0;
        if is_content {
            self.outgoing.ack(msg_id);
        }
        match seen {
            Seen::Before(Fate::Answered) => return self.outgoing.resend_answer(msg_id),
            Seen::Before(_) => return,
            Seen::New => {}
        }
        let handled = self.service(msg_id, body, now, salts, events);
        match handled {
            Ok(true) => {}
            Ok(false) => {
                // Some clients count requests otherwise, and cannot repair it (34 and 35 only confuse them).
                if !is_content {
                    tracing::debug!(msg_id, seq_no, "a request has an even seq_no");
                }
                self.incoming.set_fate(msg_id, Fate::Running);
                events.push(Event::Request { msg_id, body: body.to_vec() });
            }
            Err(error) => {
                tracing::info!(msg_id, %error, "a service message cannot be decoded");
                self.answer_error(msg_id, 400, "INPUT_FETCH_ERROR");
            }
        }
    }

    /// Handles a service message; gives false for a request of the API.
    fn service(
        &mut self,
        msg_id: i64,
        body: &[u8],
        now: Timestamp,
        salts: &Salts,
        events: &mut Vec<Event>,
    ) -> Result<bool, piltover_layers::DecodeError> {
        let mut reader = Reader::new(body);
        let id = reader.word()?;
        let mut rest = Reader::new(body);
        if functions::Ping::has_id(id) {
            let ping = functions::Ping::decode(id, &mut reader)?;
            self.pong(msg_id, ping.ping_id);
        } else if functions::PingDelayDisconnect::has_id(id) {
            let ping = functions::PingDelayDisconnect::decode(id, &mut reader)?;
            self.pong(msg_id, ping.ping_id);
            events.push(Event::DisconnectAfter { seconds: ping.disconnect_delay });
        } else if functions::GetFutureSalts::has_id(id) {
            let request = functions::GetFutureSalts::decode(id, &mut reader)?;
            let salts = salts.future(request.num, now);
            let answer = types::FutureSalts { req_msg_id: msg_id, now: now.date(), salts };
            self.reply(&enums::FutureSalts::from(answer));
        } else if functions::DestroySession::has_id(id) {
            let request = functions::DestroySession::decode(id, &mut reader)?;
            if request.session_id == self.id {
                // A session cannot destroy itself.
                self.destroyed(request.session_id, false);
            } else {
                events.push(Event::Destroy { session_id: request.session_id });
            }
        } else if functions::RpcDropAnswer::has_id(id) {
            let request = functions::RpcDropAnswer::decode(id, &mut reader)?;
            let answer = self.drop_answer(request.req_msg_id);
            self.incoming.set_fate(msg_id, Fate::Running);
            self.answer(msg_id, &bytes(&answer));
        } else if let Ok(enums::MsgsAck::Ack(ack)) = enums::MsgsAck::decode(&mut rest) {
            self.outgoing.acked(&ack.msg_ids);
        } else {
            return self.about_messages(msg_id, id, &mut reader);
        }
        Ok(true)
    }

    /// Handles a service message about messages; gives false for a request of the API.
    fn about_messages(
        &mut self,
        msg_id: i64,
        id: u32,
        reader: &mut Reader<'_>,
    ) -> Result<bool, piltover_layers::DecodeError> {
        // msgs_state_req, msg_resend_req, msg_resend_ans_req have the same field.
        const STATE_REQ: u32 = 0xda69_fb52;
        const RESEND_REQ: u32 = 0x7d86_1a08;
        const RESEND_ANS_REQ: u32 = 0x8610_baeb;
        // msgs_state_info, msgs_all_info, msg_detailed_info, msg_new_detailed_info, http_wait.
        const INFORMATION: [u32; 5] = [0x04de_b57d, 0x8cc0_d131, 0x276d_3ec6, 0x809d_b6df, 0x9299_359f];
        match id {
            STATE_REQ => {
                let msg_ids = Vec::<i64>::decode(reader)?;
                self.tell_states(msg_id, &msg_ids);
            }
            RESEND_REQ => {
                let msg_ids = Vec::<i64>::decode(reader)?;
                self.outgoing.resend(&msg_ids);
            }
            RESEND_ANS_REQ => {
                let msg_ids = Vec::<i64>::decode(reader)?;
                msg_ids.iter().for_each(|id| self.outgoing.resend_answer(*id));
            }
            // Nothing that the server asked for, and nothing that it needs.
            id if INFORMATION.contains(&id) => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn tell_states(&mut self, req_msg_id: i64, msg_ids: &[i64]) {
        let info = msg_ids.iter().map(|id| self.incoming.state(*id)).collect();
        self.reply(&enums::MsgsStateInfo::from(types::MsgsStateInfo { req_msg_id, info }));
    }

    fn pong(&mut self, msg_id: i64, ping_id: i64) {
        self.reply(&enums::Pong::from(types::Pong { msg_id, ping_id }));
    }

    /// <https://core.telegram.org/mtproto/service_messages#cancellation-of-an-rpc-query>
    fn drop_answer(&mut self, req_msg_id: i64) -> enums::RpcDropAnswer {
        match self.incoming.fate(req_msg_id) {
            Some(Fate::Running) => {
                self.incoming.set_fate(req_msg_id, Fate::Dropped);
                enums::RpcDropAnswer::RpcAnswerDroppedRunning
            }
            Some(Fate::Answered) => match self.outgoing.forget_answer(req_msg_id) {
                Some((msg_id, seq_no, len)) => {
                    self.incoming.set_fate(req_msg_id, Fate::Dropped);
                    let bytes = i32::try_from(len).unwrap_or(i32::MAX);
                    types::RpcAnswerDropped { msg_id, seq_no, bytes }.into()
                }
                None => enums::RpcDropAnswer::RpcAnswerUnknown,
            },
            _ => enums::RpcDropAnswer::RpcAnswerUnknown,
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

    /// Answers a request: `result` is the object, or an `rpc_error`. A request that is not running (its
    /// answer was dropped) gets none.
    pub fn answer(&mut self, req_msg_id: i64, result: &[u8]) {
        if self.incoming.fate(req_msg_id) != Some(Fate::Running) {
            return;
        }
        self.incoming.set_fate(req_msg_id, Fate::Answered);
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
    }

    /// The client has a new connection: what it did not acknowledge may be lost.
    pub fn reattach(&mut self, now: Timestamp) {
        self.outgoing.resend_all(now);
    }

    /// Whether there is something to send that cannot wait, unlike acknowledgments.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.outgoing.is_waiting()
    }

    /// Everything that is to be sent now.
    pub fn flush(&mut self, now: Timestamp, salts: &Salts) -> Vec<Plaintext> {
        let (salt, session_id) = (salts.current(now), self.id);
        let messages = self.outgoing.flush(now).into_iter();
        messages
            .map(|message| Plaintext {
                salt,
                session_id,
                msg_id: message.msg_id,
                seq_no: message.seq_no,
                body: message.body.to_vec(),
            })
            .collect()
    }
}

/// The body itself, or what is packed in it.
fn unpacked(body: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, gzip::GzipError> {
    if gzip::is_packed(body) { gzip::unpack(body).map(Into::into) } else { Ok(body.into()) }
}

#[cfg(test)]
mod tests;
