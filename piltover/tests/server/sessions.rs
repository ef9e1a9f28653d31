use piltover::crypto::{AuthKey, Plaintext, Side, Version};
use piltover::layers::mtproto::{enums, functions, types};
use piltover::layers::{Encode, NEWEST, Raw, enums as api_enums, functions as api};

use crate::Running;
use piltover::testing::{Client, Dial, Saved};
use piltover::transport::Framing;

#[tokio::test]
async fn every_transport_is_served_on_one_port() {
    let server = Running::memory().await;
    for transport in [Framing::Abridged, Framing::Intermediate, Framing::Padded, Framing::Full] {
        let mut client = server.client(transport).await;
        let nearest: piltover::layers::enums::NearestDc = client.ask(&api::help::GetNearestDc {}).await;
        let piltover::layers::enums::NearestDc::Dc(nearest) = nearest;
        assert_eq!(nearest.this_dc, 2, "as nobody named any");
        // Long enough for the long form of every length.
        let config: piltover::layers::enums::Config = client.ask(&api::help::GetConfig {}).await;
        assert_eq!(config.to_bytes(NEWEST).unwrap().len() % 4, 0);
    }
}

#[tokio::test]
async fn an_unknown_key_is_answered_with_a_transport_error() {
    let server = Running::memory().await;
    let saved = Saved { key: AuthKey::new([9; 256]), salt: 0, session_id: 5, content: 0 };
    let mut client = server.reconnect(Framing::Intermediate, saved).await;
    client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    assert_eq!(client.receive_payload().await.unwrap(), (-404i32).to_le_bytes());
    assert_eq!(client.receive_payload().await, None);
}

#[tokio::test]
async fn a_changed_message_is_answered_with_a_transport_error() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    let mut frame = client.saved.key.id().to_le_bytes().to_vec();
    frame.resize(24 + 64, 5);
    client.wire.send(&frame).await;
    assert_eq!(client.receive_payload().await.unwrap(), (-404i32).to_le_bytes());
}

#[tokio::test]
async fn a_session_goes_on_over_another_connection() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Abridged).await;
    client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    let created = loop {
        if let Some(enums::NewSession::Created(created)) = client.receive().await.as_object() {
            break created;
        }
    };
    assert_eq!(created.server_salt, client.saved.salt);
    let saved = client.saved.clone();
    drop(client);
    let mut client = server.reconnect(Framing::Full, saved).await;
    client.send(functions::Ping { ping_id: 2 }.to_bytes(0).unwrap()).await;
    // What was not acknowledged comes again; no other session is made.
    loop {
        let message = client.receive().await;
        if let Some(enums::NewSession::Created(again)) = message.as_object() {
            assert_eq!(again.unique_id, created.unique_id);
        }
        if let Some(enums::Pong::Pong(pong)) = message.as_object() {
            assert_eq!(pong.ping_id, 2);
            break;
        }
    }
}

#[tokio::test]
async fn what_is_only_sent_again_takes_nothing_from_the_connection_that_is_there() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    let (mut bob, _) = server.user("15550002").await;
    alice.ask::<api_enums::updates::State>(&api::updates::GetState {}).await;
    let nearest = api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap();
    let (msg_id, seq_no) = (alice.next_id(), alice.next_seq_no(true));
    let heard = alice.sealed(msg_id, seq_no, nearest);
    alice.wire.send(&heard).await;
    alice.answer_to(msg_id).await.unwrap();
    // Whoever listens need not have the key for this. The answer comes again where the session is.
    let mut over_tcp = Client::connect(server.address, &Dial::default()).await;
    over_tcp.wire.send(&heard).await;
    alice.answer_to(msg_id).await.unwrap();
    let mut over_http = Client::connect(server.address, &Dial::http()).await;
    over_http.wire.send(&heard).await;
    alice.answer_to(msg_id).await.unwrap();
    over_http.saved = alice.saved.clone();
    crate::http::assert_nothing(&mut over_http).await;
    let peer = bob.find("15550001").await;
    let message =
        api::messages::SendMessage { peer, message: "hi".to_owned(), random_id: 1, ..Default::default() };
    bob.ask::<api_enums::Updates>(&message).await;
    alice.updates().await;
    alice.ping().await;
    let stolen = tokio::time::timeout(std::time::Duration::from_millis(100), over_tcp.receive_payload());
    assert!(stolen.await.is_err(), "there is nothing for it, and no end");
    // Without another connection it is a client that comes back.
    server.close(alice).await;
    over_tcp.wire.send(&heard).await;
    assert!(over_tcp.receive_payload().await.is_some());
}

