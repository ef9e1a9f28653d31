use std::sync::atomic::{AtomicI32, Ordering};

use piltover::dispatch::{Context, RpcError};
use piltover::layers::{Encode, NEWEST, Raw, enums, functions as api, types};
use piltover::{Options, handler};

use crate::Running;
use piltover::testing::Client;
use piltover::transport::Framing;

fn message(peer: &enums::InputPeer, text: &str, random_id: i64) -> api::messages::SendMessage {
    api::messages::SendMessage {
        peer: peer.clone(),
        message: text.to_owned(),
        random_id,
        ..Default::default()
    }
}

async fn pts(client: &mut Client) -> i32 {
    let enums::updates::State::State(state) = client.ask(&api::updates::GetState {}).await;
    state.pts
}

fn texts(updates: &types::Updates) -> Vec<String> {
    let new = updates.updates.iter().filter_map(|update| match update {
        enums::Update::NewMessage(new) => match &new.message {
            enums::Message::Message(message) => Some(message.message.clone()),
            _ => None,
        },
        _ => None,
    });
    new.collect()
}

#[tokio::test]
async fn every_live_session_hears_of_everything_once() {
    let server = Running::memory().await;
    let (mut alice, alice_id) = server.user("15550001").await;
    let (mut bob, _) = server.user("15550002").await;
    // A second session of Alice's key that wants updates, and one for files that does not.
    let mut second = server.reconnect(Framing::Full, alice.saved.other(22)).await;
    assert_eq!(pts(&mut second).await, 1, "a new account");
    let mut files = server.reconnect(Framing::Full, alice.saved.other(33)).await;
    let quiet = api::updates::GetState {}.to_bytes(NEWEST).unwrap();
    let quiet = api::InvokeWithoutUpdates { query: Raw(quiet) }.to_bytes(NEWEST).unwrap();
    files.call(quiet).await.unwrap();
    // As the sign-in that is carried to another data centre wants none there.
    let export = api::auth::ExportAuthorization { dc_id: 4 };
    let enums::auth::ExportedAuthorization::Authorization(exported) = alice.ask(&export).await;
    let import = api::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
    let mut there = server.client(Framing::Abridged).await;
    there.ask::<enums::auth::Authorization>(&import).await;
    pts(&mut bob).await;

    let to_bob = alice.find("15550002").await;
    let sent: enums::Updates = alice.ask(&message(&to_bob, "hello", 1)).await;
    let enums::Updates::Updates(sent) = sent else { panic!() };
    assert_eq!(texts(&sent), ["hello"]);
    assert!(matches!(sent.updates[0], enums::Update::MessageId(types::UpdateMessageId { random_id: 1, .. })));
    assert_eq!(texts(&second.updates().await), ["hello"]);
    let received = bob.updates().await;
    assert_eq!(texts(&received), ["hello"]);
    let named: Vec<i64> = received
        .users
        .iter()
        .map(|user| match user {
            enums::User::User(user) => user.id,
            enums::User::Empty(user) => user.id,
        })
        .collect();
    assert!(named.contains(&alice_id), "whoever is named comes with it");

    let to_alice = bob.find("15550001").await;
    bob.ask::<enums::Updates>(&message(&to_alice, "hi", 2)).await;
    assert_eq!(texts(&alice.updates().await), ["hi"]);
    assert_eq!(texts(&second.updates().await), ["hi"]);
    assert_eq!(pts(&mut alice).await, 3);
    // The sessions for files have heard of nothing: the next thing they get is the answer.
    for mut files in [files, there] {
        assert!(files.ping().await.iter().all(|message| message.as_object::<enums::Updates>().is_none()));
    }
}

#[tokio::test]
async fn a_message_that_is_sent_twice_arrives_once() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    let to_self = enums::InputPeer::InputPeerSelf;
    let first: enums::Updates = alice.ask(&message(&to_self, "once", 5)).await;
    let again: enums::Updates = alice.ask(&message(&to_self, "once", 5)).await;
    assert_eq!(first.to_bytes(NEWEST).unwrap(), again.to_bytes(NEWEST).unwrap());
    assert_eq!(pts(&mut alice).await, 2);
}

#[tokio::test]
async fn entities_stand_in_the_order_of_the_text() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    let italic: enums::MessageEntity = types::MessageEntityItalic { offset: 0, length: 4 }.into();
    let bold: enums::MessageEntity = types::MessageEntityBold { offset: 0, length: 2 }.into();
    let code: enums::MessageEntity = types::MessageEntityCode { offset: 2, length: 1 }.into();
    let entities = Some(vec![code.clone(), bold.clone(), italic.clone()]);
    let to_self = enums::InputPeer::InputPeerSelf;
    let request = api::messages::SendMessage { entities, ..message(&to_self, "text", 1) };
    alice.ask::<enums::Updates>(&request).await;
    let request = api::messages::GetMessages { id: vec![types::InputMessageId { id: 1 }.into()] };
    let enums::messages::Messages::Messages(found) = alice.ask(&request).await else { panic!() };
    let [enums::Message::Message(found)] = &found.messages[..] else { panic!() };
    let bytes = |entities: &Vec<enums::MessageEntity>| entities.to_bytes(NEWEST).unwrap();
    assert_eq!(found.entities.as_ref().map(bytes), Some(bytes(&vec![italic, bold, code])));
}

