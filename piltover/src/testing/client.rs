use std::collections::VecDeque;
use std::net::SocketAddr;

use piltover_layers::mtproto::{bytes, enums, functions, types};
use piltover_layers::{Decode, Encode, NEWEST, Raw, Reader, decode_exact, functions as api};

use super::handshake::Handshake;
use super::wire::{Dial, Received, Wire};
use crate::clock::{Source, SystemSource};
use crate::crypto::{AuthKey, Plaintext, PublicKey, Side, Version, decrypt_any, seal};
use crate::session::{container, gzip};

const RPC_RESULT: u32 = 0xf35c_6d01;
const MSG_CONTAINER: u32 = 0x73f1_f8dc;

/// A message of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub msg_id: i64,
    /// Its sequence number.
    pub seq_no: i32,
    /// The object.
    pub body: Vec<u8>,
}

impl Message {
    /// Whether the object has this constructor.
    #[must_use]
    pub fn is(&self, id: u32) -> bool {
        self.body.starts_with(&id.to_le_bytes())
    }

    /// The object, if it is of this type.
    #[must_use]
    pub fn as_object<T: Decode>(&self) -> Option<T> {
        decode_exact(&self.body).ok()
    }
}

/// What a client keeps over connections.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The auth key.
    pub key: AuthKey,
    /// The server salt.
    pub salt: i64,
    /// The session.
    pub session_id: i64,
    /// How many content-related messages the session has sent.
    pub content: i32,
}

impl Saved {
    /// Another session of the same key.
    #[must_use]
    pub fn other(&self, session_id: i64) -> Self {
        Self { session_id, content: 0, ..self.clone() }
    }
}

/// A client. It acknowledges nothing by itself, and repeats nothing.
#[derive(Debug)]
pub struct Client {
    /// The connection.
    pub wire: Wire,
    /// What it would keep.
    pub saved: Saved,
    /// The version of MTProto that it speaks.
    pub version: Version,
    pub(super) source: SystemSource,
    last_id: i64,
    inbox: VecDeque<Message>,
    /// Messages of the server as they came, containers too, without their bodies.
    pub envelopes: Vec<(i64, i32)>,
}

impl Client {
    /// Connects, and makes a permanent key.
    pub async fn new(address: SocketAddr, dial: &Dial, key: &PublicKey) -> Self {
        let mut client = Self::connect(address, dial).await;
        client.exchange(key, &Handshake::default()).await;
        client
    }

    /// Connects, without a key.
    pub async fn connect(address: SocketAddr, dial: &Dial) -> Self {
        let source = SystemSource::new().unwrap();
        let mut session_id = [0; 8];
        source.fill(&mut session_id);
        let session_id = i64::from_le_bytes(session_id);
        let saved = Saved { key: AuthKey::new([1; 256]), salt: 0, session_id, content: 0 };
        Self::reconnect(address, dial, saved).await
    }

    /// Connects with what was saved.
    pub async fn reconnect(address: SocketAddr, dial: &Dial, saved: Saved) -> Self {
        let wire = Wire::connect(address, dial).await;
        let source = SystemSource::new().unwrap();
        let (inbox, envelopes) = (VecDeque::new(), Vec::new());
        Self { wire, saved, version: Version::V2, source, last_id: 0, inbox, envelopes }
    }