#[tokio::test]
async fn requests_wait_for_others() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    let nearest = api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap();
    let after =
        |msg_id| api::InvokeAfterMsg { msg_id, query: Raw(nearest.clone()) }.to_bytes(NEWEST).unwrap();
    let first = client.send(nearest.clone()).await;
    let second = client.send(after(first)).await;
    client.answer_to(second).await.unwrap();
    // Nobody is signed in.
    let failed = client.send(api::updates::GetState {}.to_bytes(NEWEST).unwrap()).await;
    let third = client.send(after(failed)).await;
    let error = client.answer_to(third).await.unwrap_err();
    assert_eq!((error.error_code, &*error.error_message), (400, "MSG_WAIT_FAILED"));
}

#[tokio::test]
async fn bad_requests_are_answered_with_clear_errors() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    let mut refused = async |request: Vec<u8>| {
        let error = client.call(request).await.unwrap_err();
        (error.error_code, error.error_message)
    };
    let stickers = api::messages::GetAllStickers { hash: 0 }.to_bytes(NEWEST).unwrap();
    assert_eq!(refused(stickers).await, (400, "METHOD_NOT_SUPPORTED: messages.getAllStickers".to_owned()));
    assert_eq!(refused(vec![1, 0, 0, 0]).await, (400, "INPUT_METHOD_INVALID_00000001".to_owned()));
    let mut cut = api::messages::GetHistory { limit: 1, ..history() }.to_bytes(NEWEST).unwrap();
    cut.truncate(12);
    assert_eq!(refused(cut).await.0, 400);
    let state = api::updates::GetState {}.to_bytes(NEWEST).unwrap();
    assert_eq!(refused(state).await, (401, "AUTH_KEY_UNREGISTERED".to_owned()));
}

fn history() -> api::messages::GetHistory {
    api::messages::GetHistory {
        peer: piltover::layers::enums::InputPeer::InputPeerSelf,
        offset_id: 0,
        offset_date: 0,
        add_offset: 0,
        limit: 0,
        max_id: 0,
        min_id: 0,
        hash: 0,
    }
}

#[tokio::test]
async fn another_session_of_the_key_can_be_destroyed() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    client.ask::<piltover::layers::enums::NearestDc>(&api::help::GetNearestDc {}).await;
    let other = client.saved.other(1234);
    let mut other = server.reconnect(Framing::Full, other).await;
    other.ask::<piltover::layers::enums::NearestDc>(&api::help::GetNearestDc {}).await;
    assert!(destroys(&mut client, 1234).await);
    assert!(!destroys(&mut client, 1234).await, "it is gone");
}

/// Has another session destroyed. Tells whether the server says that there was one.
async fn destroys(client: &mut Client, session_id: i64) -> bool {
    client.send(functions::DestroySession { session_id }.to_bytes(0).unwrap()).await;
    matches!(client.receive_object().await, enums::DestroySessionRes::DestroySessionOk(_))
}

#[tokio::test]
async fn a_session_that_only_the_database_knows_can_be_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let (client, _) = server.user("15550001").await;
    let mut other = server.reconnect(Framing::Full, client.saved.other(1234)).await;
    other.ask::<piltover::layers::enums::updates::State>(&api::updates::GetState {}).await;
    let saved = client.saved.other(99);
    drop((client, other));
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut client = server.reconnect(Framing::Intermediate, saved).await;
    assert!(destroys(&mut client, 1234).await);
    assert!(!destroys(&mut client, 1234).await, "it is gone");
    server.stop().await;
}

#[tokio::test]
async fn foreign_bytes_end_the_connection_and_nothing_else() {
    let server = Running::memory().await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xef, 0], &[0x55; 200]] {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, garbage).await.unwrap();
        let mut answer = Vec::new();
        // A reset is as good an end.
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
    }
    let mut client = server.client(Framing::Full).await;
    client.ask::<piltover::layers::enums::NearestDc>(&api::help::GetNearestDc {}).await;
}

#[tokio::test]
async fn one_session_goes_over_several_connections() {
    let server = Running::memory().await;
    let mut first = server.client(Framing::Intermediate).await;
    first.ask::<piltover::layers::enums::NearestDc>(&api::help::GetNearestDc {}).await;
    let mut second = server.reconnect(Framing::Full, first.saved.clone()).await;
    second.send(functions::Ping { ping_id: 2 }.to_bytes(0).unwrap()).await;
    // Nothing of what the first one has just had comes again, and the session is the same.
    let message = loop {
        let message = second.receive().await;
        match message.as_object() {
            Some(enums::Pong::Pong(pong)) if pong.ping_id == 2 => break message,
            _ => assert!(message.as_object::<enums::MsgsAck>().is_some(), "{message:?}"),
        }
    };
    assert_eq!(message.seq_no, 4, "behind the two of the first connection");
    first.saved.content = second.saved.content;
    first.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    let enums::Pong::Pong(pong) = first.receive_object().await;
    assert_eq!(pong.ping_id, 1, "each is answered where it was asked");
}

