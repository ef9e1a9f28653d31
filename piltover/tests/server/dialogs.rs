//! Which dialogs stand where.

use piltover::layers::{enums, functions as api, types};
use piltover::testing::Client;
use piltover::transport::Framing;

use crate::Running;

/// Sends a message to everybody in turn, so that there are dialogs. Gives their peers.
async fn greeted(client: &mut Client, phones: &[&str]) -> Vec<enums::InputPeer> {
    let mut peers = Vec::new();
    for (number, phone) in (1..).zip(phones) {
        let peer = client.find(phone).await;
        let message = api::messages::SendMessage {
            peer: peer.clone(),
            message: "hi".to_owned(),
            random_id: number,
            ..Default::default()
        };
        client.ask::<enums::Updates>(&message).await;
        peers.push(peer);
    }
    peers
}

fn input(peer: &enums::InputPeer) -> enums::InputDialogPeer {
    types::InputDialogPeer { peer: peer.clone() }.into()
}

fn toggle(peer: &enums::InputPeer, pinned: bool) -> api::messages::ToggleDialogPin {
    api::messages::ToggleDialogPin { pinned, peer: input(peer) }
}

fn reorder(order: &[&enums::InputPeer], force: bool) -> api::messages::ReorderPinnedDialogs {
    let order = order.iter().map(|peer| input(peer)).collect();
    api::messages::ReorderPinnedDialogs { force, folder_id: 0, order }
}

fn page(exclude_pinned: bool, offset_id: i32, limit: i32) -> api::messages::GetDialogs {
    let offset_peer = enums::InputPeer::Empty;
    api::messages::GetDialogs {
        exclude_pinned,
        folder_id: None,
        offset_date: 0,
        offset_id,
        offset_peer,
        limit,
        hash: 0,
    }
}

fn user_of(peer: &enums::Peer) -> i64 {
    let enums::Peer::User(user) = peer else { panic!("{peer:?}") };
    user.user_id
}

fn id(peer: &enums::InputPeer) -> i64 {
    let enums::InputPeer::User(user) = peer else { panic!("{peer:?}") };
    user.user_id
}

/// The users of dialogs, each with whether it is pinned.
fn shown(dialogs: &[enums::Dialog]) -> Vec<(i64, bool)> {
    let shown = dialogs.iter().map(|dialog| match dialog {
        enums::Dialog::Dialog(dialog) => (user_of(&dialog.peer), dialog.pinned),
        other => panic!("{other:?}"),
    });
    shown.collect()
}

async fn pinned(client: &mut Client) -> Vec<i64> {
    let request = api::messages::GetPinnedDialogs { folder_id: 0 };
    let enums::messages::PeerDialogs::Dialogs(found) = client.ask(&request).await;
    assert!(found.messages.len() == found.dialogs.len() && found.users.len() >= found.dialogs.len());
    shown(&found.dialogs).into_iter().inspect(|(_, is_pinned)| assert!(is_pinned)).map(|(id, _)| id).collect()
}

async fn listed(client: &mut Client, request: &api::messages::GetDialogs) -> (Vec<(i64, bool)>, i32) {
    match client.ask(request).await {
        enums::messages::Dialogs::Dialogs(all) => (shown(&all.dialogs), all.dialogs.len() as i32),
        enums::messages::Dialogs::Slice(slice) => (shown(&slice.dialogs), slice.count),
        other => panic!("{other:?}"),
    }
}

const PHONES: [&str; 6] = ["15550002", "15550003", "15550004", "15550005", "15550006", "15550007"];

