//! Service messages: what is done here, without the API.
//!
//! - <https://core.telegram.org/mtproto/service_messages>
//! - <https://core.telegram.org/mtproto/service_messages_about_messages>

use piltover_layers::mtproto::{bytes, enums, functions, types};
use piltover_layers::{Decode, DecodeError, Method, Reader};

use super::super::incoming::Fate;
use super::{Event, HttpWait, Receiving, Session};
use crate::limits::MAX_IDS;
use crate::rules;

impl Session {
    /// Handles a service message; gives false for a request of the API.
    pub(super) fn service(
        &mut self,
        msg_id: i64,
        seq_no: i32,
        body: &[u8],
        to: &mut Receiving<'_>,
    ) -> Result<bool, DecodeError> {
        let mut reader = Reader::new(body);
        let id = reader.word()?;
        let reader = &mut reader;
        if functions::Ping::has_id(id) {
            let ping = functions::Ping::decode(id, reader)?;
            self.pong(msg_id, ping.ping_id);
        } else if functions::PingDelayDisconnect::has_id(id) {
            let ping = functions::PingDelayDisconnect::decode(id, reader)?;
            self.pong(msg_id, ping.ping_id);
            to.events.push(Event::DisconnectAfter { seconds: ping.disconnect_delay });
        } else if functions::GetFutureSalts::has_id(id) {
            let request = functions::GetFutureSalts::decode(id, reader)?;
            let salts = to.salts.future(request.num, to.now);
            let answer = types::FutureSalts { req_msg_id: msg_id, now: to.now.date(), salts };
            self.reply(&enums::FutureSalts::from(answer));
        } else if functions::DestroySession::has_id(id) {
            let request = functions::DestroySession::decode(id, reader)?;
            if request.session_id == self.id {
                // A session cannot destroy itself.
                self.destroyed(request.session_id, false);
            } else {
                to.events.push(Event::Destroy { session_id: request.session_id });
            }
        } else if functions::DestroyAuthKey::has_id(id) {
            functions::DestroyAuthKey::decode(id, reader)?;
            to.events.push(Event::DestroyKey);
        } else if functions::RpcDropAnswer::has_id(id) {
            let request = functions::RpcDropAnswer::decode(id, reader)?;
            let answer = self.drop_answer(request.req_msg_id);
            self.incoming.set_fate(msg_id, Fate::Running);
            self.answer(msg_id, &bytes(&answer));
        } else {
            return self.about_messages(msg_id, seq_no, id, body, to);
        }
        Ok(true)
    }

