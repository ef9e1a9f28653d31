use piltover_layers::mtproto::{bytes, enums, functions, types};
use piltover_layers::{Decode, Method, Reader};
use zeroize::Zeroizing;

use super::ExchangeError;
use super::answer::TemporaryKey;
use crate::clock::{Source, SourceRng};
use crate::crypto::pq::Challenge;
use crate::crypto::{AuthKey, InnerData, KeyPair, dh, equal, part, sha1};
use crate::transport::dc_of;

/// Temporary keys live at most a week.
const MAX_EXPIRY: i32 = 7 * 24 * 3600;

/// TDLib fills each unencrypted message up with random bytes, to whole blocks of 16 and at most 15 blocks more, and
/// counts them in its length.
const MAX_PADDING: usize = 255;

/// How often the client may be asked for another `g_b`, should the key's id be taken.
const MAX_RETRIES: u8 = 5;

/// A key that both sides have now.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The key.
    pub key: AuthKey,
    /// The first salt of its sessions, which both sides derive.
    pub salt: i64,
    /// The data centre that the client named; negative for one of media, plus 10000 for a test one.
    pub dc: Option<i32>,
    /// The lifetime of a temporary key, in seconds.
    pub expires_in: Option<i32>,
}

/// What the server does about a message.
#[derive(Debug)]
pub enum Step {
    /// Nothing.
    Ignore,
    /// Sends this.
    Reply(Vec<u8>),
    /// Stores the key, then sends the answer.
    Done(Box<Reply>),
}

/// The end of an exchange.
#[derive(Debug)]
pub struct Reply {
    /// The key that is to be stored.
    pub key: NewKey,
    /// The answer, `dh_gen_ok`.
    pub answer: Vec<u8>,
}

enum State {
    Start,
    /// `resPQ` was sent.
    Challenged {
        nonce: [u8; 16],
        server_nonce: [u8; 16],
        challenge: Challenge,
    },
    /// `server_DH_params_ok` was sent.
    Offered(Box<Offer>),
}

struct Offer {
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: Zeroizing<[u8; 32]>,
    secret: Zeroizing<[u8; 256]>,
    dc: Option<i32>,
    expires_in: Option<i32>,
    /// The auxiliary hash of the key that was refused last, or 0; the client repeats it.
    retry_id: i64,
    retries: u8,
}

/// An unencrypted message of a client.
enum Request {
    /// `req_pq_multi`, or `req_pq`.
    Pq {
        nonce: [u8; 16],
    },
    DhParams(functions::ReqDhParams),
    ClientDh(functions::SetClientDhParams),
    /// Some clients acknowledge what the server sent in the exchange.
    Acknowledgment,
}

impl Request {
    /// A message, and at most [`MAX_PADDING`] bytes behind it, which are left.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, ExchangeError> {
        let id = u32::from_le_bytes(part(reader.rest(), 0));
        if functions::ReqPqMulti::has_id(id) {
            let functions::ReqPqMulti { nonce } = decoded("req_pq_multi", reader)?;
            return Ok(Self::Pq { nonce });
        }
        if functions::ReqPq::has_id(id) {
            let functions::ReqPq { nonce } = decoded("req_pq", reader)?;
            return Ok(Self::Pq { nonce });
        }
        if functions::ReqDhParams::has_id(id) {
            return decoded("req_DH_params", reader).map(Self::DhParams);
        }
        if functions::SetClientDhParams::has_id(id) {
            return decoded("set_client_DH_params", reader).map(Self::ClientDh);
        }
        let unexpected = reader.unexpected("a message of the key exchange", id);
        match enums::MsgsAck::decode(reader) {
            Ok(_) => Ok(Self::Acknowledgment),
            Err(_) => Err(ExchangeError::Decode { message: "an unencrypted message", error: unexpected }),
        }
    }
}

fn decoded<M: Method>(message: &'static str, reader: &mut Reader<'_>) -> Result<M, ExchangeError> {
    let mut decode = || {
        let request = M::decode(reader.word()?, reader)?;
        if reader.rest().len() > MAX_PADDING {
            reader.finish()?;
        }
        Ok(request)
    };
    decode().map_err(|error| ExchangeError::Decode { message, error })
}