#[tokio::test]
async fn what_a_lost_connection_may_have_lost_comes_over_another() {
    let server = Running::memory().await;
    let mut first = server.client(Framing::Intermediate).await;
    let mut second = server.reconnect(Framing::Full, first.saved.clone()).await;
    second.ping().await;
    first.saved.content = second.saved.content;
    let msg_id = first.send(api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap()).await;
    let lost = first.receive().await;
    drop(first);
    loop {
        let message = second.receive().await;
        if message == lost {
            break;
        }
    }
    assert_eq!(lost.body[4..12], msg_id.to_le_bytes());
}

#[tokio::test]
async fn nothing_on_a_new_connection_is_below_what_came_there_first() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    for _ in 0..3 {
        client.send(api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap()).await;
        client.ping().await;
    }
    let saved = server.close(client).await;
    let mut client = server.reconnect(Framing::Intermediate, saved).await;
    let ids: Vec<i64> = client.ping().await.iter().map(|message| message.msg_id).collect();
    assert!(ids.len() >= 5 && ids.is_sorted(), "the new session, three answers, and the pong: {ids:?}");
}

#[tokio::test]
async fn what_is_acknowledged_never_comes_again() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    client.send(api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap()).await;
    let sent = [client.receive().await, client.receive().await];
    let msg_ids: Vec<i64> = sent.iter().map(|message| message.msg_id).collect();
    client.send_service(&enums::MsgsAck::from(types::MsgsAck { msg_ids: msg_ids[..1].to_vec() })).await;
    client.ping().await;
    let saved = server.close(client).await;
    let mut client = server.reconnect(Framing::Intermediate, saved).await;
    client.send(functions::Ping { ping_id: 2 }.to_bytes(0).unwrap()).await;
    loop {
        let message = client.receive().await;
        assert_ne!(message.msg_id, msg_ids[0]);
        if message == sent[1] {
            break;
        }
    }
}

#[tokio::test]
async fn acknowledgments_wait_for_company_but_not_for_ever() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    client.ping().await;
    let start = std::time::Instant::now();
    // Two content-related messages without an answer of their own.
    let request = enums::MsgsAck::from(types::MsgsAck { msg_ids: vec![] }).to_bytes(0).unwrap();
    let sent = [client.send(request.clone()).await, client.send(request).await];
    let enums::MsgsAck::Ack(ack) = client.receive_object().await;
    assert_eq!(ack.msg_ids, sent);
    assert!(start.elapsed() > std::time::Duration::from_millis(700));
}

#[tokio::test]
async fn a_client_may_say_when_to_close() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    let ping = |disconnect_delay| functions::PingDelayDisconnect { ping_id: 1, disconnect_delay };
    let start = std::time::Instant::now();
    client.send(ping(1).to_bytes(0).unwrap()).await;
    client.receive_object::<enums::Pong>().await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    client.send(ping(1).to_bytes(0).unwrap()).await;
    assert_eq!(client.transport_error().await, None);
    assert!((1500..4000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_client_is_answered_in_the_version_of_mtproto_that_it_speaks() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    client.version = Version::V1;
    client.sign_up("15550001").await;
    assert_eq!(server.rule().await, "message.version");
    // A newer version of the application goes on with the session.
    client.version = Version::V2;
    client.ask::<api_enums::updates::State>(&api::updates::GetState {}).await;
    // A message that is neither's.
    let mut frame = Version::V1.encrypt(
        &client.saved.key,
        Side::Client,
        &Plaintext { salt: 0, session_id: 1, msg_id: 4, seq_no: 1, body: vec![0; 16] },
        |padding| padding.fill(0),
    );
    frame[30] ^= 1;
    client.wire.send(&frame).await;
    assert_eq!(client.transport_error().await, Some(-404));
    assert_eq!(server.rule().await, "message.msg_key");
}

#[tokio::test]
async fn a_key_that_has_spoken_mtproto_2_is_not_taken_back_to_1() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let ping = || functions::Ping { ping_id: 1 }.to_bytes(0).unwrap();
    let mut client = server.client(Framing::Intermediate).await;
    client.version = Version::V1;
    client.ping().await;
    assert_eq!(server.rule().await, "message.version");
    // Somebody who listens keeps a message, and sends it when the client has learned 2.0.
    let (old_id, old_seq_no) = (client.next_id(), client.next_seq_no(true));
    let old = client.sealed(old_id, old_seq_no, ping());
    client.version = Version::V2;
    client.ping().await;
    let mut other = Client::connect(server.address, &Dial::default()).await;
    other.wire.send(&old).await;
    assert_eq!(other.transport_error().await, Some(-404));
    assert_eq!(server.rule().await, "message.downgrade");
    // The session is where it was, and as it was.
    client.ping().await;
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut client = server.reconnect(Framing::Intermediate, client.saved.other(8)).await;
    client.version = Version::V1;
    client.send(ping()).await;
    assert_eq!(client.transport_error().await, Some(-404), "after a restart");
    assert_eq!(server.rule().await, "message.downgrade");
    server.stop().await;
}

