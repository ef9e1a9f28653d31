//! TLS around HTTP, WebSockets and obfuscated transports: what comes through it, and how it breaks.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use piltover::Options;
use piltover::layers::Encode;
use piltover::layers::mtproto::{enums as service, functions};
use piltover::limits::Limits;
use piltover::testing::{Client, Dial, container};
use piltover::transport::Framing;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Running;
use crate::transports::{raw, works};

/// A certificate and its key, in PEM, and what a client that trusts it is made with.
fn certificate() -> ((Vec<u8>, Vec<u8>), Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = (made.cert.pem().into_bytes(), made.signing_key.serialize_pem().into_bytes());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    (pem, Arc::new(config.unwrap().with_root_certificates(roots).with_no_client_auth()))
}

async fn server(limits: Limits) -> (Running, Arc<ClientConfig>) {
    let (tls, config) = certificate();
    let options = Options { tls: Some(tls), limits, ..Options::memory() };
    (Running::with(options, |server| server).await, config)
}

/// A client's end of TLS, and its hello.
fn hello(config: &Arc<ClientConfig>) -> (ClientConnection, Vec<u8>) {
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(config.clone(), name).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();
    (connection, hello)
}

#[tokio::test]
async fn everything_on_the_port_goes_through_tls_too() {
    let (server, config) = server(Limits::default()).await;
    let dials = [
        Dial::websocket(),
        Dial::http(),
        Dial::obfuscated(Framing::Intermediate),
        Dial::framing(Framing::Abridged),
    ];
    for dial in dials {
        works(&server, &Dial { tls: Some(config.clone()), ..dial }).await;
    }
    works(&server, &Dial::websocket()).await;
}

#[tokio::test]
async fn what_is_no_tls_behind_its_first_bytes_is_told_so_and_closed() {
    let (server, config) = server(Limits::default()).await;
    let (_, hello) = hello(&config);
    let mut changed = hello.clone();
    changed[5] = 2;
    let record =
        |kind: u8, body: &[u8]| [&[kind, 3, 1][..], &(body.len() as u16).to_be_bytes(), body].concat();
    for garbage in [
        record(22, b"hello"),
        record(22, &[0xff; 300]),
        record(22, &[1, 0, 0, 1, 0]),
        changed,
        [&hello[..], &[0x17; 400]].concat(),
        [&hello[..], &record(23, &[9; 40])].concat(),
        [&hello[..], &hello[..]].concat(),
    ] {
        let answer = raw(&server, &garbage).await;
        // At most its own part of the handshake, and an alert.
        assert!(answer.is_empty() || [21, 22].contains(&answer[0]), "{answer:?}");
        assert_eq!(server.rule().await, "transport.tls");
    }
    works(&server, &Dial { tls: Some(config), ..Dial::http() }).await;
}

#[tokio::test]
async fn a_handshake_of_tls_that_never_ends_is_cut_off() {
    let limits = Limits { handshake_time: Duration::from_millis(300), ..Limits::default() };
    let (server, config) = server(limits).await;
    let (_, hello) = hello(&config);
    // A part of the hello, and all of it without what must follow.
    for sent in [&hello[..3], &hello[..100], &hello] {
        raw(&server, sent).await;
        assert_eq!(server.rule().await, "limit.handshake_time");
    }
}

#[tokio::test]
async fn nothing_counts_behind_the_last_word_of_tls() {
    let (server, config) = server(Limits::default()).await;
    let (mut tls, hello) = hello(&config);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&hello).await.unwrap();
    while tls.is_handshaking() {
        let mut buffer = vec![0; 16 << 10];
        let read = stream.read(&mut buffer).await.unwrap();
        tls.read_tls(&mut &buffer[..read]).unwrap();
        tls.process_new_packets().unwrap();
    }
    tls.writer().write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    tls.send_close_notify();
    let mut last = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut last).unwrap();
    }
    // More than is taken at once.
    last.extend([0x55; 40_000]);
    stream.write_all(&last).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
    // A reset is as good an end.
    let _ = read.await.expect("the server goes on for ever");
    let mut left = &answer[..];
    while !left.is_empty() && tls.read_tls(&mut left).unwrap() > 0 {
        tls.process_new_packets().unwrap();
    }
    let mut plain = Vec::new();
    let _ = tls.reader().read_to_end(&mut plain);
    assert!(plain.starts_with(b"HTTP/1.1 404 "), "{plain:?}");
    works(&server, &Dial::default()).await;
}

#[tokio::test]
async fn what_is_longer_than_a_record_goes_through_tls_whole() {
    let (server, config) = server(Limits::default()).await;
    let dial = Dial { tls: Some(config), ..Dial::obfuscated(Framing::Padded) };
    let mut client = Client::new(server.address, &dial, &server.key).await;
    let salts = functions::GetFutureSalts { num: 64 }.to_bytes(0).unwrap();
    let (msg_id, first) = (client.next_id(), client.next_seq_no(false));
    let messages: Vec<(i64, i32, &[u8])> =
        (0..40).map(|n| (msg_id - 400 + n * 4, first, &salts[..])).collect();
    let container = container(&messages);
    client.send_as(msg_id, first, container).await;
    for (expected, ..) in messages {
        let service::FutureSalts::Salts(salts) = client.receive_object().await;
        assert_eq!((salts.req_msg_id, salts.salts.len()), (expected, 64));
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let ((certificates, key), _) = certificate();
    let ((_, other), _) = certificate();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (good, good_key) = (file("cert.pem", &certificates), file("key.pem", &key));
    let broken = String::from_utf8(certificates.clone()).unwrap().replace('A', "!");
    let missing = folder.path().join("none.pem").to_str().unwrap().to_owned();
    for (certificate, key, told) in [
        (&missing, &good_key, "none.pem: No such file"),
        (&good, &missing, "none.pem: No such file"),
        (&file("empty.pem", b""), &good_key, "there is no certificate"),
        (&file("text.pem", b"no PEM"), &good_key, "there is no certificate"),
        (&file("broken.pem", broken.as_bytes()), &good_key, "TLS: "),
        (&file("cut.pem", &certificates[..certificates.len() / 2]), &good_key, "TLS: "),
        (&good, &good, "TLS: "),
        (&good, &file("other.pem", &other), "TLS: "),
    ] {
        let mut server = Command::new(env!("CARGO_BIN_EXE_piltover"))
            .args(["run", "--memory", "--bind", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key])
            .env("NO_COLOR", "1")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut error = server.stderr.take().unwrap();
        let ended = (0..1000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            server.try_wait().unwrap()
        });
        if ended.is_none() {
            server.kill().unwrap();
        }
        let mut text = String::new();
        error.read_to_string(&mut text).unwrap();
        assert!(ended.is_some_and(|status| status.code() == Some(1)), "{told}: {ended:?} {text}");
        assert!(text.contains(told), "{told}: {text}");
    }
}
