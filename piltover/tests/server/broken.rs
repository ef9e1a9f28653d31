//! Every rule, broken byte by byte: what the server answers, and what its log says.
//!
//! Rules of transports are in `transports`, `http` and `tls`, those of bindings in `keys`, and limits where what
//! they limit is.

use piltover::Options;
use piltover::layers::mtproto::{bytes, enums as service, functions, types};
use piltover::layers::{Encode, NEWEST, Raw, functions as api};
use piltover::limits::{Limits, MAX_WRAPPERS};
use piltover::rules;
use piltover::testing::{Client, Dial, Handshake, Said, Scheme, container};
use piltover::transport::Framing;

use crate::Running;
use crate::transports::raw;

#[test]
fn every_rule_is_broken_by_a_test_that_names_it() {
    let tests = [
        include_str!("broken.rs"),
        include_str!("http.rs"),
        include_str!("keys.rs"),
        include_str!("sessions.rs"),
        include_str!("tls.rs"),
        include_str!("transports.rs"),
        include_str!("../../src/session/machine/tests.rs"),
        include_str!("../../src/transport/codec.rs"),
    ];
    let is_named = |rule: &rules::Rule| tests.iter().any(|test| test.contains(&format!("\"{}\"", rule.name)));
    let missing: Vec<_> = rules::ALL.iter().filter(|rule| !is_named(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn the_exchange_ends_at_every_value_that_is_not_right() {
    type Change = fn(Said<'_>);
    macro_rules! change {
        ($said:ident($it:ident) => $change:expr) => {
            |said| {
                if let Said::$said($it) = said {
                    $change;
                }
            }
        };
    }
    let server = Running::memory().await;
    let default = Handshake::default;
    let broken = async |handshake: Handshake, change: &mut dyn FnMut(Said<'_>)| {
        let mut client = Client::connect(server.address, &Dial::default()).await;
        let code = client.try_exchange(&server.key, &handshake, change).await.unwrap_err();
        assert_eq!(client.transport_error().await, None, "and the connection");
        (code, server.rule().await)
    };
    let changes: [(Change, &str); 17] = [
        (change!(Inner(inner) => inner.nonce[0] ^= 1), "exchange.nonce"),
        (change!(Inner(inner) => inner.server_nonce[15] ^= 1), "exchange.nonce"),
        (change!(Inner(inner) => inner.pq[7] ^= 1), "exchange.nonce"),
        (change!(Inner(inner) => inner.p[3] ^= 2), "exchange.factors"),
        (change!(Inner(inner) => inner.q[3] ^= 2), "exchange.factors"),
        (change!(ReqDhParams(said) => said.nonce[0] ^= 1), "exchange.nonce"),
        (change!(ReqDhParams(said) => said.server_nonce[0] ^= 1), "exchange.nonce"),
        (change!(ReqDhParams(said) => std::mem::swap(&mut said.p, &mut said.q)), "exchange.factors"),
        (change!(ReqDhParams(said) => said.public_key_fingerprint ^= 1), "exchange.fingerprint"),
        (change!(ReqDhParams(said) => said.encrypted_data.truncate(255)), "exchange.rsa"),
        (change!(ReqDhParams(said) => said.encrypted_data.fill(0xff)), "exchange.rsa"),
        (change!(ClientInner(inner) => inner.nonce[0] ^= 1), "exchange.nonce"),
        (change!(ClientInner(inner) => inner.retry_id = 1), "exchange.retry_id"),
        (change!(ClientInner(inner) => inner.g_b = vec![1]), "exchange.g_b"),
        (change!(ClientInner(inner) => inner.g_b = vec![0xff; 256]), "exchange.g_b"),
        (change!(SetClientDhParams(said) => said.encrypted_data[40] ^= 1), "exchange.hash"),
        (change!(SetClientDhParams(said) => said.encrypted_data.truncate(335)), "exchange.blocks"),
    ];
    for (mut change, rule) in changes {
        for scheme in [Scheme::Pad, Scheme::Sha1] {
            let handshake = Handshake { scheme, ..default() };
            assert_eq!(broken(handshake, &mut change).await, (-404, rule));
        }
    }
    // What the older scheme encrypts, without its hash.
    let key = &server.key;
    let mut object = Vec::new();
    let mut unproven = |said: Said<'_>| match said {
        Said::Inner(inner) => object = bytes(&service::PQInnerData::from(inner.clone())),
        Said::ReqDhParams(said) => {
            let mut plain = [&[0; 21][..], &object].concat();
            plain.resize(256, 7);
            said.encrypted_data = key.encrypt(&plain.try_into().unwrap()).unwrap();
        }
        _ => {}
    };
    assert_eq!(broken(default(), &mut unproven).await, (-404, "exchange.hash"));
    for seconds in [0, -1, 7 * 86_400 + 1, i32::MAX] {
        let handshake = Handshake { expires_in: Some(seconds), ..default() };
        assert_eq!(broken(handshake, &mut |_| {}).await, (-404, "exchange.expiry"));
    }
    for dc in [0, 6, -6, 10_000, 20_001, i32::MIN] {
        let handshake = Handshake { dc: Some(dc), ..default() };
        assert_eq!(broken(handshake, &mut |_| {}).await, (-444, "exchange.dc"));
    }
}

#[tokio::test]
async fn a_message_under_a_right_key_has_a_length_and_padding_that_fit() {
    let server = Running::memory().await;
    let ping = bytes(&functions::Ping { ping_id: 1 });
    for (told, padding, rule) in [
        (-4, 20, "message.body_length"),
        (7, 20, "message.body_length"),
        (1000, 20, "message.body_length"),
        (i32::MAX, 20, "message.body_length"),
        (24, 20, "message.padding"),
        (12, 4 + 1040, "message.padding"),
    ] {
        let mut client = server.client(Framing::Abridged).await;
        let (salt, session_id, msg_id) = (client.saved.salt, client.saved.session_id, client.next_id());
        let head = [salt, session_id, msg_id].map(i64::to_le_bytes).concat();
        let mut plain = [&head[..], &1i32.to_le_bytes(), &i32::to_le_bytes(told), &ping].concat();
        plain.resize((plain.len() + padding).next_multiple_of(16), 0);
        let message = client.forged(&plain);
        client.wire.send(&message).await;
        assert_eq!((client.transport_error().await, server.rule().await), (Some(-404), rule), "{told}");
    }
    let mut client = server.client(Framing::Abridged).await;
    let mut message = client.sealed(4, 1, ping);
    message[8] ^= 1;
    client.wire.send(&message).await;
    assert_eq!((client.transport_error().await, server.rule().await), (Some(-404), "message.msg_key"));
}

#[tokio::test]
async fn numbers_that_are_out_of_order_have_their_codes() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Abridged).await;
    let ids: Vec<i64> = (0..3).map(|_| client.next_id()).collect();
    client.send_as(ids[1], 5, bytes(&functions::Ping { ping_id: 1 })).await;
    client.receive_object::<service::Pong>().await;
    for (msg_id, seq_no, code, rule) in
        [(ids[2], 5, 32, "session.seq_no.too_low"), (ids[0], 7, 33, "session.seq_no.too_high")]
    {
        client.send_as(msg_id, seq_no, bytes(&functions::Ping { ping_id: 2 })).await;
        let service::BadMsgNotification::Notification(bad) = client.receive_object().await else { panic!() };
        assert_eq!((bad.bad_msg_id, bad.bad_msg_seqno, bad.error_code), (msg_id, seq_no, code));
        assert_eq!(server.rule().await, rule);
    }
}

#[tokio::test]
async fn broken_objects_spoil_nothing_but_themselves() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Abridged).await;
    let word = u32::to_le_bytes;
    let nearest = api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap();
    let mut wrapped = nearest.clone();
    for _ in 0..=MAX_WRAPPERS {
        wrapped = bytes(&api::InvokeWithoutUpdates { query: Raw(wrapped) });
    }
    let many = service::MsgsAck::from(types::MsgsAck { msg_ids: vec![1; 8193] });
    for (body, rule) in [
        (word(0x62d6_b459).to_vec(), "session.service"),
        ([word(0x62d6_b459), word(0x1cb5_c415), word(0x7fff_ffff)].concat(), "session.service"),
        (bytes(&many), "session.service"),
        ([word(0x7abe_77ec), word(1)].concat(), "session.service"),
        ([word(0x3072_cfa1), word(0)].concat(), "session.gzip"),
        (wrapped, "request.wrapper"),
        (word(0xda9b_0d0d).to_vec(), "request.wrapper"),
    ] {
        let (bad, good) = (client.next_id(), client.next_id());
        // Acknowledgments are not content-related.
        let seq_nos = [client.next_seq_no(!body.starts_with(&word(0x62d6_b459))), client.next_seq_no(true)];
        let outer = (client.next_id(), client.next_seq_no(false));
        let messages = [(bad, seq_nos[0], &body[..]), (good, seq_nos[1], &nearest[..])];
        client.send_as(outer.0, outer.1, container(&messages)).await;
        let error = client.answer_to(bad).await.unwrap_err();
        assert_eq!((error.error_code, &*error.error_message), (400, "INPUT_FETCH_ERROR"), "{rule}");
        client.answer_to(good).await.unwrap();
        assert_eq!(server.rule().await, rule);
    }
}

