use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;

use bytes::BytesMut;
use rustls::{ServerConfig, ServerConnection};
use tungstenite::protocol::Role;

use super::detect::is_http;
use super::http::{Http, Request};
use super::websocket::WebSocket;
use super::{Codec, Frame, Secret, TransportError, fake_tls};
use crate::clock::Source;

/// What all links of a port share.
#[derive(Default, Clone)]
pub struct Setup {
    /// The MTProxy secrets.
    pub secrets: Arc<[Secret]>,
    /// The certificate and key for TLS; none: TLS is refused.
    pub tls: Option<Arc<ServerConfig>>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setup({} secrets, TLS: {})", self.secrets.len(), self.tls.is_some())
    }
}

/// What lies between the socket and the transport.
enum Tunnel {
    /// Too few bytes to tell.
    Unknown(BytesMut),
    None,
    FakeTls(BytesMut),
    Tls(Box<ServerConnection>),
}

/// What the bytes in the tunnel are.
enum Stage {
    /// Too few bytes to tell.
    Unknown(Vec<u8>, Option<Secret>),
    Stream(Codec),
    WebSocket(Box<(WebSocket, Codec)>),
    Http(Box<Http>),
}

/// The server's end of one connection, whatever the client speaks over it: bytes of the socket in, payloads
/// out; payloads in, bytes for the socket out.
///
/// Over HTTP each payload that goes out answers the oldest request that has no answer yet.
pub struct Link {
    setup: Setup,
    tunnel: Tunnel,
    stage: Stage,
    /// What is to go over the socket.
    out: Vec<u8>,
    is_closed: bool,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.name())
    }
}

