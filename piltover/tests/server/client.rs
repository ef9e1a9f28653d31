//! A client as a test needs it: it speaks MTProto to the letter, and shows whatever the server says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use piltover::crypto::{
    AuthKey, KeyPair, Plaintext, Side, decrypt, dh, encrypt, ige_decrypt, ige_encrypt, sha1,
};
use piltover::exchange;
use piltover::layers::mtproto::{enums, functions, types};
use piltover::layers::{Decode, Encode, Raw, Reader, decode_exact, functions as api};
use rsa::BoxedUint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub const RPC_RESULT: u32 = 0xf35c_6d01;
const MSG_CONTAINER: u32 = 0x73f1_f8dc;
const PATIENCE: Duration = Duration::from_secs(10);

/// Which transport a client speaks. All are little more than a length here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Abridged,
    Intermediate,
    Padded,
    Full,
}

/// A message of the server.
#[derive(Debug, Clone)]
pub struct Message {
    pub body: Vec<u8>,
}

impl Message {
    pub fn is(&self, id: u32) -> bool {
        self.body.starts_with(&id.to_le_bytes())
    }

    pub fn as_object<T: Decode>(&self) -> Option<T> {
        decode_exact(&self.body).ok()
    }
}

/// What a client keeps over connections.
#[derive(Debug, Clone)]
pub struct Saved {
    pub key: AuthKey,
    pub salt: i64,
    pub session_id: i64,
    /// How many content-related messages the session has sent.
    pub content: i32,
}

impl Saved {
    /// Another session of the same key.
    pub fn other(&self, session_id: i64) -> Self {
        Self { session_id, content: 0, ..self.clone() }
    }
}

/// A prime factor of a product of two primes, by Pollard's rho method.
fn factor(pq: u64) -> u64 {
    let step = |x: u64, c: u64| ((u128::from(x) * u128::from(x) + u128::from(c)) % u128::from(pq)) as u64;
    let gcd = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    for c in 1.. {
        let (mut slow, mut fast) = (2, 2);
        loop {
            slow = step(slow, c);
            fast = step(step(fast, c), c);
            match gcd(slow.abs_diff(fast), pq) {
                1 => {}
                found if found == pq => break,
                found => return found.min(pq / found),
            }
        }
    }
    unreachable!()
}

pub struct Client {
    stream: TcpStream,
    transport: Transport,
    frames: (u32, u32),
    pub saved: Saved,
    last_id: i64,
    inbox: Vec<Message>,
}