#[tokio::test]
async fn requests_that_may_not_be_are_refused_by_name() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Abridged).await;
    let query = || Raw(api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap());
    let failing = client.send(api::updates::GetState {}.to_bytes(NEWEST).unwrap()).await;
    let after = api::InvokeAfterMsg { msg_id: failing, query: query() };
    assert_eq!(client.refused(&after).await, (400, "MSG_WAIT_FAILED".to_owned()));
    assert_eq!(server.rule().await, "request.wait");
    let mut temporary = Client::connect(server.address, &Dial::default()).await;
    temporary.exchange(&server.key, &Handshake { expires_in: Some(60), ..Handshake::default() }).await;
    let state = api::updates::GetState {};
    assert_eq!(temporary.refused(&state).await, (401, "AUTH_KEY_PERM_EMPTY".to_owned()));
    assert_eq!(server.rule().await, "request.unbound");
}

#[tokio::test]
async fn the_session_that_is_unused_longest_makes_room() {
    let limits = Limits { sessions_per_key: 2, ..Limits::default() };
    let server = Running::with(Options { limits, ..Options::memory() }, |server| server).await;
    let mut first = server.client(Framing::Abridged).await;
    let is_new = async |client: &mut Client| {
        client.ping().await.iter().any(|message| message.as_object::<service::NewSession>().is_some())
    };
    assert!(is_new(&mut first).await);
    let mut second = server.reconnect(Framing::Abridged, first.saved.other(2)).await;
    assert!(is_new(&mut second).await);
    server.close(second).await;
    let mut third = server.reconnect(Framing::Abridged, first.saved.other(3)).await;
    assert!(is_new(&mut third).await);
    assert_eq!(server.rule().await, "session.count");
    assert!(!is_new(&mut first).await, "it has a connection");
}

#[tokio::test]
async fn a_websocket_that_speaks_text_is_closed() {
    let server = Running::memory().await;
    let upgrade = b"GET /apiws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Key: a\r\nSec-WebSocket-Protocol: binary\r\n\r\n";
    // A masked text message, one that is not masked, and a reserved kind.
    for frame in [[0x81, 0x81, 1, 2, 3, 4, b'x'], [0x82, 1, 0, 0, 0, 0, 0], [0x83, 0x81, 1, 2, 3, 4, 5]] {
        let answer = raw(&server, &[&upgrade[..], &frame].concat()).await;
        assert!(answer.starts_with(b"HTTP/1.1 101 "));
        assert_eq!(server.rule().await, "transport.websocket");
    }
}