impl Link {
    /// The link of a new connection.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            tunnel: Tunnel::Unknown(BytesMut::new()),
            stage: Stage::Unknown(Vec::new(), None),
            out: Vec::new(),
            is_closed: false,
        }
    }

    /// What the client speaks, for logs.
    #[must_use]
    pub fn name(&self) -> String {
        let tunnel = match &self.tunnel {
            Tunnel::FakeTls(_) => "fake TLS, ",
            Tunnel::Tls(_) => "TLS, ",
            _ => "",
        };
        let codec = |codec: &Codec| match codec.framing() {
            None => "nothing yet".to_owned(),
            Some(framing) if codec.is_obfuscated() => format!("obfuscated {framing:?}").to_lowercase(),
            Some(framing) => format!("{framing:?}").to_lowercase(),
        };
        match &self.stage {
            Stage::Unknown(..) => format!("{tunnel}nothing yet"),
            Stage::Stream(inner) => format!("{tunnel}{}", codec(inner)),
            Stage::WebSocket(inner) => format!("{tunnel}WebSocket, {}", codec(&inner.1)),
            Stage::Http(_) => format!("{tunnel}HTTP"),
        }
    }

    /// Whether each payload is a request that waits for one answer.
    #[must_use]
    pub fn is_http(&self) -> bool {
        matches!(self.stage, Stage::Http(_))
    }

    /// The data centre that an obfuscated header named; negative for one of media.
    #[must_use]
    pub fn dc(&self) -> Option<i16> {
        match &self.stage {
            Stage::Stream(codec) => codec.dc(),
            Stage::WebSocket(inner) => inner.1.dc(),
            _ => None,
        }
    }

    /// Whether the client has ended the connection, and has all that it is to get.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed || matches!(&self.stage, Stage::Http(http) if http.is_closed())
    }

    /// What is to go over the socket; whoever sends it takes it out.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// Gives the memory back that nothing waits in.
    pub fn shrink(&mut self) {
        if self.out.is_empty() {
            self.out = Vec::new();
        }
        match &mut self.stage {
            Stage::Stream(codec) => codec.shrink(),
            Stage::WebSocket(inner) => inner.1.shrink(),
            _ => {}
        }
    }

    /// Takes bytes of the socket.
    ///
    /// # Errors
    /// What no transport allows. Nothing that follows can be understood.
    pub fn feed(&mut self, bytes: &[u8], source: &dyn Source) -> Result<(), TransportError> {
        match &mut self.tunnel {
            Tunnel::None => return self.feed_plain(bytes),
            Tunnel::Unknown(first) => {
                first.extend_from_slice(bytes);
                return self.choose_tunnel(source);
            }
            Tunnel::FakeTls(_) | Tunnel::Tls(_) => {}
        }
        let plain = self.through_tunnel(bytes)?;
        if plain.is_empty() { Ok(()) } else { self.feed_plain(&plain) }
    }

    fn choose_tunnel(&mut self, source: &dyn Source) -> Result<(), TransportError> {
        let Tunnel::Unknown(first) = &mut self.tunnel else { return Ok(()) };
        let hello = [0x16, 3, 1];
        if !first.starts_with(&hello) {
            if hello.starts_with(first) {
                return Ok(());
            }
            let first = std::mem::take(first);
            self.tunnel = Tunnel::None;
            return self.feed_plain(&first);
        }
        let Some(len) = fake_tls::record_len(first) else { return Ok(()) };
        if first.len() < len {
            return Ok(());
        }
        let mut first = std::mem::take(first);
        let found = fake_tls::proven(
            first.get(..len).unwrap_or_default(),
            &self.setup.secrets,
            source.now().seconds(),
        );
        if let Some(secret) = found.cloned() {
            let hello = first.split_to(len);
            self.out.extend(fake_tls::answer(&hello, &secret, |bytes| source.fill(bytes)));
            self.stage = Stage::Unknown(Vec::new(), Some(secret));
            self.tunnel = Tunnel::FakeTls(BytesMut::new());
        } else {
            let tls = |what: String| TransportError::Tls { what };
            let config = self.setup.tls.clone();
            let config = config.ok_or_else(|| tls("no certificate, and no secret is proven".to_owned()))?;
            let connection = ServerConnection::new(config).map_err(|error| tls(error.to_string()))?;
            self.tunnel = Tunnel::Tls(Box::new(connection));
        }
        self.feed(&first, source)
    }

    /// What the bytes hold that came through the tunnel.
    fn through_tunnel(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut plain = Vec::new();
        match &mut self.tunnel {
            Tunnel::FakeTls(buffer) => {
                buffer.extend_from_slice(bytes);
                fake_tls::decode(buffer, &mut plain)?;
            }
            Tunnel::Tls(connection) => {
                let error = |error: &dyn fmt::Display| TransportError::Tls { what: error.to_string() };
                while !bytes.is_empty() {
                    // Behind its last word, a client says nothing that counts.
                    if connection.read_tls(&mut bytes).map_err(|e| error(&e))? == 0 {
                        break;
                    }
                    let processed = connection.process_new_packets();
                    // An alert tells the client what was wrong.
                    while connection.wants_write() {
                        connection.write_tls(&mut self.out).map_err(|e| error(&e))?;
                    }
                    let state = processed.map_err(|e| error(&e))?;
                    let start = plain.len();
                    plain.resize(start + state.plaintext_bytes_to_read(), 0);
                    if let Some(place) = plain.get_mut(start..) {
                        connection.reader().read_exact(place).map_err(|e| error(&e))?;
                    }
                    self.is_closed |= state.peer_has_closed();
                }
            }
            Tunnel::None | Tunnel::Unknown(_) => plain.extend_from_slice(bytes),
        }
        Ok(plain)
    }

    fn feed_plain(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        match &mut self.stage {
            Stage::Stream(codec) => codec.feed(bytes),
            Stage::Http(http) => http.feed(bytes),
            Stage::WebSocket(inner) => {
                let (socket, codec) = &mut **inner;
                let mut plain = Vec::new();
                let goes_on = socket.receive(bytes, &mut plain)?;
                codec.feed(&plain);
                self.is_closed |= !goes_on;
                self.send_websocket();
            }
            Stage::Unknown(first, secret) => {
                first.extend_from_slice(bytes);
                let Some(is_http) = is_http(first) else { return Ok(()) };
                let (first, secret) = (std::mem::take(first), secret.take());
                self.stage = if is_http && secret.is_none() {
                    Stage::Http(Box::default())
                } else {
                    Stage::Stream(Codec::with_secrets(self.setup.secrets.clone(), secret))
                };
                self.feed_plain(&first)?;
            }
        }
        Ok(())
    }

    /// The next whole payload, if there is one.
    ///
    /// # Errors
    /// What no transport allows.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, TransportError> {
        loop {
            let http = match &mut self.stage {
                Stage::Unknown(..) => return Ok(None),
                Stage::Stream(codec) => return codec.next_frame(),
                Stage::WebSocket(inner) => return inner.1.next_frame(),
                Stage::Http(http) => http,
            };
            let mut plain = Vec::new();
            match http.next()? {
                None => return Ok(None),
                Some(Request::Api(payload)) => return Ok(Some(Frame { payload, quick_ack: false })),
                Some(Request::Upgrade { accept }) => {
                    http.upgrade(&accept, &mut plain);
                    self.send(&plain);
                    let codec = Codec::with_secrets(self.setup.secrets.clone(), None);
                    let socket = Stage::WebSocket(Box::new((WebSocket::new(Role::Server), codec)));
                    if let Stage::Http(http) = std::mem::replace(&mut self.stage, socket) {
                        self.feed_plain(&http.into_rest())?;
                    }
                    continue;
                }
                Some(Request::Preflight) => http.respond(
                    "200 OK",
                    "Access-Control-Allow-Methods: POST, OPTIONS\r\nAccess-Control-Allow-Headers: *\r\nAccess-Control-Max-Age: 1728000\r\n",
                    &[],
                    &mut plain,
                ),
                Some(Request::Other(status)) => http.respond(status, "", &[], &mut plain),
            }
            self.send(&plain);
        }
    }

    /// Frames a payload, a multiple of four bytes. `padding` gives random bytes.
    pub fn pack(&mut self, payload: &[u8], padding: impl FnOnce(&mut [u8])) {
        match (&mut self.stage, &self.tunnel) {
            (Stage::Unknown(..), _) => {}
            (Stage::Stream(codec), Tunnel::None) => codec.pack(payload, &mut self.out, padding),
            (Stage::Stream(codec), _) => {
                let mut plain = Vec::new();
                codec.pack(payload, &mut plain, padding);
                self.send(&plain);
            }
            (Stage::WebSocket(inner), _) => {
                let mut plain = Vec::new();
                inner.1.pack(payload, &mut plain, padding);
                inner.0.send(&plain);
                self.send_websocket();
            }
            (Stage::Http(http), _) => {
                let mut plain = Vec::new();
                http.respond("200 OK", "", payload, &mut plain);
                self.send(&plain);
            }
        }
    }

    /// Tells the client that a message has come, where the transport can.
    pub fn pack_quick_ack(&mut self, token: u32) {
        let mut plain = Vec::new();
        match &mut self.stage {
            Stage::Stream(codec) => {
                codec.pack_quick_ack(token, &mut plain);
                self.send(&plain);
            }
            Stage::WebSocket(inner) => {
                inner.1.pack_quick_ack(token, &mut plain);
                inner.0.send(&plain);
                self.send_websocket();
            }
            _ => {}
        }
    }

    /// Sends a transport error, behind which the connection ends: a payload of four bytes, over HTTP with the
    /// status that it stands for.
    pub fn pack_error(&mut self, code: i32) {
        let body = code.to_le_bytes();
        let Stage::Http(http) = &mut self.stage else { return self.pack(&body, |_| {}) };
        let status = match code {
            -429 => "429 Too Many Requests",
            -444 => "444 Invalid DC",
            _ => "404 Not Found",
        };
        http.end();
        let mut plain = Vec::new();
        http.respond(status, "", &body, &mut plain);
        self.send(&plain);
    }

    /// Answers an HTTP request for which nothing has come.
    pub fn pack_nothing(&mut self) {
        if let Stage::Http(http) = &mut self.stage {
            let mut plain = Vec::new();
            http.respond("200 OK", "", &[], &mut plain);
            self.send(&plain);
        }
    }

    fn send_websocket(&mut self) {
        let mut plain = Vec::new();
        if let Stage::WebSocket(inner) = &mut self.stage {
            inner.0.take(&mut plain);
        }
        self.send(&plain);
    }

    /// Sends bytes through the tunnel.
    fn send(&mut self, plain: &[u8]) {
        match &mut self.tunnel {
            Tunnel::None | Tunnel::Unknown(_) => self.out.extend_from_slice(plain),
            Tunnel::FakeTls(_) => fake_tls::encode(plain, &mut self.out),
            Tunnel::Tls(connection) => {
                // What rustls would not take at once goes in pieces; writing to memory cannot fail.
                for chunk in plain.chunks(16 << 10) {
                    let _ = connection.writer().write_all(chunk);
                    while connection.wants_write() && connection.write_tls(&mut self.out).is_ok() {}
                }
            }
        }
    }
}