#[tokio::test]
async fn wrong_input_is_refused_and_changes_nothing() {
    let server = Running::memory().await;
    let (mut alice, alice_id) = server.user("15550001").await;
    let (_bob, bob_id) = server.user("15550002").await;
    let to_self = enums::InputPeer::InputPeerSelf;
    let stranger: enums::InputPeer = types::InputPeerUser { user_id: bob_id, access_hash: 1 }.into();
    let bold = |offset, length| Some(vec![types::MessageEntityBold { offset, length }.into()]);
    let cases = [
        (message(&stranger, "hi", 1), "PEER_ID_INVALID"),
        (message(&types::InputPeerChat { chat_id: 5 }.into(), "hi", 1), "CHAT_ID_INVALID"),
        (message(&to_self, " \n", 1), "MESSAGE_EMPTY"),
        (message(&to_self, &"a".repeat(4097), 1), "MESSAGE_TOO_LONG"),
        (
            api::messages::SendMessage { entities: bold(1, 2), ..message(&to_self, "hi", 1) },
            "ENTITY_BOUNDS_INVALID",
        ),
        (
            api::messages::SendMessage { entities: bold(-1, 2), ..message(&to_self, "hi", 1) },
            "ENTITY_BOUNDS_INVALID",
        ),
        (
            api::messages::SendMessage { schedule_date: Some(5), ..message(&to_self, "hi", 1) },
            "FIELD_NOT_SUPPORTED: schedule_date",
        ),
    ];
    for (request, expected) in cases {
        let error = alice.call(request.to_bytes(NEWEST).unwrap()).await.unwrap_err();
        assert_eq!((error.error_code, &*error.error_message), (400, expected));
    }
    assert_eq!(pts(&mut alice).await, 1);
    // One's own id needs no hash.
    let own: enums::InputPeer = types::InputPeerUser { user_id: alice_id, access_hash: 0 }.into();
    alice.ask::<enums::Updates>(&message(&own, "hi", 1)).await;
}

#[tokio::test]
async fn a_difference_replays_what_was_missed_in_slices() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    for n in 0..5 {
        alice.ask::<enums::Updates>(&message(&enums::InputPeer::InputPeerSelf, &n.to_string(), n + 1)).await;
    }
    let ask = |pts, limit| api::updates::GetDifference {
        pts,
        pts_limit: limit,
        pts_total_limit: None,
        date: 0,
        qts: -1,
        qts_limit: None,
    };
    let enums::updates::Difference::Slice(slice) = alice.ask(&ask(1, Some(3))).await else { panic!() };
    let enums::updates::State::State(state) = slice.intermediate_state;
    assert_eq!((slice.new_messages.len(), state.pts), (3, 4));
    let enums::updates::Difference::Difference(rest) = alice.ask(&ask(state.pts, Some(3))).await else {
        panic!()
    };
    let enums::updates::State::State(state) = rest.state;
    assert_eq!((rest.new_messages.len(), state.pts), (2, 6));
    assert!(matches!(alice.ask(&ask(6, None)).await, enums::updates::Difference::Empty(_)));
    assert!(matches!(alice.ask(&ask(7, None)).await, enums::updates::Difference::TooLong(_)));
}

#[tokio::test]
async fn what_was_acknowledged_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let (mut alice, _) = server.user("15550001").await;
    let sent: enums::Updates = alice.ask(&message(&enums::InputPeer::InputPeerSelf, "kept", 1)).await;
    let saved = alice.saved.clone();
    drop(alice);
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut alice = server.reconnect(Framing::Full, saved).await;
    assert_eq!(pts(&mut alice).await, 2);
    let again: enums::Updates = alice.ask(&message(&enums::InputPeer::InputPeerSelf, "kept", 1)).await;
    let id = |updates: &enums::Updates| match updates {
        enums::Updates::Updates(updates) => match &updates.updates[0] {
            enums::Update::MessageId(update) => update.id,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(id(&sent), id(&again));
    server.stop().await;
}

/// How often this was called; and an update before the answer, the first time and from the third on.
#[handler]
async fn changing(
    context: Context,
    _: api::messages::GetPeerDialogs,
) -> Result<enums::messages::PeerDialogs, RpcError> {
    static CALLS: AtomicI32 = AtomicI32::new(0);
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    if calls != 2 {
        let update = enums::Updates::TooLong.to_bytes(context.layer()).unwrap();
        context.session().push_update(update.into());
    }
    Ok(types::messages::PeerDialogs {
        state: types::updates::State { pts: calls, ..Default::default() }.into(),
        ..Default::default()
    }
    .into())
}

#[tokio::test]
async fn dialogs_that_changed_before_they_are_told_are_looked_up_again_but_not_for_ever() {
    let server = Running::with(Options::memory(), |server| server.on(changing)).await;
    let mut client = server.client(Framing::Abridged).await;
    client.sign_up("15550001").await;
    for calls in [2, 2 + 4] {
        let request = api::messages::GetPeerDialogs { peers: vec![] };
        let enums::messages::PeerDialogs::Dialogs(told) = client.ask(&request).await;
        let enums::updates::State::State(state) = told.state;
        assert_eq!(state.pts, calls);
    }
}