fn bytes(object: &impl Encode) -> Vec<u8> {
    object.to_bytes(0).unwrap()
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

impl Client {
    /// Connects, and makes a key.
    pub async fn new(port: u16, key: &KeyPair, transport: Transport) -> Self {
        let key_of_none = AuthKey::new([1; 256]);
        let saved = Saved { key: key_of_none, salt: 0, session_id: rand::random(), content: 0 };
        let mut client = Self::reconnect(port, transport, saved).await;
        client.exchange(key).await;
        client
    }

    /// Connects with what was saved.
    pub async fn reconnect(port: u16, transport: Transport, saved: Saved) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let tag: &[u8] = match transport {
            Transport::Abridged => &[0xef],
            Transport::Intermediate => &[0xee; 4],
            Transport::Padded => &[0xdd; 4],
            Transport::Full => &[],
        };
        stream.write_all(tag).await.unwrap();
        Self { stream, transport, frames: (0, 0), saved, last_id: 0, inbox: vec![] }
    }

    pub async fn send_frame(&mut self, payload: &[u8]) {
        let mut frame = Vec::new();
        match self.transport {
            Transport::Abridged if payload.len() / 4 < 0x7f => frame.push((payload.len() / 4) as u8),
            Transport::Abridged => frame.extend(((payload.len() as u32 / 4) << 8 | 0x7f).to_le_bytes()),
            Transport::Intermediate => frame.extend((payload.len() as u32).to_le_bytes()),
            Transport::Padded => frame.extend((payload.len() as u32 + 5).to_le_bytes()),
            Transport::Full => {
                frame.extend((payload.len() as u32 + 12).to_le_bytes());
                frame.extend(self.frames.0.to_le_bytes());
                self.frames.0 += 1;
            }
        }
        frame.extend(payload);
        match self.transport {
            Transport::Padded => frame.extend([7; 5]),
            Transport::Full => frame.extend(crc32fast::hash(&frame).to_le_bytes()),
            _ => {}
        }
        self.stream.write_all(&frame).await.unwrap();
    }

    /// The next payload; none, if the server has closed the connection.
    pub async fn receive_frame(&mut self) -> Option<Vec<u8>> {
        timeout(PATIENCE, self.read_frame()).await.expect("the server says nothing")
    }

    async fn read_frame(&mut self) -> Option<Vec<u8>> {
        let mut word = [0; 4];
        let len = match self.transport {
            Transport::Abridged => {
                let short = self.stream.read_u8().await.ok()?;
                if short < 0x7f {
                    usize::from(short) * 4
                } else {
                    self.stream.read_exact(&mut word[..3]).await.ok()?;
                    u32::from_le_bytes(word) as usize * 4
                }
            }
            _ => {
                self.stream.read_exact(&mut word).await.ok()?;
                u32::from_le_bytes(word) as usize
            }
        };
        let len = if self.transport == Transport::Full { len - 4 } else { len };
        let mut payload = vec![0; len];
        self.stream.read_exact(&mut payload).await.ok()?;
        if self.transport == Transport::Full {
            assert_eq!(payload[..4], self.frames.1.to_le_bytes());
            self.frames.1 += 1;
            payload.drain(..4);
            payload.truncate(payload.len() - 4);
        }
        Some(payload)
    }

    async fn plain<T: Decode>(&mut self, request: &impl Encode) -> T {
        let msg_id = self.next_id();
        self.send_frame(&exchange::seal(msg_id, &bytes(request))).await;
        let frame = self.receive_frame().await.unwrap();
        decode_exact(exchange::open(&frame).unwrap()).unwrap()
    }

    async fn exchange(&mut self, key: &KeyPair) {
        let (nonce, new_nonce): ([u8; 16], [u8; 32]) = (rand::random(), rand::random());
        let enums::ResPq::Pq(res) = self.plain(&functions::ReqPqMulti { nonce }).await;
        let pq = res.pq.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let p = factor(pq);
        let (p, q) = ((p as u32).to_be_bytes().to_vec(), ((pq / p) as u32).to_be_bytes().to_vec());
        let server_nonce = res.server_nonce;
        let inner = types::PQInnerDataDc {
            pq: res.pq,
            p: p.clone(),
            q: q.clone(),
            nonce,
            server_nonce,
            new_nonce,
            dc: 4,
        };
        let inner = bytes(&enums::PQInnerData::from(inner));
        let mut plain = [&[0][..], &sha1(&[&inner]), &inner].concat();
        plain.resize(256, 7);
        let public: rsa::RsaPublicKey =
            rsa::pkcs1::DecodeRsaPublicKey::from_pkcs1_pem(&key.public_pem().unwrap()).unwrap();
        let number = BoxedUint::from_be_slice(&plain, 2048).unwrap();
        let encrypted_data = rsa::hazmat::rsa_encrypt(&public, &number).unwrap().to_be_bytes().to_vec();
        let public_key_fingerprint = key.fingerprint();
        let request =
            functions::ReqDhParams { nonce, server_nonce, p, q, public_key_fingerprint, encrypted_data };
        let enums::ServerDhParams::Ok(answer) = self.plain(&request).await else { panic!() };

        let (a, b, c) = (
            sha1(&[&new_nonce, &server_nonce]),
            sha1(&[&server_nonce, &new_nonce]),
            sha1(&[&new_nonce, &new_nonce]),
        );
        let aes_key = [&a[..], &b[..12]].concat().try_into().unwrap();
        let iv = [&b[12..], &c, &new_nonce[..4]].concat().try_into().unwrap();
        let mut data = answer.encrypted_answer;
        ige_decrypt(&aes_key, &iv, &mut data);
        let enums::ServerDhInnerData::Data(offer) =
            enums::ServerDhInnerData::decode(&mut Reader::new(&data[20..])).unwrap();
        let secret: [u8; 256] = std::array::from_fn(|_| rand::random());
        let g_b = dh::public(&secret).to_vec();
        let inner = types::ClientDhInnerData { nonce, server_nonce, retry_id: 0, g_b };
        let inner = bytes(&enums::ClientDhInnerData::from(inner));
        let mut data = [&sha1(&[&inner])[..], &inner].concat();
        data.resize(data.len().next_multiple_of(16), 0);
        ige_encrypt(&aes_key, &iv, &mut data);
        let request = functions::SetClientDhParams { nonce, server_nonce, encrypted_data: data };
        let answer: enums::SetClientDhParamsAnswer = self.plain(&request).await;
        let enums::SetClientDhParamsAnswer::DhGenOk(_) = answer else { panic!("{answer:?}") };
        self.saved.key = AuthKey::new(dh::shared(&offer.g_a, &secret).unwrap());
        self.saved.salt = i64::from_le_bytes(xor(&new_nonce[..8], &server_nonce[..8]).try_into().unwrap());
    }

    pub fn next_id(&mut self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let id = ((now.as_secs() as i64) << 32 | i64::from(now.subsec_nanos())) & !3;
        self.last_id = id.max(self.last_id + 4);
        self.last_id
    }

    /// Sends a message as it is told; gives its id.
    pub async fn send(&mut self, body: Vec<u8>) -> i64 {
        let msg_id = self.next_id();
        let seq_no = self.saved.content * 2 + 1;
        self.saved.content += 1;
        let Saved { key, salt, session_id, .. } = self.saved.clone();
        let message = Plaintext { salt, session_id, msg_id, seq_no, body };
        let frame = encrypt(&key, Side::Client, &message, |padding| padding.fill(3));
        self.send_frame(&frame).await;
        msg_id
    }

    /// The next message, taken out of its container; the salt is learned on the way.
    pub async fn receive(&mut self) -> Message {
        while self.inbox.is_empty() {
            let frame = self.receive_frame().await.expect("the connection is closed");
            assert!(frame.len() > 4, "transport error {frame:?}");
            let (message, _) = decrypt(&self.saved.key, Side::Server, &frame).unwrap();
            assert_eq!(message.session_id, self.saved.session_id);
            self.saved.salt = message.salt;
            let body = message.body;
            if !body.starts_with(&MSG_CONTAINER.to_le_bytes()) {
                self.inbox.push(Message { body });
                continue;
            }
            let mut reader = Reader::new(&body[4..]);
            let messages = reader.bare_vector(|reader| {
                reader.take(12)?;
                let len = i32::decode(reader)? as usize;
                Ok(Message { body: reader.take(len)?.to_vec() })
            });
            self.inbox.extend(messages.unwrap());
        }
        self.inbox.remove(0)
    }

    /// Waits for the answer to a request: the object, or the error.
    pub async fn answer_to(&mut self, msg_id: i64) -> Result<Vec<u8>, types::RpcError> {
        loop {
            let message = self.receive().await;
            if !message.is(RPC_RESULT) || message.body[4..12] != msg_id.to_le_bytes() {
                continue;
            }
            let result = message.body[12..].to_vec();
            let result = match piltover::session::gzip::is_packed(&result) {
                true => piltover::session::gzip::unpack(&result).unwrap(),
                false => result,
            };
            return match decode_exact::<enums::RpcError>(&result) {
                Ok(enums::RpcError::Error(error)) => Err(error),
                Err(_) => Ok(result),
            };
        }
    }

    /// Asks, and waits for the answer.
    pub async fn call(&mut self, request: Vec<u8>) -> Result<Vec<u8>, types::RpcError> {
        let msg_id = self.send(request).await;
        self.answer_to(msg_id).await
    }

    /// As [`Client::call`], in the newest layer.
    pub async fn ask<T: Decode>(&mut self, request: &impl Encode) -> T {
        let request = request.to_bytes(piltover::layers::NEWEST).unwrap();
        decode_exact(&self.call(request).await.unwrap()).unwrap()
    }

    /// The next pushed updates.
    pub async fn updates(&mut self) -> piltover::layers::types::Updates {
        loop {
            if let Some(piltover::layers::enums::Updates::Updates(updates)) = self.receive().await.as_object()
            {
                return updates;
            }
        }
    }

    /// Signs up with this number.
    pub async fn sign_up(&mut self, phone: &str) -> i64 {
        use piltover::layers::{enums, types};
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

/// A request inside of `invokeWithLayer(layer, initConnection(...))`.
pub fn in_layer(layer: i32, request: Vec<u8>) -> Vec<u8> {
    let init = api::InitConnection { api_id: 1, query: Raw(request), ..Default::default() };
    bytes(&api::InvokeWithLayer { layer, query: Raw(init.to_bytes(layer).unwrap()) })
}