/// What an exchange needs of the server.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The time, and randomness.
    pub source: &'a dyn Source,
    /// The RSA keys that prove the server.
    pub keys: &'a [KeyPair],
    /// Whether an auth key of this id exists.
    pub is_taken: &'a dyn Fn(i64) -> bool,
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Environment({:?})", self.keys)
    }
}

/// The exchange on one connection. A client may begin anew at any time, and whatever breaks a rule ends it.
///
/// ```text
/// start       -- req_pq, req_pq_multi -->   resPQ                 challenged
/// challenged  -- req_DH_params -->          server_DH_params_ok   offered
/// offered     -- set_client_DH_params -->   dh_gen_ok             start: there is a key
///                                           dh_gen_retry          offered: its id is taken
///                                           dh_gen_fail           start: that too often
/// ```
///
/// A message that is repeated gets the answer that it got before.
pub struct Exchange {
    state: State,
    /// The last message that was answered, and the answer: a client that sends it again lost the answer.
    last: Option<(Vec<u8>, Vec<u8>)>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.state {
            State::Start => "Exchange(start)",
            State::Challenged { .. } => "Exchange(challenged)",
            State::Offered(_) => "Exchange(offered)",
        })
    }
}

impl Default for Exchange {
    fn default() -> Self {
        Self { state: State::Start, last: None }
    }
}

impl Exchange {
    /// The nonce that the server chose, once it has: the client repeats it in every further step.
    #[must_use]
    pub fn server_nonce(&self) -> Option<[u8; 16]> {
        match &self.state {
            State::Start => None,
            State::Challenged { server_nonce, .. } => Some(*server_nonce),
            State::Offered(offer) => Some(offer.server_nonce),
        }
    }

    /// Handles the body of an unencrypted message. Takes milliseconds of arithmetic in its later steps.
    ///
    /// # Errors
    /// The rule that the client broke. The exchange must begin anew.
    pub fn receive(&mut self, body: &[u8], server: &Environment<'_>) -> Result<Step, ExchangeError> {
        let mut reader = Reader::new(body);
        let request = Request::decode(&mut reader).inspect_err(|_| *self = Self::default())?;
        let body = body.get(..reader.offset()).unwrap_or(body);
        if let Some((last, answer)) = &self.last
            && last == body
        {
            return Ok(Step::Reply(answer.clone()));
        }
        let step = match &request {
            Request::Pq { nonce } => Ok(self.challenge(*nonce, server)),
            Request::DhParams(request) => self.offer(request, server),
            Request::ClientDh(request) => self.finish(request, server.is_taken),
            Request::Acknowledgment => Ok(Step::Ignore),
        };
        match &step {
            Err(_) => *self = Self::default(),
            Ok(Step::Ignore) => {}
            Ok(Step::Reply(answer)) => self.last = Some((body.to_vec(), answer.clone())),
            Ok(Step::Done(reply)) => {
                *self = Self { state: State::Start, last: Some((body.to_vec(), reply.answer.clone())) };
            }
        }
        step
    }

    fn challenge(&mut self, nonce: [u8; 16], server: &Environment<'_>) -> Step {
        let source = server.source;
        let challenge = Challenge::random(&mut SourceRng(source));
        let mut server_nonce = [0; 16];
        source.fill(&mut server_nonce);
        let answer = types::ResPq {
            nonce,
            server_nonce,
            pq: challenge.pq_bytes(),
            server_public_key_fingerprints: server.keys.iter().map(KeyPair::fingerprint).collect(),
        };
        self.state = State::Challenged { nonce, server_nonce, challenge };
        Step::Reply(bytes(&enums::ResPq::from(answer)))
    }

