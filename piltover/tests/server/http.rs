//! HTTP: long polls, several requests at a time, browsers, and what is refused.

use std::time::{Duration, Instant};

use piltover::crypto::Side;
use piltover::dispatch::RpcError;
use piltover::layers::mtproto::{enums as service, functions, types};
use piltover::layers::{Encode, NEWEST, enums, functions as api, types as newest};
use piltover::limits::{Limits, MAX_HTTP_PIPELINE, MAX_PAYLOAD};
use piltover::testing::{Client, Dial, Received};
use piltover::transport::Framing;
use piltover::{Options, handler};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Running;
use crate::transports::raw;

#[tokio::test]
async fn http_waits_for_what_will_come() {
    let server = Running::memory().await;
    let mut alice = Client::new(server.address, &Dial::http(), &server.key).await;
    alice.sign_up("15550001").await;
    alice.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    let mut bob = server.client(Framing::Abridged).await;
    bob.sign_up("15550002").await;
    // Nothing comes, and the wait is short.
    let start = Instant::now();
    alice.send_service(&wait(300)).await;
    assert_nothing(&mut alice).await;
    assert!((250..2000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    // Two requests wait, and one message comes: the first gets it.
    alice.send_service(&wait(20_000)).await;
    alice.send_service(&wait(700)).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let peer = bob.find("15550001").await;
    let message = "over HTTP".to_owned();
    let request = api::messages::SendMessage { peer, message, random_id: 5, ..Default::default() };
    bob.ask::<enums::Updates>(&request).await;
    let start = Instant::now();
    alice.updates().await;
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_nothing(&mut alice).await;
    // Some clients want http_wait to be acknowledged. An update need not wait for the next one for that.
    bob.ask::<enums::Updates>(&api::messages::SendMessage { random_id: 6, ..request }).await;
    alice.send(wait(0).to_bytes(0).unwrap()).await;
    alice.updates().await;
}

/// The next answer is an empty container, not an empty body: some clients take that for the end of their key.
pub async fn assert_nothing(client: &mut Client) {
    let payload = client.receive_payload().await.unwrap();
    let (message, _) = piltover::crypto::decrypt(&client.saved.key, Side::Server, &payload).unwrap();
    assert_eq!(message.session_id, client.saved.session_id);
    assert_eq!(message.body, [0xdc, 0xf8, 0xf1, 0x73, 0, 0, 0, 0]);
    assert_eq!(message.seq_no % 2, 0, "not to be acknowledged");
}

#[tokio::test]
async fn a_key_exchange_over_http_may_change_connections() {
    let server = Running::memory().await;
    let mut first = Client::connect(server.address, &Dial::http()).await;
    let request = functions::ReqPqMulti { nonce: [7; 16] }.to_bytes(0).unwrap();
    first.wire.send(&piltover::exchange::seal(4, &request)).await;
    let answer = first.receive_payload().await.unwrap();
    let service::ResPq::Pq(pq) =
        piltover::layers::decode_exact(piltover::exchange::open(&answer).unwrap()).unwrap();
    // The next step finds the exchange: its factors are judged, not its order.
    let request = functions::ReqDhParams {
        nonce: [7; 16],
        server_nonce: pq.server_nonce,
        p: vec![3],
        q: vec![5],
        public_key_fingerprint: 0,
        encrypted_data: vec![],
    };
    let mut second = Client::connect(server.address, &Dial::http()).await;
    second.wire.send(&piltover::exchange::seal(8, &request.to_bytes(0).unwrap())).await;
    assert_eq!(second.transport_error().await, Some(-404));
    assert_eq!(server.rule().await, "exchange.factors");
}

fn wait(max_wait: i32) -> service::HttpWait {
    types::HttpWait { max_delay: 0, wait_after: 0, max_wait }.into()
}

fn nearest() -> Vec<u8> {
    api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap()
}

#[tokio::test]
async fn requests_that_wait_on_one_connection_are_answered_as_what_they_want_comes() {
    let server = Running::memory().await;
    let mut client = Client::new(server.address, &Dial::http(), &server.key).await;
    let first = client.send(nearest()).await;
    client.answer_to(first).await.unwrap();
    let start = Instant::now();
    let mut asked = Vec::new();
    for _ in 0..10 {
        asked.push(client.send(nearest()).await);
    }
    // A response may bring answers to later requests; those have the longer wait.
    for msg_id in asked {
        client.answer_to(msg_id).await.unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// Takes longer than anything else here.
#[handler]
async fn slow(_: api::help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(enums::NearestDc::from(newest::NearestDc { country: "slow".to_owned(), this_dc: 2, nearest_dc: 2 }))
}

#[tokio::test]
async fn what_is_there_waits_for_no_earlier_request_of_the_connection() {
    let server = Running::with(Options::memory(), |server| server.on(slow)).await;
    let mut client = Client::new(server.address, &Dial::http(), &server.key).await;
    let ping = || functions::Ping { ping_id: 1 }.to_bytes(0).unwrap();
    client.ping().await;
    let quick =
        |start: Instant| assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    // Behind two that wait for whatever comes, a message that is not of a session,
    let start = Instant::now();
    client.send_service(&wait(20_000)).await;
    client.send_service(&wait(20_000)).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let request = functions::ReqPqMulti { nonce: [7; 16] }.to_bytes(0).unwrap();
    client.wire.send(&piltover::exchange::seal(4, &request)).await;
    assert_nothing(&mut client).await;
    assert_nothing(&mut client).await;
    let answer = client.receive_payload().await.unwrap();
    assert!(piltover::exchange::open(&answer).is_ok());
    quick(start);
    // one of another session,
    let start = Instant::now();
    client.send_service(&wait(20_000)).await;
    let other = client.saved.other(9);
    let first = std::mem::replace(&mut client.saved, other);
    client.send(ping()).await;
    let second = std::mem::replace(&mut client.saved, first);
    assert_nothing(&mut client).await;
    let first = std::mem::replace(&mut client.saved, second);
    client.receive_object::<service::Pong>().await;
    client.saved = first;
    quick(start);
    // one that waits less,
    let start = Instant::now();
    client.send_service(&wait(20_000)).await;
    client.send_service(&wait(300)).await;
    assert_nothing(&mut client).await;
    assert_nothing(&mut client).await;
    quick(start);
    // and, behind a request that is being answered, one that has its answer.
    let start = Instant::now();
    let asked = client.send(nearest()).await;
    client.ping().await;
    quick(start);
    client.answer_to(asked).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_session_asks_over_several_connections_at_a_time() {
    let server = Running::memory().await;
    let mut waiting = Client::new(server.address, &Dial::http(), &server.key).await;
    waiting.ask::<enums::NearestDc>(&api::help::GetNearestDc {}).await;
    // One connection waits for whatever comes, as Telegram Desktop has it.
    waiting.send_service(&wait(20_000)).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut saved = waiting.saved.clone();
    for _ in 0..5 {
        let mut other = Client::reconnect(server.address, &Dial::http(), saved).await;
        let msg_id = other.send(nearest()).await;
        // The answer may take the way of the request that waits.
        let payload = tokio::select! {
            payload = other.receive_payload() => payload,
            payload = waiting.receive_payload() => {
                waiting.send_service(&wait(20_000)).await;
                payload
            }
        };
        other.take(&payload.unwrap());
        other.answer_to(msg_id).await.unwrap();
        saved = other.saved.clone();
    }
}

/// The same session over another connection.
async fn beside(server: &Running, client: &Client) -> Client {
    Client::reconnect(server.address, &Dial::http(), client.saved.clone()).await
}

#[tokio::test]
async fn one_connection_of_a_session_waits_for_whatever_comes() {
    let server = Running::memory().await;
    let mut first = Client::new(server.address, &Dial::http(), &server.key).await;
    first.ping().await;
    let ack = || service::MsgsAck::from(types::MsgsAck { msg_ids: vec![] });
    let start = Instant::now();
    // Of those which nobody told to wait, the newest does,
    first.send_service(&ack()).await;
    let mut second = beside(&server, &first).await;
    second.send_service(&ack()).await;
    assert_nothing(&mut first).await;
    // unless there is one that was told; of these, the newest.
    let mut third = beside(&server, &second).await;
    third.send_service(&wait(20_000)).await;
    assert_nothing(&mut second).await;
    let mut fourth = beside(&server, &third).await;
    fourth.send_service(&wait(2000)).await;
    assert_nothing(&mut third).await;
    third.send_service(&ack()).await;
    assert_nothing(&mut third).await;
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    assert_nothing(&mut fourth).await;
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_request_waits_no_longer_when_its_answer_has_taken_another_way() {
    let server = Running::with(Options::memory(), |server| server.on(slow)).await;
    let mut first = Client::new(server.address, &Dial::http(), &server.key).await;
    first.ping().await;
    let start = Instant::now();
    first.send(nearest()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut second = beside(&server, &first).await;
    second.send_service(&wait(20_000)).await;
    // With its answer, or without.
    first.receive_payload().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

/// Takes longer still.
#[handler]
async fn slower(_: api::help::GetConfig) -> Result<enums::Config, RpcError> {
    tokio::time::sleep(Duration::from_secs(8)).await;
    Err(RpcError::new(400, "TOO_SLOW"))
}

#[tokio::test]
async fn an_answer_waits_for_no_later_request_over_another_connection() {
    let server = Running::with(Options::memory(), |server| server.on(slow).on(slower)).await;
    let mut first = Client::new(server.address, &Dial::http(), &server.key).await;
    first.ping().await;
    let start = Instant::now();
    let asked = first.send(nearest()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut second = beside(&server, &first).await;
    second.send(api::help::GetConfig {}.to_bytes(NEWEST).unwrap()).await;
    first.answer_to(asked).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_ping_that_asks_for_a_disconnection_ends_no_connection() {
    let server = Running::memory().await;
    let mut client = Client::new(server.address, &Dial::http(), &server.key).await;
    let ping = functions::PingDelayDisconnect { ping_id: 1, disconnect_delay: 1 };
    client.send(ping.to_bytes(0).unwrap()).await;
    client.receive_object::<service::Pong>().await;
    client.send_service(&wait(2500)).await;
    assert_nothing(&mut client).await;
}

#[tokio::test]
async fn more_requests_than_may_wait_are_read_when_others_were_answered() {
    let server = Running::memory().await;
    let mut client = Client::connect(server.address, &Dial::http()).await;
    let nonces = 0..MAX_HTTP_PIPELINE as u8 * 2;
    for n in nonces.clone() {
        let request = functions::ReqPqMulti { nonce: [n; 16] }.to_bytes(0).unwrap();
        client.wire.send(&piltover::exchange::seal(4, &request)).await;
    }
    for n in nonces {
        let answer = client.receive_payload().await.unwrap();
        let service::ResPq::Pq(pq) =
            piltover::layers::decode_exact(piltover::exchange::open(&answer).unwrap()).unwrap();
        assert_eq!(pq.nonce, [n; 16], "in order");
    }
}

/// A whole response: its head and its body.
async fn response(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    (head, body)
}

#[tokio::test]
async fn a_page_of_a_browser_may_ask_and_post_at_every_path_of_web_clients() {
    let server = Running::memory().await;
    let message = piltover::exchange::seal(4, &functions::ReqPq { nonce: [1; 16] }.to_bytes(0).unwrap());
    for path in ["/api", "/apiw", "/apiw1", "/apiw_test1"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let preflight = format!(
            "OPTIONS {path} HTTP/1.1\r\nOrigin: https://example.org\r\n\
             Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n"
        );
        stream.write_all(preflight.as_bytes()).await.unwrap();
        let (head, body) = response(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && body.is_empty(), "{head}");
        for header in ["Origin: *", "Methods: POST, OPTIONS", "Headers: *", "Max-Age: 1728000"] {
            assert!(
                head.contains(&format!("\r\nAccess-Control-Allow-{header}\r\n").replace("Allow-Max", "Max"))
            );
        }
        // Over the same connection.
        let post = format!("POST {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n", message.len());
        stream.write_all(&[post.as_bytes(), &message].concat()).await.unwrap();
        let (head, body) = response(&mut stream).await;
        assert!(
            head.starts_with("HTTP/1.1 200 OK\r\n")
                && head.contains("\r\nAccess-Control-Allow-Origin: *\r\n")
        );
        let answer = piltover::exchange::open(&body).unwrap();
        assert!(piltover::layers::decode_exact::<service::ResPq>(answer).is_ok());
    }
}

#[tokio::test]
async fn a_connection_is_kept_or_closed_as_the_client_says() {
    let server = Running::memory().await;
    let message = piltover::exchange::seal(4, &functions::ReqPq { nonce: [1; 16] }.to_bytes(0).unwrap());
    for (version, connection, goes_on) in [
        ("1.1", "", true),
        ("1.1", "Connection: keep-alive\r\n", true),
        ("1.1", "Connection: Close\r\n", false),
        ("1.1", "Connection: TE, close\r\n", false),
        ("1.0", "", false),
        ("1.0", "Connection: Keep-Alive\r\n", true),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head =
            format!("POST /api HTTP/{version}\r\n{connection}Content-Length: {}\r\n\r\n", message.len());
        let request = [head.as_bytes(), &message].concat();
        for _ in 0..2 {
            stream.write_all(&request).await.unwrap();
            let (head, _) = response(&mut stream).await;
            assert_eq!(head.contains("\r\nConnection: keep-alive\r\n"), goes_on, "{version} {connection}");
            if !goes_on {
                assert!(head.contains("\r\nConnection: close\r\n"));
                assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
                break;
            }
        }
    }
}

#[tokio::test]
async fn broken_requests_are_told_so_or_closed() {
    let server = Running::memory().await;
    let post = |headers: &str| format!("POST /api HTTP/1.1\r\n{headers}\r\n\r\nabcdefgh").into_bytes();
    for (request, status) in [
        (post("Host: a"), "411 Length Required"),
        (post("Transfer-Encoding: chunked"), "411 Length Required"),
        (post("Transfer-Encoding: chunked\r\nContent-Length: 8"), "411 Length Required"),
        (b"GET /api HTTP/1.1\r\n\r\n".to_vec(), "400 Bad Request"),
        (b"PUT /api HTTP/1.1\r\n\r\n".to_vec(), "405 Method Not Allowed"),
        (b"HEAD /api HTTP/1.1\r\n\r\n".to_vec(), "405 Method Not Allowed"),
        (b"POST /other HTTP/1.1\r\nContent-Length: 0\r\n\r\n".to_vec(), "404 Not Found"),
        // Unencrypted and encrypted messages that are refused, with the transport error in the body.
        (post("Content-Length: 8"), "404 Not Found"),
        (post("Content-Length: 0"), "404 Not Found"),
    ] {
        let answer = String::from_utf8_lossy(&raw(&server, &request).await).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\nConnection: close\r\n")), "{answer}");
        assert!(answer.contains("\r\nAccess-Control-Allow-Origin: *\r\n"), "{answer}");
    }
    for _ in 0..2 {
        assert_eq!(server.rule().await.split('.').next(), Some("message"));
    }
    let long = format!("Content-Length: {}", MAX_PAYLOAD + 1);
    for (request, rule) in [
        (post("Content-Length: -1"), "transport.http"),
        (post("Content-Length: +8"), "transport.http"),
        (post("Content-Length: eight"), "transport.http"),
        (post("Content-Length: 18446744073709551616"), "transport.http"),
        (post("Content-Length: 18446744073709551615"), "transport.length"),
        (post("Content-Length: 8\r\nContent-Length: 9"), "transport.http"),
        (post(&long), "transport.length"),
        (post(&format!("X: {}", "x".repeat(9000))), "transport.http"),
        (post(&"X: y\r\n".repeat(100)), "transport.http"),
        (b"POST /api NONSENSE\r\n\r\n".to_vec(), "transport.http"),
    ] {
        assert_eq!(raw(&server, &request).await, [0u8; 0], "{rule}");
        assert_eq!(server.rule().await, rule);
    }
}

#[tokio::test]
async fn a_body_that_comes_slowly_is_waited_for_but_not_for_ever() {
    let limits = Limits { handshake_time: Duration::from_millis(2500), ..Limits::default() };
    let server = Running::with(Options { limits, ..Options::memory() }, |server| server).await;
    let message = piltover::exchange::seal(4, &functions::ReqPq { nonce: [1; 16] }.to_bytes(0).unwrap());
    let head = format!("POST /api HTTP/1.1\r\nContent-Length: {}\r\n\r\n", message.len());
    let request = [head.as_bytes(), &message].concat();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for piece in request.chunks(10) {
        stream.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 200 OK\r\n"));
    let start = Instant::now();
    assert_eq!(raw(&server, &request[..request.len() - 1]).await, [0u8; 0]);
    assert_eq!(server.rule().await, "limit.handshake_time");
    assert!(start.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn an_unknown_key_has_the_status_and_the_code_of_its_error() {
    let server = Running::memory().await;
    let mut client = Client::connect(server.address, &Dial::http()).await;
    client.send(nearest()).await;
    assert_eq!(client.wire.receive().await, Received::Payload((-404i32).to_le_bytes().to_vec()));
    assert_eq!(client.wire.receive().await, Received::Closed);
    assert_eq!(server.rule().await, "message.auth_key");
}