    /// The next payload; none, if the server has closed the connection.
    pub async fn receive_payload(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.wire.receive().await {
                Received::Payload(payload) => return Some(payload),
                Received::QuickAck(_) => {}
                Received::Closed => return None,
            }
        }
    }

    /// The transport error with which the server ends the connection; none, if it ends it without.
    pub async fn transport_error(&mut self) -> Option<i32> {
        let mut error = None;
        while let Some(payload) = self.receive_payload().await {
            if let Ok(code) = payload.try_into() {
                error = Some(i32::from_le_bytes(code));
            }
        }
        error
    }

    /// A new message id.
    pub fn next_id(&mut self) -> i64 {
        self.last_id = self.source.now().msg_id().max(self.last_id + 4);
        self.last_id
    }

    /// A new sequence number, for a content-related message or another.
    pub fn next_seq_no(&mut self, is_content: bool) -> i32 {
        let seq_no = self.saved.content * 2 + i32::from(is_content);
        self.saved.content += i32::from(is_content);
        seq_no
    }

    /// Sends a content-related message; gives its id.
    pub async fn send(&mut self, body: Vec<u8>) -> i64 {
        let (msg_id, seq_no) = (self.next_id(), self.next_seq_no(true));
        self.send_as(msg_id, seq_no, body).await;
        msg_id
    }

    /// Sends a message that is not content-related; gives its id.
    pub async fn send_service(&mut self, object: &impl Encode) -> i64 {
        let (msg_id, seq_no) = (self.next_id(), self.next_seq_no(false));
        self.send_as(msg_id, seq_no, bytes(object)).await;
        msg_id
    }

    /// Sends a message with this id and sequence number.
    pub async fn send_as(&mut self, msg_id: i64, seq_no: i32, body: Vec<u8>) {
        let frame = self.sealed(msg_id, seq_no, body);
        self.wire.send(&frame).await;
    }

    /// The payload of a message.
    #[must_use]
    pub fn sealed(&self, msg_id: i64, seq_no: i32, body: Vec<u8>) -> Vec<u8> {
        let Saved { key, salt, session_id, .. } = self.saved.clone();
        let message = Plaintext { salt, session_id, msg_id, seq_no, body };
        self.version.encrypt(&key, Side::Client, &message, |padding| padding.fill(3))
    }

    /// The payload of any plaintext, whole blocks with headers and padding, under a right msg_key.
    #[must_use]
    pub fn forged(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut message = [&[0; 24], plaintext].concat();
        seal(&self.saved.key, Side::Client, &mut message);
        message
    }

    /// The next message, taken out of its container; the salt is learned on the way.
    pub async fn receive(&mut self) -> Message {
        loop {
            if let Some(message) = self.inbox.pop_front() {
                return message;
            }
            let payload = self.receive_payload().await.expect("the connection is closed");
            // An HTTP response without a message.
            if payload.is_empty() {
                continue;
            }
            assert!(payload.len() > 4, "transport error {payload:?}");
            self.take(&payload);
        }
    }

    /// Takes the messages out of a payload, for [`Client::receive`].
    pub fn take(&mut self, payload: &[u8]) {
        let (message, _, version) = decrypt_any(&self.saved.key, Side::Server, payload).unwrap();
        assert_eq!(version, self.version);
        assert_eq!(message.session_id, self.saved.session_id);
        self.saved.salt = message.salt;
        let Plaintext { msg_id, seq_no, body, .. } = message;
        self.envelopes.push((msg_id, seq_no));
        if !body.starts_with(&MSG_CONTAINER.to_le_bytes()) {
            return self.inbox.push_back(Message { msg_id, seq_no, body });
        }
        let mut reader = Reader::new(&body[4..]);
        let messages = reader.bare_vector(|reader| {
            let (msg_id, seq_no) = (i64::decode(reader)?, i32::decode(reader)?);
            let len = i32::decode(reader)? as usize;
            Ok(Message { msg_id, seq_no, body: reader.take(len)?.to_vec() })
        });
        self.inbox.extend(messages.unwrap());
    }

    /// The next object of this type; others are passed over.
    pub async fn receive_object<T: Decode>(&mut self) -> T {
        loop {
            if let Some(object) = self.receive().await.as_object() {
                return object;
            }
        }
    }

    /// Waits for the answer to a request: the object, or the error.
    ///
    /// # Errors
    /// The `rpc_error` that the server answers.
    pub async fn answer_to(&mut self, msg_id: i64) -> Result<Vec<u8>, types::RpcError> {
        loop {
            let message = self.receive().await;
            if !message.is(RPC_RESULT) || message.body[4..12] != msg_id.to_le_bytes() {
                continue;
            }
            let result = message.body[12..].to_vec();
            let result = if gzip::is_packed(&result) { gzip::unpack(&result).unwrap() } else { result };
            return match decode_exact::<enums::RpcError>(&result) {
                Ok(enums::RpcError::Error(error)) => Err(error),
                Err(_) => Ok(result),
            };
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// The `rpc_error` that the server answers.
    pub async fn call(&mut self, request: Vec<u8>) -> Result<Vec<u8>, types::RpcError> {
        let msg_id = self.send(request).await;
        self.answer_to(msg_id).await
    }

    /// As [`Client::call`], in the newest layer.
    pub async fn ask<T: Decode>(&mut self, request: &impl Encode) -> T {
        let request = request.to_bytes(NEWEST).unwrap();
        decode_exact(&self.call(request).await.unwrap()).unwrap()
    }

    /// The error with which a request is answered, in the newest layer.
    pub async fn refused(&mut self, request: &impl Encode) -> (i32, String) {
        let error = self.call(request.to_bytes(NEWEST).unwrap()).await.unwrap_err();
        (error.error_code, error.error_message)
    }

    /// Pings, and gives all that comes up to the pong, which is the last.
    pub async fn ping(&mut self) -> Vec<Message> {
        let ping_id = self.next_id();
        self.send(bytes(&functions::Ping { ping_id })).await;
        let mut messages = Vec::new();
        loop {
            let message = self.receive().await;
            let pong = message.as_object();
            messages.push(message);
            if matches!(pong, Some(enums::Pong::Pong(pong)) if pong.ping_id == ping_id) {
                return messages;
            }
        }
    }

    /// The next pushed updates.
    pub async fn updates(&mut self) -> piltover_layers::types::Updates {
        loop {
            if let piltover_layers::enums::Updates::Updates(updates) = self.receive_object().await {
                return updates;
            }
        }
    }

    /// The user with this number, found as clients find users.
    pub async fn find(&mut self, phone: &str) -> piltover_layers::enums::InputPeer {
        use piltover_layers::{enums, types};
        let request = api::contacts::ResolvePhone { phone: phone.to_owned() };
        let enums::contacts::ResolvedPeer::Peer(found) = self.ask(&request).await;
        let [enums::User::User(user)] = &found.users[..] else { panic!() };
        types::InputPeerUser { user_id: user.id, access_hash: user.access_hash.unwrap() }.into()
    }

    /// Signs up with this number, or in; the server's code is 22222.
    pub async fn sign_up(&mut self, phone: &str) -> i64 {
        use piltover_layers::{enums, types};
        let settings = types::CodeSettings::default().into();
        let request = api::auth::SendCode {
            phone_number: phone.to_owned(),
            api_id: 1,
            api_hash: String::new(),
            settings,
        };
        let enums::auth::SentCode::Code(sent) = self.ask(&request).await else { panic!() };
        let phone_code_hash = sent.phone_code_hash;
        let request = api::auth::SignIn {
            phone_number: phone.to_owned(),
            phone_code_hash: phone_code_hash.clone(),
            phone_code: Some("22222".to_owned()),
            email_verification: None,
        };
        let answer: enums::auth::Authorization = self.ask(&request).await;
        if let enums::auth::Authorization::Authorization(signed) = answer {
            let enums::User::User(user) = signed.user else { panic!() };
            return user.id;
        }
        let request = api::auth::SignUp {
            phone_number: phone.to_owned(),
            phone_code_hash,
            first_name: "Test".to_owned(),
            ..Default::default()
        };
        let enums::auth::Authorization::Authorization(signed) = self.ask(&request).await else { panic!() };
        let enums::User::User(user) = signed.user else { panic!() };
        user.id
    }
}

/// A container of messages: their ids, sequence numbers and bodies.
#[must_use]
pub fn container(messages: &[(i64, i32, &[u8])]) -> Vec<u8> {
    container::encode(messages.iter().copied())
}

/// A request inside of `invokeWithLayer(layer, initConnection(...))`.
#[must_use]
pub fn in_layer(layer: i32, request: Vec<u8>) -> Vec<u8> {
    let init = api::InitConnection { api_id: 1, query: Raw(request), ..Default::default() };
    bytes(&api::InvokeWithLayer { layer, query: Raw(init.to_bytes(layer).unwrap()) })
}
