//! What was said, read back: pages, dialogs, single messages, as clients index them.

use piltover::layers::{enums, functions as api, types};
use piltover::testing::{Client, in_layer};
use piltover::transport::Framing;

use crate::Running;

/// Sends a message; gives what the sender is told of it.
async fn send(
    client: &mut Client,
    peer: &enums::InputPeer,
    text: &str,
    reply_to: Option<i32>,
) -> types::Message {
    let random_id = client.next_id();
    let reply_to = reply_to
        .map(|reply_to_msg_id| types::InputReplyToMessage { reply_to_msg_id, ..Default::default() }.into());
    let (peer, message) = (peer.clone(), text.to_owned());
    let request = api::messages::SendMessage { peer, message, random_id, reply_to, ..Default::default() };
    let enums::Updates::Updates(updates) = client.ask(&request).await else { panic!() };
    assert_eq!(updates.seq, 0);
    let mut sent = updates.updates.into_iter();
    let Some(enums::Update::MessageId(told)) = sent.next() else { panic!() };
    assert_eq!(told.random_id, random_id);
    let Some(enums::Update::NewMessage(new)) = sent.next() else { panic!() };
    let enums::Message::Message(message) = new.message else { panic!() };
    assert_eq!(message.id, told.id);
    *message
}

fn ids(messages: &enums::messages::Messages) -> Vec<i32> {
    let messages = match messages {
        enums::messages::Messages::Messages(all) => &all.messages,
        enums::messages::Messages::Slice(slice) => &slice.messages,
        other => panic!("{other:?}"),
    };
    messages.iter().map(id).collect()
}

fn id(message: &enums::Message) -> i32 {
    match message {
        enums::Message::Message(message) => message.id,
        enums::Message::Empty(empty) => empty.id,
        enums::Message::Service(service) => service.id,
    }
}

#[tokio::test]
async fn pages_of_a_history_leave_out_their_ends() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    let to_self = enums::InputPeer::InputPeerSelf;
    let mut sent = Vec::new();
    for n in 0..9 {
        sent.push(send(&mut alice, &to_self, &n.to_string(), None).await.id);
    }
    assert_eq!(sent, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (offset_id, add_offset, limit, max_id, min_id, expected) in [
        (0, 0, 100, 0, 0, &[9, 8, 7, 6, 5, 4, 3, 2, 1][..]),
        (0, 0, 3, 0, 0, &[9, 8, 7]),
        (7, 0, 3, 0, 0, &[6, 5, 4]),
        (7, 2, 3, 0, 0, &[4, 3, 2]),
        (7, -3, 3, 0, 0, &[9, 8, 7]),
        (5, -2, 4, 0, 0, &[6, 5, 4, 3]),
        (0, 0, 100, 6, 3, &[5, 4]),
        // As Kurigram pages from the end that it knows.
        (6, 0, 100, 6, 0, &[5, 4, 3, 2, 1]),
        (2, 0, 3, 0, 0, &[1]),
        (1, 0, 3, 0, 0, &[]),
    ] {
        let request = api::messages::GetHistory {
            peer: to_self.clone(),
            offset_id,
            offset_date: 0,
            add_offset,
            limit,
            max_id,
            min_id,
            hash: 0,
        };
        let page: enums::messages::Messages = alice.ask(&request).await;
        assert_eq!(
            ids(&page),
            expected,
            "offset {offset_id} {add_offset}, limit {limit}, {min_id} to {max_id}"
        );
    }
}

#[tokio::test]
async fn a_message_to_oneself_is_not_out_and_a_reply_finds_what_it_replies_to() {
    let server = Running::memory().await;
    let (mut alice, id) = server.user("15550001").await;
    let to_self = enums::InputPeer::InputPeerSelf;
    let first = send(&mut alice, &to_self, "first", None).await;
    assert!(!first.out);
    assert!(
        matches!(first.saved_peer_id, Some(enums::Peer::User(types::PeerUser { user_id })) if user_id == id)
    );
    let reply = send(&mut alice, &to_self, "reply", Some(first.id)).await;
    let Some(enums::MessageReplyHeader::Header(header)) = &reply.reply_to else { panic!() };
    assert_eq!(header.reply_to_msg_id, Some(first.id));
    let asked = vec![
        types::InputMessageReplyTo { id: reply.id }.into(),
        types::InputMessageId { id: reply.id }.into(),
        types::InputMessageId { id: 77 }.into(),
    ];
    let found: enums::messages::Messages = alice.ask(&api::messages::GetMessages { id: asked }).await;
    assert_eq!(ids(&found), [first.id, reply.id, 77], "one for each that was asked for");
}