    /// Handles a service message about messages; gives false for a request of the API.
    ///
    /// <https://core.telegram.org/mtproto/service_messages_about_messages>
    fn about_messages(
        &mut self,
        msg_id: i64,
        seq_no: i32,
        id: u32,
        body: &[u8],
        to: &mut Receiving<'_>,
    ) -> Result<bool, DecodeError> {
        const ACK: u32 = 0x62d6_b459;
        const STATE_REQ: u32 = 0xda69_fb52;
        const STATE_INFO: u32 = 0x04de_b57d;
        const ALL_INFO: u32 = 0x8cc0_d131;
        const DETAILED_INFO: [u32; 2] = [0x276d_3ec6, 0x809d_b6df];
        const RESEND_REQ: u32 = 0x7d86_1a08;
        const RESEND_ANS_REQ: u32 = 0x8610_baeb;
        const HTTP_WAIT: u32 = 0x9299_359f;
        let is_content = seq_no % 2 != 0;
        let mut reader = Reader::new(body);
        let object = &mut reader;
        if (id == ACK || id == HTTP_WAIT)
            && is_content
            && !self.tolerate(msg_id, seq_no, &rules::SEQ_NO_ODD, "an acknowledgment or http_wait", to)
        {
            return Ok(true);
        }
        match id {
            ACK => {
                let enums::MsgsAck::Ack(ack) = enums::MsgsAck::decode(object)?;
                self.acked(&limited(ack.msg_ids, object)?);
            }
            STATE_REQ => {
                let enums::MsgsStateReq::Req(request) = enums::MsgsStateReq::decode(object)?;
                self.tell_states(msg_id, &limited(request.msg_ids, object)?);
            }
            RESEND_REQ | RESEND_ANS_REQ => {
                object.word()?;
                let msg_ids = limited(Vec::<i64>::decode(object)?, object)?;
                let is_whole = if id == RESEND_REQ {
                    self.outgoing.resend(&msg_ids);
                    self.outgoing.has_all(&msg_ids)
                } else {
                    msg_ids.iter().for_each(|id| {
                        self.outgoing.resend_answer(*id);
                    });
                    false
                };
                // What cannot be sent again is told as if it had been asked for.
                if !is_whole {
                    self.tell_states(msg_id, &msg_ids);
                }
            }
            ALL_INFO => {
                let enums::MsgsAllInfo::Info(all) = enums::MsgsAllInfo::decode(object)?;
                let msg_ids = limited(all.msg_ids, object)?;
                if msg_ids.len() == all.info.len() {
                    self.told(&msg_ids, &all.info);
                } else {
                    let got = format!("{} ids and {} states", msg_ids.len(), all.info.len());
                    self.tolerate(msg_id, seq_no, &rules::STATE_INFO, got, to);
                }
            }
            STATE_INFO => {
                enums::MsgsStateInfo::decode(object)?;
                // The server knows by acknowledgments what has come, and asks nobody.
                let got = "an answer to nothing";
                self.tolerate(msg_id, seq_no, &rules::STATE_INFO, got, to);
            }
            id if DETAILED_INFO.contains(&id) => {
                // Clients answer nothing that could be asked for.
                enums::MsgDetailedInfo::decode(object)?;
            }
            HTTP_WAIT => {
                let enums::HttpWait::Wait(wait) = enums::HttpWait::decode(object)?;
                let types::HttpWait { max_delay, wait_after, max_wait } = wait;
                to.events.push(Event::Wait(HttpWait { max_delay, wait_after, max_wait }));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn acked(&mut self, msg_ids: &[i64]) {
        let answered = self.outgoing.acked(msg_ids);
        self.incoming.answers_known(answered.into_iter());
    }

    /// The client tells what it has of these messages of the server.
    fn told(&mut self, msg_ids: &[i64], info: &[u8]) {
        let with_state = |received: bool| {
            let states = msg_ids.iter().zip(info);
            states.filter(move |(_, state)| (**state & 7 == 4) == received).map(|(id, _)| *id).collect()
        };
        let (received, missing): (Vec<i64>, Vec<i64>) = (with_state(true), with_state(false));
        self.acked(&received);
        self.outgoing.resend(&missing);
    }

    pub(super) fn state(&self, msg_id: i64) -> u8 {
        self.incoming.state(msg_id, self.outgoing.is_acked(msg_id))
    }

    fn tell_states(&mut self, req_msg_id: i64, msg_ids: &[i64]) {
        let info = msg_ids.iter().map(|id| self.state(*id)).collect();
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
                    self.incoming.set_fate(req_msg_id, Fate::Known);
                    let bytes = i32::try_from(len).unwrap_or(i32::MAX);
                    types::RpcAnswerDropped { msg_id, seq_no, bytes }.into()
                }
                None => enums::RpcDropAnswer::RpcAnswerUnknown,
            },
            _ => enums::RpcDropAnswer::RpcAnswerUnknown,
        }
    }
}

/// The ids of a message that was read to its end, if they are not too many.
fn limited(msg_ids: Vec<i64>, reader: &Reader<'_>) -> Result<Vec<i64>, DecodeError> {
    if msg_ids.len() > MAX_IDS {
        let count = i32::try_from(msg_ids.len()).unwrap_or(i32::MAX);
        return Err(reader.error(piltover_layers::DecodeErrorKind::VectorCount { count, left: 0 }));
    }
    Ok(msg_ids)
}