    fn offer(
        &mut self,
        request: &functions::ReqDhParams,
        server: &Environment<'_>,
    ) -> Result<Step, ExchangeError> {
        let Environment { source, keys, .. } = *server;
        const MESSAGE: &str = "req_DH_params";
        let State::Challenged { nonce, server_nonce, challenge } = &self.state else {
            return Err(ExchangeError::Order { message: MESSAGE });
        };
        same(MESSAGE, "nonce", &request.nonce, nonce)?;
        same(MESSAGE, "server_nonce", &request.server_nonce, server_nonce)?;
        if !challenge.is_solved_by(&request.p, &request.q) {
            return Err(ExchangeError::Factors { message: MESSAGE });
        }
        let fingerprint = request.public_key_fingerprint;
        let key = keys.iter().find(|key| key.fingerprint() == fingerprint);
        let key = key.ok_or(ExchangeError::Fingerprint { fingerprint })?;
        let decrypted = key.decrypt(&mut SourceRng(source), &request.encrypted_data)?;
        let inner = Inner::decode(&decrypted)?;
        inner.check(nonce, server_nonce, challenge)?;

        let mut offer = Offer {
            nonce: *nonce,
            server_nonce: *server_nonce,
            new_nonce: inner.new_nonce,
            secret: Zeroizing::new([0; 256]),
            dc: inner.dc,
            expires_in: inner.expires_in,
            retry_id: 0,
            retries: 0,
        };
        let g_a = loop {
            source.fill(&mut *offer.secret);
            let g_a = dh::public(&offer.secret);
            if dh::is_valid_public(&g_a) {
                break g_a;
            }
        };
        let object = types::ServerDhInnerData {
            nonce: offer.nonce,
            server_nonce: offer.server_nonce,
            g: dh::G,
            dh_prime: dh::prime().to_vec(),
            g_a: g_a.to_vec(),
            server_time: source.now().date(),
        };
        let object = bytes(&enums::ServerDhInnerData::from(object));
        let temporary = TemporaryKey::new(&offer.new_nonce, &offer.server_nonce);
        let answer = types::ServerDhParamsOk {
            nonce: offer.nonce,
            server_nonce: offer.server_nonce,
            encrypted_answer: temporary.seal(&object, |padding| source.fill(padding)),
        };
        self.state = State::Offered(Box::new(offer));
        Ok(Step::Reply(bytes(&enums::ServerDhParams::from(answer))))
    }

    fn finish(
        &mut self,
        request: &functions::SetClientDhParams,
        is_taken: &dyn Fn(i64) -> bool,
    ) -> Result<Step, ExchangeError> {
        const MESSAGE: &str = "set_client_DH_params";
        let State::Offered(offer) = &mut self.state else {
            return Err(ExchangeError::Order { message: MESSAGE });
        };
        same(MESSAGE, "nonce", &request.nonce, &offer.nonce)?;
        same(MESSAGE, "server_nonce", &request.server_nonce, &offer.server_nonce)?;
        let temporary = TemporaryKey::new(&offer.new_nonce, &offer.server_nonce);
        const INNER: &str = "client_DH_inner_data";
        let enums::ClientDhInnerData::Data(inner) = temporary.open(INNER, &request.encrypted_data)?;
        same(INNER, "nonce", &inner.nonce, &offer.nonce)?;
        same(INNER, "server_nonce", &inner.server_nonce, &offer.server_nonce)?;
        if inner.retry_id != offer.retry_id {
            return Err(ExchangeError::Mismatch { message: INNER, field: "retry_id" });
        }
        let key = dh::shared(&inner.g_b, &offer.secret).ok_or(ExchangeError::Public)?;
        let key = AuthKey::new(key);
        // The number tells the three answers apart.
        let proof = |number: u8| -> [u8; 16] {
            part(&sha1(&[&*offer.new_nonce, &[number], &key.aux_hash().to_le_bytes()]), 4)
        };
        let (nonce, server_nonce) = (offer.nonce, offer.server_nonce);
        if is_taken(key.id()) || key.id() == 0 {
            if offer.retries == MAX_RETRIES {
                let answer = types::DhGenFail { nonce, server_nonce, new_nonce_hash3: proof(3) };
                self.state = State::Start;
                return Ok(Step::Reply(bytes(&enums::SetClientDhParamsAnswer::from(answer))));
            }
            let answer = types::DhGenRetry { nonce, server_nonce, new_nonce_hash2: proof(2) };
            offer.retry_id = i64::from_le_bytes(key.aux_hash().to_le_bytes());
            offer.retries += 1;
            return Ok(Step::Reply(bytes(&enums::SetClientDhParamsAnswer::from(answer))));
        }
        let answer = types::DhGenOk { nonce, server_nonce, new_nonce_hash1: proof(1) };
        let halves = |bytes: &[u8]| i64::from_le_bytes(part(bytes, 0));
        let salt = halves(&*offer.new_nonce) ^ halves(&server_nonce);
        Ok(Step::Done(Box::new(Reply {
            key: NewKey { key, salt, dc: offer.dc, expires_in: offer.expires_in },
            answer: bytes(&enums::SetClientDhParamsAnswer::from(answer)),
        })))
    }
}