#[tokio::test]
async fn a_dialog_brings_its_message_and_its_peer() {
    let server = Running::memory().await;
    let (mut alice, alice_id) = server.user("15550001").await;
    let (_bob, bob_id) = server.user("15550002").await;
    let (_carol, carol_id) = server.user("15550003").await;
    let bob = alice.find("15550002").await;
    let last = send(&mut alice, &bob, "hello", None).await;
    let request = api::messages::GetDialogs {
        exclude_pinned: false,
        folder_id: None,
        offset_date: 0,
        offset_id: 0,
        offset_peer: enums::InputPeer::Empty,
        limit: 100,
        hash: 0,
    };
    let enums::messages::Dialogs::Dialogs(all) = alice.ask(&request).await else { panic!() };
    let top = |dialog: &enums::Dialog| match dialog {
        enums::Dialog::Dialog(types::Dialog { peer: enums::Peer::User(peer), top_message, .. }) => {
            (peer.user_id, *top_message)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(all.dialogs.iter().map(top).collect::<Vec<_>>(), [(bob_id, last.id)]);
    assert_eq!(all.messages.iter().map(id).collect::<Vec<_>>(), [last.id]);
    let user_id = |user: &enums::User| match user {
        enums::User::User(user) => {
            assert!(!user.min && user.access_hash.is_some());
            user.id
        }
        enums::User::Empty(user) => user.id,
    };
    let users: Vec<i64> = all.users.iter().map(user_id).collect();
    assert!(users.contains(&bob_id) && users.contains(&alice_id), "{users:?}");
    // A dialog for each peer that is asked for, and for oneself.
    let carol = alice.find("15550003").await;
    let asked =
        [bob, carol, enums::InputPeer::InputPeerSelf].map(|peer| types::InputDialogPeer { peer }.into());
    let peers = api::messages::GetPeerDialogs { peers: asked.to_vec() };
    let enums::messages::PeerDialogs::Dialogs(found) = alice.ask(&peers).await;
    let tops: Vec<_> = found.dialogs.iter().map(top).collect();
    assert_eq!(tops, [(bob_id, last.id), (carol_id, 0), (alice_id, 0)]);
    let users: Vec<i64> = found.users.iter().map(user_id).collect();
    assert!([alice_id, bob_id, carol_id].iter().all(|id| users.contains(id)), "{users:?}");
}

/// As Pyrogram 0.12 begins, whose layer has no folders yet.
#[tokio::test]
async fn nothing_is_pinned_which_is_an_answer_in_every_layer() {
    const GET_PINNED_DIALOGS_97: [u8; 4] = 0xe254_d64e_u32.to_le_bytes();
    const PEER_DIALOGS: u32 = 0x3371_c354;
    const STATE: u32 = 0xa56c_2a3e;
    const VECTOR: u32 = 0x1cb5_c415;
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    let answer = alice.call(in_layer(97, GET_PINNED_DIALOGS_97.to_vec())).await.unwrap();
    let words: Vec<u32> = answer.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word)).collect();
    let (head, state) = words.split_at(9);
    assert_eq!(head, [PEER_DIALOGS, VECTOR, 0, VECTOR, 0, VECTOR, 0, VECTOR, 0]);
    // pts, qts, date, seq, unread_count.
    assert_eq!((state.len(), state[0], state[1]), (6, STATE, 1));
    for (folder_id, is_known) in [(0, true), (1, true), (2, false), (-1, false)] {
        let request = api::messages::GetPinnedDialogs { folder_id };
        if is_known {
            let enums::messages::PeerDialogs::Dialogs(found) = alice.ask(&request).await;
            assert!(found.dialogs.is_empty());
        } else {
            assert_eq!(alice.refused(&request).await, (400, "FOLDER_ID_INVALID".to_owned()));
        }
    }
}

#[tokio::test]
async fn a_read_mark_reaches_the_other_sessions_and_the_other_side_with_its_pts() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    let (mut bob, _) = server.user("15550002").await;
    let mut second = server.reconnect(Framing::Full, bob.saved.other(2)).await;
    for client in [&mut alice, &mut bob, &mut second] {
        client.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    }
    let to_bob = alice.find("15550002").await;
    send(&mut alice, &to_bob, "hello", None).await;
    second.updates().await;
    let to_alice = bob.find("15550001").await;
    let read = api::messages::ReadHistory { peer: to_alice, max_id: 0 };
    let enums::messages::AffectedMessages::Messages(affected) = bob.ask(&read).await;
    // The account began at 1; the message and the mark are a step each.
    assert_eq!((affected.pts, affected.pts_count), (3, 1));
    let told = second.updates().await;
    let [enums::Update::ReadHistoryInbox(inbox)] = &told.updates[..] else { panic!("{told:?}") };
    assert_eq!((inbox.pts, inbox.pts_count, inbox.still_unread_count), (3, 1, 0));
    let told = alice.updates().await;
    let [enums::Update::ReadHistoryOutbox(outbox)] = &told.updates[..] else { panic!("{told:?}") };
    assert_eq!((outbox.pts, outbox.pts_count), (3, 1));
}
