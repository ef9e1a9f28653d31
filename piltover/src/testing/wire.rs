use std::fmt;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tungstenite::protocol::Role;

use crate::clock::{Source, SystemSource};
use crate::transport::websocket::WebSocket;
use crate::transport::{Codec, Framing, Secret, fake_tls};

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What carries a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// TCP alone.
    Tcp,
    /// A WebSocket.
    WebSocket,
    /// HTTP: a payload in each request, and in each response.
    Http,
    /// Fake TLS, to the secret of the dial.
    FakeTls,
}

/// How a client connects.
#[derive(Debug, Clone)]
pub struct Dial {
    /// The framing; of no meaning for HTTP.
    pub framing: Framing,
    /// Whether it is obfuscated.
    pub obfuscated: bool,
    /// The data centre in the header of an obfuscated transport.
    pub dc: i16,
    /// The MTProxy secret.
    pub secret: Option<Secret>,
    /// What carries it.
    pub carrier: Carrier,
    /// TLS around everything, to a server whose certificate this accepts for `localhost`.
    pub tls: Option<Arc<ClientConfig>>,
}

impl Default for Dial {
    /// The intermediate transport, plain.
    fn default() -> Self {
        Self::framing(Framing::Intermediate)
    }
}

impl Dial {
    /// A framing, plain.
    #[must_use]
    pub fn framing(framing: Framing) -> Self {
        Self { framing, obfuscated: false, dc: 2, secret: None, carrier: Carrier::Tcp, tls: None }
    }

    /// A framing, obfuscated.
    #[must_use]
    pub fn obfuscated(framing: Framing) -> Self {
        Self { obfuscated: true, ..Self::framing(framing) }
    }

    /// Obfuscated padded intermediate through an MTProxy secret, with whatever its kind demands.
    #[must_use]
    pub fn proxy(secret: Secret) -> Self {
        let carrier = match secret.kind() {
            crate::transport::SecretKind::FakeTls(_) => Carrier::FakeTls,
            _ => Carrier::Tcp,
        };
        Self { secret: Some(secret), carrier, ..Self::obfuscated(Framing::Padded) }
    }

    /// A WebSocket with an obfuscated transport.
    #[must_use]
    pub fn websocket() -> Self {
        Self { carrier: Carrier::WebSocket, ..Self::obfuscated(Framing::Abridged) }
    }

    /// HTTP.
    #[must_use]
    pub fn http() -> Self {
        Self { carrier: Carrier::Http, ..Self::default() }
    }
}

/// What a server sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A payload; one of four bytes is a transport error.
    Payload(Vec<u8>),
    /// A quick acknowledgment.
    QuickAck(u32),
    /// The end of the connection.
    Closed,
}

/// The client's end of a connection.
pub struct Wire {
    stream: TcpStream,
    codec: Codec,
    socket: Option<WebSocket>,
    tls: Option<Box<ClientConnection>>,
    records: Option<bytes::BytesMut>,
    /// What has come of HTTP responses.
    http: Option<Vec<u8>>,
    source: SystemSource,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({:?})", self.codec.framing())
    }
}

