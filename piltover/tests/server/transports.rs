//! What carries messages, and how a connection ends that breaks its rules.

use std::time::Duration;

use piltover::Options;
use piltover::crypto::Side;
use piltover::layers::mtproto::{enums as service, functions};
use piltover::layers::{Encode, enums, functions as api};
use piltover::limits::Limits;
use piltover::testing::{Client, Dial, Received, Wire};
use piltover::transport::{Framing, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Running;

fn ping(ping_id: i64) -> Vec<u8> {
    functions::Ping { ping_id }.to_bytes(0).unwrap()
}

pub async fn works(server: &Running, dial: &Dial) {
    let mut client = Client::new(server.address, dial, &server.key).await;
    let config: enums::Config = client.ask(&api::help::GetConfig {}).await;
    let enums::Config::Config(config) = config;
    assert_eq!(config.this_dc, 2);
    client.send(ping(7)).await;
    let service::Pong::Pong(pong) = client.receive_object().await;
    assert_eq!(pong.ping_id, 7);
}

#[tokio::test]
async fn obfuscated_transports_websockets_and_http_share_the_port() {
    let server = Running::memory().await;
    for framing in [Framing::Abridged, Framing::Intermediate, Framing::Padded] {
        works(&server, &Dial::obfuscated(framing)).await;
    }
    works(&server, &Dial::websocket()).await;
    works(&server, &Dial::http()).await;
}

#[tokio::test]
async fn an_mtproxy_secret_of_each_kind_lets_clients_in() {
    let digits = "00112233445566778899aabbccddeeff";
    let texts = [digits.to_owned(), format!("dd{digits}"), format!("ee{digits}6578616d706c652e6f7267")];
    let secrets: Vec<Secret> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let options = Options { secrets: secrets.clone(), ..Options::memory() };
    let server = Running::with(options, |server| server).await;
    for secret in secrets {
        works(&server, &Dial::proxy(secret)).await;
    }
    works(&server, &Dial::obfuscated(Framing::Abridged)).await;
    works(&server, &Dial::default()).await;
}

#[tokio::test]
async fn ipv6_is_served() {
    let server = piltover::Server::open(Options::memory()).await.unwrap().listen("[::1]:0").await.unwrap();
    let (address, key) = (server.address(), server.key().public());
    assert!(address.is_ipv6());
    let task = tokio::spawn(server.serve(std::future::pending()));
    let mut client = Client::new(address, &Dial::default(), &key).await;
    let enums::Config::Config(config) = client.ask(&api::help::GetConfig {}).await;
    let enums::DcOption::Option(option) = &config.dc_options[0];
    assert!(option.ipv6 && option.ip_address == "::1");
    task.abort();
}

#[tokio::test]
async fn a_quick_acknowledgment_comes_before_the_answer() {
    let server = Running::memory().await;
    for dial in [
        Dial::framing(Framing::Abridged),
        Dial::obfuscated(Framing::Intermediate),
        Dial::framing(Framing::Padded),
        Dial::websocket(),
    ] {
        let mut client = Client::new(server.address, &dial, &server.key).await;
        let (msg_id, seq_no) = (client.next_id(), client.next_seq_no(true));
        let frame = client.sealed(msg_id, seq_no, ping(1));
        let (_, token) = piltover::crypto::decrypt(&client.saved.key, Side::Client, &frame).unwrap();
        client.wire.send_with(&frame, true).await;
        assert_eq!(client.wire.receive().await, Received::QuickAck(token));
        assert!(matches!(client.wire.receive().await, Received::Payload(_)));
    }
}

/// What the server answers to bytes, until it closes the connection.
pub async fn raw(server: &Running, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good an end.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap();
    answer
}

#[tokio::test]
async fn every_broken_rule_of_transports_has_its_end_and_its_name() {
    let digits = "00112233445566778899aabbccddeeff";
    let secret: Secret = digits.parse().unwrap();
    let options = Options { secrets: vec![secret.clone()], ..Options::memory() };
    let server = Running::with(options, |server| server).await;
    let full = |len: u32, seq: u32, crc: bool| {
        let mut frame = [&len.to_le_bytes()[..], &seq.to_le_bytes(), &[0; 8]].concat();
        let sum = crc32fast::hash(&frame) ^ u32::from(!crc);
        frame.extend(sum.to_le_bytes());
        frame
    };
    for (bytes, rule) in [
        (vec![0x55; 64], "transport.tag"),
        (vec![0xef, 0], "transport.length"),
        (vec![0xee, 0xee, 0xee, 0xee, 0, 0, 0, 0x7f], "transport.length"),
        (full(20, 0, false), "transport.checksum"),
        (b"\x16\x03\x01\x00\x05hello".to_vec(), "transport.tls"),
        (b"POST /api HTTP/1.1\r\nContent-Length: x\r\n\r\n".to_vec(), "transport.http"),
    ] {
        assert_eq!(raw(&server, &bytes).await, [0u8; 0], "{rule}");
        assert_eq!(server.rule().await, rule);
    }
    // The second frame of the full transport with the number of the first.
    let plain = piltover::exchange::seal(4, &functions::ReqPq { nonce: [1; 16] }.to_bytes(0).unwrap());
    let mut frame = [&(plain.len() as u32 + 12).to_le_bytes()[..], &[0; 4], &plain].concat();
    frame.extend(crc32fast::hash(&frame).to_le_bytes());
    assert!(!raw(&server, &[frame.clone(), frame].concat()).await.is_empty());
    assert_eq!(server.rule().await, "transport.sequence");
    // A proxy's client that names no data centre.
    let dial = Dial { dc: 77, ..Dial::proxy(secret) };
    let mut wire = Wire::connect(server.address, &dial).await;
    assert_eq!(wire.receive().await, Received::Closed);
    assert_eq!(server.rule().await, "transport.dc");
    // HTTP that is none of MTProto's.
    let answer = String::from_utf8(raw(&server, b"GET / HTTP/1.1\r\n\r\n").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    let no_protocol = b"GET /apiws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n";
    let answer = String::from_utf8(raw(&server, no_protocol).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

async fn limited(change: impl FnOnce(&mut Limits)) -> Running {
    let mut limits = Limits::default();
    change(&mut limits);
    Running::with(Options { limits, ..Options::memory() }, |server| server).await
}

#[tokio::test]
async fn who_shows_no_key_in_time_is_cut_off() {
    let server = limited(|limits| limits.handshake_time = Duration::from_millis(300)).await;
    assert_eq!(raw(&server, &[0xef]).await, [0u8; 0]);
    assert_eq!(server.rule().await, "limit.handshake_time");
}

#[tokio::test]
async fn who_is_silent_for_long_is_cut_off() {
    let server = limited(|limits| limits.silence = Duration::from_secs(2)).await;
    let mut client = server.client(Framing::Abridged).await;
    client.ping().await;
    assert_eq!(client.transport_error().await, None);
    assert_eq!(server.rule().await, "limit.silence");
}

#[tokio::test]
async fn connections_without_a_key_are_limited_and_others_are_not() {
    let server = limited(|limits| limits.unauthenticated = 2).await;
    let mut client = server.client(Framing::Abridged).await;
    client.ping().await;
    let mut two = [
        Wire::connect(server.address, &Dial::default()).await,
        Wire::connect(server.address, &Dial::default()).await,
    ];
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(raw(&server, &[]).await, [0u8; 0]);
    assert_eq!(server.rule().await, "limit.unauthenticated");
    client.ping().await;
    two[0].send(&[1; 4]).await;
    assert!(matches!(two[0].receive().await, Received::Payload(_)), "it is served");
}

#[tokio::test]
async fn key_exchanges_of_an_address_are_limited() {
    let server = limited(|limits| limits.handshakes_per_minute = 2).await;
    let begin = async || {
        let mut client = Client::connect(server.address, &Dial::default()).await;
        let request = functions::ReqPqMulti { nonce: [7; 16] }.to_bytes(0).unwrap();
        client.wire.send(&piltover::exchange::seal(4, &request)).await;
        client.receive_payload().await.unwrap()
    };
    let error = (-429i32).to_le_bytes();
    // A minute may end in between, but not twice.
    let mut refused = 0;
    for _ in 0..5 {
        refused += i32::from(begin().await == error);
    }
    assert!((1..=3).contains(&refused), "{refused}");
    assert_eq!(server.rule().await, "limit.handshakes");
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_and_its_session_stays() {
    let limits = Limits { write_time: Duration::from_millis(500), ..Limits::default() };
    let server = Running::with(Options { limits, ..Options::memory() }, |server| server).await;
    let mut client = server.client(Framing::Abridged).await;
    client.send(ping(1)).await;
    let service::NewSession::Created(created) = client.receive_object().await;
    let saved = client.saved.clone();
    // Answers that nobody takes: 64 salts for each question of a few bytes.
    let request = functions::GetFutureSalts { num: 64 }.to_bytes(0).unwrap();
    for _ in 0..20_000 {
        let msg_id = client.next_id();
        let frame = client.sealed(msg_id, 2, request.clone());
        if tokio::time::timeout(Duration::from_secs(2), client.wire.send(&frame)).await.is_err() {
            break;
        }
    }
    assert_eq!(server.rule().await, "limit.slow_reader");
    drop(client);
    let mut client = server.reconnect(Framing::Abridged, saved).await;
    for message in client.ping().await {
        if let Some(service::NewSession::Created(again)) = message.as_object() {
            assert_eq!(again.unique_id, created.unique_id);
        }
    }
}