#[tokio::test]
async fn a_strict_server_closes_on_what_others_tolerate() {
    let options = piltover::Options { strict: true, ..piltover::Options::memory() };
    let server = Running::with(options, |server| server).await;
    let mut client = server.client(Framing::Intermediate).await;
    let msg_id = client.next_id();
    client.send_as(msg_id, 0, api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap()).await;
    let enums::BadMsgNotification::Notification(bad) = client.receive_object().await else { panic!() };
    assert_eq!((bad.bad_msg_id, bad.bad_msg_seqno, bad.error_code), (msg_id, 0, 35));
    assert_eq!(client.transport_error().await, None);
    assert_eq!(server.rule().await, "session.seq_no.even");
    let mut client = server.client(Framing::Intermediate).await;
    client.version = Version::V1;
    client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    assert_eq!(client.transport_error().await, None);
    assert_eq!(server.rule().await, "message.version");
}

#[tokio::test]
async fn broken_rules_of_sessions_are_named_in_the_log() {
    let server = Running::memory().await;
    for version in [Version::V2, Version::V1] {
        let mut client = server.client(Framing::Intermediate).await;
        client.version = version;
        breaks_rules_of_sessions(&server, client).await;
    }
}

async fn breaks_rules_of_sessions(server: &Running, mut client: Client) {
    let now = client.next_id();
    if client.version == Version::V1 {
        client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
        assert_eq!(server.rule().await, "message.version");
    }
    for (msg_id, seq_no, code, rule) in [
        (now + 2, 1, 18, "session.msg_id.parity"),
        (now - (1000 << 32), 1, 16, "session.msg_id.too_low"),
        (now + (100 << 32), 1, 17, "session.msg_id.too_high"),
    ] {
        client.send_as(msg_id, seq_no, functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
        let enums::BadMsgNotification::Notification(bad) = client.receive_object().await else { panic!() };
        assert_eq!((bad.bad_msg_id, bad.error_code), (msg_id, code));
        assert_eq!(server.rule().await, rule);
    }
    let right = std::mem::replace(&mut client.saved.salt, 5);
    let msg_id = client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    let enums::BadMsgNotification::BadServerSalt(bad) = client.receive_object().await else { panic!() };
    assert_eq!((bad.bad_msg_id, bad.error_code), (msg_id, 48));
    assert_ne!(bad.new_server_salt, 5);
    client.saved.salt = right;
    let wait = types::HttpWait { max_delay: 0, wait_after: 0, max_wait: 0 };
    client.send_service(&enums::HttpWait::from(wait)).await;
    assert_eq!(server.rule().await, "session.http_wait");
}

#[tokio::test]
async fn special_wrappers_come_off_or_are_refused_by_name() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    let query = || Raw(api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap());
    let captcha = api::InvokeWithReCaptcha { token: "x".to_owned(), query: query() };
    client.ask::<piltover::layers::enums::NearestDc>(&captcha).await;
    let takeout = api::InvokeWithTakeout { takeout_id: 1, query: query() };
    assert_eq!(client.refused(&takeout).await, (400, "TAKEOUT_INVALID".to_owned()));
    let business = api::InvokeWithBusinessConnection { connection_id: "x".to_owned(), query: query() };
    assert_eq!(client.refused(&business).await, (400, "BUSINESS_CONNECTION_INVALID".to_owned()));
    let old = api::InvokeWithLayer { layer: 3, query: query() };
    assert_eq!(client.refused(&old).await, (400, "CONNECTION_LAYER_INVALID".to_owned()));
    assert_eq!(server.rule().await, "request.layer");
}
