use piltover::crypto::AuthKey;
use piltover::layers::mtproto::{enums, functions};
use piltover::layers::{Encode, NEWEST, Raw, functions as api};

use crate::Running;
use piltover::testing::Saved;
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
    for was_there in [true, false] {
        client.send(functions::DestroySession { session_id: 1234 }.to_bytes(0).unwrap()).await;
        let answer = loop {
            if let Some(answer) = client.receive().await.as_object::<enums::DestroySessionRes>() {
                break answer;
            }
        };
        assert_eq!(matches!(answer, enums::DestroySessionRes::DestroySessionOk(_)), was_there);
    }
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