impl Wire {
    /// Connects.
    pub async fn connect(address: SocketAddr, dial: &Dial) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let source = SystemSource::new().unwrap();
        // What could be taken for another transport is drawn again, as clients do.
        let header = loop {
            let mut header = [0; 64];
            source.fill(&mut header);
            if !matches!(header[0], 0xef | 0x16 | b'A'..=b'Z') && header[4..8] != [0; 4] {
                break header;
            }
        };
        let (first, codec) =
            Codec::client(dial.framing, dial.obfuscated.then_some(header), dial.dc, dial.secret.as_ref());
        let mut wire = Self { stream, codec, socket: None, tls: None, records: None, http: None, source };
        if let Some(config) = &dial.tls {
            let name = ServerName::try_from("localhost").unwrap();
            wire.tls = Some(Box::new(ClientConnection::new(config.clone(), name).unwrap()));
            wire.send_bytes(&[]).await;
        }
        match dial.carrier {
            Carrier::Tcp => wire.send_bytes(&first).await,
            Carrier::Http => wire.http = Some(Vec::new()),
            Carrier::WebSocket => {
                wire.upgrade().await;
                wire.socket = Some(WebSocket::new(Role::Client));
                wire.carry(&first).await;
            }
            Carrier::FakeTls => {
                wire.fake_tls(dial.secret.as_ref().unwrap()).await;
                wire.records = Some(bytes::BytesMut::new());
                wire.carry(&first).await;
            }
        }
        wire
    }

    async fn upgrade(&mut self) {
        let request = "GET /apiws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                       Sec-WebSocket-Protocol: binary\r\n\r\n";
        self.send_bytes(request.as_bytes()).await;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let bytes = self.read().await.expect("no answer to the upgrade");
            answer.extend(bytes);
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        assert!(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
    }

    async fn fake_tls(&mut self, secret: &Secret) {
        let now = self.source.now().seconds();
        let hello = fake_tls::hello(secret, now, |bytes| self.source.fill(bytes));
        self.send_bytes(&hello).await;
        let mut answer = Vec::new();
        loop {
            answer.extend(self.read().await.expect("no answer to the hello"));
            if let Some((len, is_proven)) = fake_tls::checked_answer(&hello, secret, &answer) {
                assert!(is_proven && len == answer.len());
                return;
            }
        }
    }

    /// Sends bytes as they are, inside of TLS alone, if there is that.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        let mut out = bytes.to_vec();
        if let Some(tls) = &mut self.tls {
            out.clear();
            tls.writer().write_all(bytes).unwrap();
            while tls.wants_write() {
                tls.write_tls(&mut out).unwrap();
            }
        }
        // The server may have closed the connection already.
        let _ = self.stream.write_all(&out).await;
    }

    async fn carry(&mut self, bytes: &[u8]) {
        let mut out = bytes.to_vec();
        if let Some(socket) = &mut self.socket {
            out.clear();
            socket.send(bytes);
            socket.take(&mut out);
        }
        if self.records.is_some() {
            out.clear();
            fake_tls::encode(bytes, &mut out);
        }
        self.send_bytes(&out).await;
    }

    /// Sends a payload.
    pub async fn send(&mut self, payload: &[u8]) {
        self.send_with(payload, false).await;
    }

    /// Sends a payload, and asks for a quick acknowledgment, or not.
    pub async fn send_with(&mut self, payload: &[u8], quick_ack: bool) {
        if self.http.is_some() {
            let head = format!("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", payload.len());
            return self.send_bytes(&[head.as_bytes(), payload].concat()).await;
        }
        let mut out = Vec::new();
        self.codec.pack_with(payload, &mut out, quick_ack, |padding| padding.fill(3));
        self.carry(&out).await;
    }

    /// Bytes of the socket, out of TLS; none at its end.
    async fn read(&mut self) -> Option<Vec<u8>> {
        let mut buffer = vec![0; 16 << 10];
        let read = timeout(PATIENCE, self.stream.read(&mut buffer)).await.expect("the server says nothing");
        let mut bytes = &buffer[..read.ok().filter(|read| *read > 0)?];
        let Some(tls) = &mut self.tls else { return Some(bytes.to_vec()) };
        let mut plain = Vec::new();
        while !bytes.is_empty() {
            tls.read_tls(&mut bytes).unwrap();
            let state = tls.process_new_packets().unwrap();
            let start = plain.len();
            plain.resize(start + state.plaintext_bytes_to_read(), 0);
            tls.reader().read_exact(&mut plain[start..]).unwrap();
        }
        self.send_bytes(&[]).await;
        Some(plain)
    }

    /// What the server sends next.
    pub async fn receive(&mut self) -> Received {
        loop {
            if let Some(response) = self.http.as_mut().and_then(response) {
                return Received::Payload(response);
            }
            if self.http.is_none()
                && let Some(frame) = self.codec.next_frame().unwrap()
            {
                return match frame.quick_ack {
                    true => Received::QuickAck(u32::from_le_bytes(frame.payload.try_into().unwrap())),
                    false => Received::Payload(frame.payload),
                };
            }
            let Some(mut bytes) = self.read().await else { return Received::Closed };
            if let Some(buffer) = &mut self.records {
                buffer.extend_from_slice(&bytes);
                bytes.clear();
                fake_tls::decode(buffer, &mut bytes).unwrap();
            }
            if let Some(socket) = &mut self.socket {
                let mut plain = Vec::new();
                socket.receive(&bytes, &mut plain).unwrap();
                bytes = plain;
            }
            match &mut self.http {
                Some(http) => http.extend(bytes),
                None => self.codec.feed(&bytes),
            }
        }
    }
}

/// The body of the first HTTP response, once it is whole.
fn response(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(buffer).unwrap() else { return None };
    let is_length = |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case("content-length");
    let length = response.headers.iter().find(is_length).unwrap();
    let length: usize = std::str::from_utf8(length.value).unwrap().parse().unwrap();
    let body = buffer.get(head..head + length)?.to_vec();
    buffer.drain(..head + length);
    Some(body)
}