/// What the four forms of `p_q_inner_data` have in common.
struct Inner {
    pq: Vec<u8>,
    p: Vec<u8>,
    q: Vec<u8>,
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: Zeroizing<[u8; 32]>,
    dc: Option<i32>,
    expires_in: Option<i32>,
}

impl Inner {
    const MESSAGE: &str = "p_q_inner_data";

    fn decode(decrypted: &InnerData) -> Result<Self, ExchangeError> {
        let mut reader = Reader::new(decrypted.data());
        let object = enums::PQInnerData::decode(&mut reader);
        let object = object.map_err(|error| ExchangeError::Decode { message: Self::MESSAGE, error })?;
        if !decrypted.is_proven(reader.offset()) {
            return Err(ExchangeError::Hash { message: Self::MESSAGE });
        }
        macro_rules! inner {
            ($object:ident, $dc:expr, $expires_in:expr) => {
                Self {
                    pq: $object.pq,
                    p: $object.p,
                    q: $object.q,
                    nonce: $object.nonce,
                    server_nonce: $object.server_nonce,
                    new_nonce: Zeroizing::new($object.new_nonce),
                    dc: $dc,
                    expires_in: $expires_in,
                }
            };
        }
        Ok(match object {
            enums::PQInnerData::Data(object) => inner!(object, None, None),
            enums::PQInnerData::Dc(object) => inner!(object, Some(object.dc), None),
            enums::PQInnerData::Temp(object) => inner!(object, None, Some(object.expires_in)),
            enums::PQInnerData::TempDc(object) => inner!(object, Some(object.dc), Some(object.expires_in)),
        })
    }

    fn check(
        &self,
        nonce: &[u8; 16],
        server_nonce: &[u8; 16],
        challenge: &Challenge,
    ) -> Result<(), ExchangeError> {
        same(Self::MESSAGE, "nonce", &self.nonce, nonce)?;
        same(Self::MESSAGE, "server_nonce", &self.server_nonce, server_nonce)?;
        same(Self::MESSAGE, "pq", &self.pq, &challenge.pq_bytes())?;
        if !challenge.is_solved_by(&self.p, &self.q) {
            return Err(ExchangeError::Factors { message: Self::MESSAGE });
        }
        if let Some(dc) = self.dc.filter(|dc| dc_of(*dc).is_none()) {
            return Err(ExchangeError::Dc { dc });
        }
        match self.expires_in {
            Some(seconds) if !(1..=MAX_EXPIRY).contains(&seconds) => Err(ExchangeError::Expiry { seconds }),
            _ => Ok(()),
        }
    }
}

/// Whether the body of an unencrypted message begins an exchange.
#[must_use]
pub fn begins(body: &[u8]) -> bool {
    let id = u32::from_le_bytes(part(body, 0));
    functions::ReqPqMulti::has_id(id) || functions::ReqPq::has_id(id)
}

fn same(
    message: &'static str,
    field: &'static str,
    got: &[u8],
    expected: &[u8],
) -> Result<(), ExchangeError> {
    if equal(got, expected) { Ok(()) } else { Err(ExchangeError::Mismatch { message, field }) }
}

#[cfg(test)]
mod tests;
