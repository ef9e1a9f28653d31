//! TLS: any bytes where it is negotiated and behind that, and any plaintext out of a real client, which must
//! give what it gives without TLS.
#![no_main]

use std::io::{Read, Write};
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use piltover::clock::SystemSource;
use piltover::transport::{Frame, Link, Setup, TransportError};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig};

static SOURCE: LazyLock<SystemSource> = LazyLock::new(|| SystemSource::new().unwrap());
static CONFIGS: LazyLock<(Setup, Arc<ClientConfig>)> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let server = server.unwrap().with_no_client_auth();
    let server = server.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let client = client.unwrap().with_root_certificates(roots).with_no_client_auth();
    (Setup { tls: Some(Arc::new(server)), ..Setup::default() }, Arc::new(client))
});

/// A link, and everything that came out of it.
struct Server {
    link: Link,
    frames: Vec<Frame>,
    error: Option<TransportError>,
}

impl Server {
    fn new(setup: Setup) -> Self {
        Self { link: Link::new(setup), frames: Vec::new(), error: None }
    }

    fn feed(&mut self, bytes: &[u8]) {
        if self.error.is_none() {
            self.error = self.take(bytes).err();
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.link.feed(bytes, &*SOURCE)?;
        while let Some(frame) = self.link.next_frame()? {
            assert!(frame.payload.len() <= piltover::limits::MAX_PAYLOAD);
            self.frames.push(frame);
            self.link.pack(&[1; 8], |padding| padding.fill(2));
        }
        self.link.shrink();
        let _ = (self.link.is_closed(), self.link.name(), self.link.dc());
        Ok(())
    }
}

/// What the client has to send, and takes what the server has.
fn exchange(client: &mut ClientConnection, server: &mut Server) {
    loop {
        let mut sent = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut sent).unwrap();
        }
        server.feed(&sent);
        let answer = std::mem::take(server.link.output());
        let mut left = &answer[..];
        while !left.is_empty() {
            client.read_tls(&mut left).unwrap();
            let state = client.process_new_packets().expect("the server's TLS is right");
            let mut plain = vec![0; state.plaintext_bytes_to_read()];
            client.reader().read_exact(&mut plain).unwrap();
        }
        if !client.wants_write() {
            return;
        }
    }
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (mode, cut, bytes) = input;
    let (setup, config) = &*CONFIGS;
    let mut server = Server::new(setup.clone());
    let mut client = ClientConnection::new(config.clone(), ServerName::try_from("localhost").unwrap()).unwrap();
    let pieces = || bytes.chunks(usize::from(cut).max(1));
    match mode % 5 {
        0 => server.feed(&[0x16, 3, 1]),
        1 => {
            let mut hello = Vec::new();
            client.write_tls(&mut hello).unwrap();
            server.feed(&hello);
        }
        2 => exchange(&mut client, &mut server),
        3 => {
            // The client's last word, and more behind it at once.
            exchange(&mut client, &mut server);
            client.send_close_notify();
            let mut last = Vec::new();
            client.write_tls(&mut last).unwrap();
            server.feed(&[&last, bytes].concat());
        }
        _ => {
            exchange(&mut client, &mut server);
            let mut plain = Server::new(Setup::default());
            for piece in pieces() {
                client.writer().write_all(piece).unwrap();
                exchange(&mut client, &mut server);
                plain.feed(piece);
            }
            // Without TLS outside, another one could begin.
            if !bytes.starts_with(&[0x16, 3, 1]) {
                assert_eq!(server.frames, plain.frames);
                assert_eq!(server.error, plain.error);
            }
            return;
        }
    }
    pieces().for_each(|piece| server.feed(piece));
    if let Some(error) = server.error {
        let _ = error.refusal().to_string();
    }
});