#[tokio::test]
async fn pinned_dialogs_stand_on_top_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let (mut alice, _) = server.user("15550001").await;
    for phone in &PHONES[..3] {
        server.user(phone).await;
    }
    let peers = greeted(&mut alice, &PHONES[..3]).await;
    let [a, b, c] = &peers[..] else { panic!() };
    let [ia, ib, ic] = [a, b, c].map(id);
    assert!(pinned(&mut alice).await.is_empty());
    for (peer, order) in [(a, vec![ia]), (b, vec![ib, ia]), (b, vec![ib, ia])] {
        assert!(alice.ask::<bool>(&toggle(peer, true)).await);
        assert_eq!(pinned(&mut alice).await, order);
    }
    let (all, _) = listed(&mut alice, &page(false, 0, 100)).await;
    assert_eq!(all, [(ib, true), (ia, true), (ic, false)]);
    // They count on the first page, and are on no other.
    assert_eq!(listed(&mut alice, &page(false, 0, 1)).await, (vec![(ib, true)], 3));
    assert_eq!(listed(&mut alice, &page(false, 99, 100)).await, (vec![(ic, false)], 3));
    assert_eq!(listed(&mut alice, &page(true, 0, 100)).await, (vec![(ic, false)], 1));
    // An order that names only some leaves the others behind them, unless it is the whole.
    assert!(alice.ask::<bool>(&reorder(&[c, a, c], false)).await);
    assert_eq!(pinned(&mut alice).await, [ic, ia, ib]);
    assert!(alice.ask::<bool>(&reorder(&[b, c], true)).await);
    assert_eq!(pinned(&mut alice).await, [ib, ic]);
    assert!(alice.ask::<bool>(&toggle(c, false)).await);
    let saved = alice.saved.clone();
    drop(alice);
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut alice = server.reconnect(Framing::Full, saved).await;
    assert_eq!(pinned(&mut alice).await, [ib], "after a restart");
    server.stop().await;
}

#[tokio::test]
async fn other_sessions_hear_of_what_is_pinned() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    server.user("15550002").await;
    let peers = greeted(&mut alice, &PHONES[..1]).await;
    let mut other = server.reconnect(Framing::Full, alice.saved.other(7)).await;
    other.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    // What is as it was, is no news.
    for (is_pinned, is_news) in [(false, false), (true, true), (true, false)] {
        alice.ask::<bool>(&toggle(&peers[0], is_pinned)).await;
        if is_news {
            let heard = other.updates().await;
            let [enums::Update::DialogPinned(update)] = &heard.updates[..] else { panic!("{heard:?}") };
            let enums::DialogPeer::Peer(peer) = &update.peer else { panic!() };
            assert_eq!((update.pinned, user_of(&peer.peer)), (true, id(&peers[0])));
            assert!(heard.users.len() == 1 && update.folder_id.is_none());
        }
    }
    alice.ask::<bool>(&reorder(&[], true)).await;
    let heard = other.updates().await;
    let [enums::Update::PinnedDialogs(update)] = &heard.updates[..] else { panic!("{heard:?}") };
    assert_eq!(update.order.as_ref().map(Vec::len), Some(0));
}

#[tokio::test]
async fn what_cannot_be_pinned_is_refused_and_changes_nothing() {
    let server = Running::memory().await;
    let (mut alice, _) = server.user("15550001").await;
    for phone in PHONES {
        server.user(phone).await;
    }
    let silent = alice.find(PHONES[5]).await;
    let empty = (400, "PEER_HISTORY_EMPTY".to_owned());
    assert_eq!(alice.refused(&toggle(&silent, true)).await, empty);
    assert_eq!(alice.refused(&reorder(&[&silent], false)).await, empty);
    let peers = greeted(&mut alice, &PHONES).await;
    let five: Vec<&enums::InputPeer> = peers[..5].iter().collect();
    alice.ask::<bool>(&reorder(&five, false)).await;
    let many = (400, "PINNED_DIALOGS_TOO_MUCH".to_owned());
    assert_eq!(alice.refused(&toggle(&peers[5], true)).await, many);
    assert_eq!(alice.refused(&reorder(&[&peers[5]], false)).await, many);
    let folder = types::InputDialogPeerFolder { folder_id: 1 }.into();
    let wrong = (400, "FOLDER_ID_INVALID".to_owned());
    assert_eq!(alice.refused(&api::messages::ToggleDialogPin { pinned: true, peer: folder }).await, wrong);
    assert_eq!(alice.refused(&api::messages::GetPinnedDialogs { folder_id: 2 }).await, wrong);
    // Nothing is archived, so that nothing is pinned there, or no longer.
    let archived = api::messages::ReorderPinnedDialogs { folder_id: 1, ..reorder(&[], true) };
    assert!(alice.ask::<bool>(&archived).await);
    let found: enums::messages::PeerDialogs =
        alice.ask(&api::messages::GetPinnedDialogs { folder_id: 1 }).await;
    let enums::messages::PeerDialogs::Dialogs(found) = found;
    assert!(found.dialogs.is_empty());
    assert_eq!(pinned(&mut alice).await, five.iter().map(|peer| id(peer)).collect::<Vec<_>>());
}
