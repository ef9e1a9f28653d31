//! Users, chats and channels where another layer has a peer.

use crate::{enums, types};
use enums::{InputChannel, InputPeer, InputUser, Peer};

pub(crate) fn of_user(user: &InputUser) -> InputPeer {
    match user {
        InputUser::Empty => InputPeer::Empty,
        InputUser::InputUserSelf => InputPeer::InputPeerSelf,
        InputUser::User(user) => {
            types::InputPeerUser { user_id: user.user_id, access_hash: user.access_hash }.into()
        }
        InputUser::FromMessage(user) => types::InputPeerUserFromMessage {
            peer: user.peer.clone(),
            msg_id: user.msg_id,
            user_id: user.user_id,
        }
        .into(),
    }
}

pub(crate) fn of_channel(channel: &InputChannel) -> InputPeer {
    match channel {
        InputChannel::Empty => InputPeer::Empty,
        InputChannel::Channel(channel) => {
            types::InputPeerChannel { channel_id: channel.channel_id, access_hash: channel.access_hash }
                .into()
        }
        InputChannel::FromMessage(channel) => types::InputPeerChannelFromMessage {
            peer: channel.peer.clone(),
            msg_id: channel.msg_id,
            channel_id: channel.channel_id,
        }
        .into(),
    }
}

pub(crate) fn send_as(peers: &[enums::SendAsPeer]) -> Vec<Peer> {
    peers.iter().map(|enums::SendAsPeer::Peer(peer)| peer.peer.clone()).collect()
}

pub(crate) fn first(peers: &[Peer]) -> Peer {
    peers.first().cloned().unwrap_or_default()
}

/// The user's id; 0 for other peers, which the layer cannot name.
pub(crate) fn user_id(peer: &Peer) -> i64 {
    match peer {
        Peer::User(user) => user.user_id,
        Peer::Chat(_) | Peer::Channel(_) => 0,
    }
}

/// The ids of the users among the peers.
pub(crate) fn user_ids_option(peers: &Option<Vec<Peer>>) -> Option<Vec<i64>> {
    Some(peers.as_ref()?.iter().map(user_id).filter(|id| *id != 0).collect())
}

pub(crate) fn chat_id_option(peer: &Option<Peer>) -> Option<i64> {
    match peer.as_ref()? {
        Peer::Chat(chat) => Some(chat.chat_id),
        Peer::Channel(channel) => Some(channel.channel_id),
        Peer::User(_) => None,
    }
}

pub(crate) fn chat_id(peer: &Option<Peer>) -> i64 {
    chat_id_option(peer).unwrap_or_default()
}

/// The editable username, or else the first, as layers with one username know it.
pub(crate) fn username(usernames: &[enums::Username]) -> String {
    let names = || usernames.iter().map(|enums::Username::Username(name)| name);
    let chosen = names().find(|name| name.editable).or_else(|| names().next());
    chosen.map(|name| name.username.clone()).unwrap_or_default()
}

pub(crate) fn of_user_option(user: &Option<InputUser>) -> Option<InputPeer> {
    user.as_ref().map(of_user)
}

/// Until layer 91 only basic groups had invite links to export.
pub(crate) fn of_chat(chat_id: &i32) -> InputPeer {
    types::InputPeerChat { chat_id: i64::from(*chat_id) }.into()
}

/// Users by their ids alone, whom the server finds among the participants.
pub(crate) fn of_user_ids(ids: &[i32]) -> Vec<InputPeer> {
    let of_id = |id: &i32| types::InputPeerUser { user_id: i64::from(*id), access_hash: 0 }.into();
    ids.iter().map(of_id).collect()
}

pub(crate) fn oneself() -> InputPeer {
    InputPeer::InputPeerSelf
}

/// The user; an empty one for other peers.
pub(crate) fn input_user(peer: &InputPeer) -> InputUser {
    match peer {
        InputPeer::InputPeerSelf => InputUser::InputUserSelf,
        InputPeer::User(user) => {
            types::InputUser { user_id: user.user_id, access_hash: user.access_hash }.into()
        }
        InputPeer::UserFromMessage(user) => types::InputUserFromMessage {
            peer: user.peer.clone(),
            msg_id: user.msg_id,
            user_id: user.user_id,
        }
        .into(),
        _ => InputUser::Empty,
    }
}

pub(crate) fn dialog(peer: &InputPeer) -> enums::InputDialogPeer {
    types::InputDialogPeer { peer: peer.clone() }.into()
}

pub(crate) fn dialogs(peers: &[InputPeer]) -> Vec<enums::InputDialogPeer> {
    peers.iter().map(dialog).collect()
}

/// The peer of a dialog; of folders, which layers before 76 do not know, nobody.
pub(crate) fn of_dialog(dialog: &enums::DialogPeer) -> Peer {
    match dialog {
        enums::DialogPeer::Peer(dialog) => dialog.peer.clone(),
        _ => Peer::default(),
    }
}

pub(crate) fn of_dialogs_option(dialogs: &Option<Vec<enums::DialogPeer>>) -> Option<Vec<Peer>> {
    let is_peer = |dialog: &&enums::DialogPeer| matches!(dialog, enums::DialogPeer::Peer(_));
    Some(dialogs.as_ref()?.iter().filter(is_peer).map(of_dialog).collect())
}

/// Until layer 118 a message named its sender, a user, also in private chats. Channels that send are left out.
pub(crate) fn sender(from: &Option<Peer>, chat: &Peer, out: &bool, viewer: Option<i64>) -> Option<i64> {
    match (from, chat) {
        (Some(Peer::User(user)), _) => Some(user.user_id),
        (None, Peer::User(_)) if *out => viewer,
        (None, Peer::User(user)) => Some(user.user_id),
        _ => None,
    }
}

/// Until layer 118 a message named its receiver: in a private chat that is who reads it, unless he sent it.
pub(crate) fn receiver(chat: &Peer, out: &bool, viewer: Option<i64>) -> Peer {
    match (chat, viewer) {
        (Peer::User(_), Some(user_id)) if !*out => types::PeerUser { user_id }.into(),
        _ => chat.clone(),
    }
}

pub(crate) fn user_id_option(peer: &Option<Peer>) -> Option<i64> {
    match peer.as_ref()? {
        Peer::User(user) => Some(user.user_id),
        Peer::Chat(_) | Peer::Channel(_) => None,
    }
}

pub(crate) fn user_id_or_zero(peer: &Option<Peer>) -> i64 {
    user_id_option(peer).unwrap_or_default()
}

pub(crate) fn channel_id_option(peer: &Option<Peer>) -> Option<i64> {
    match peer.as_ref()? {
        Peer::Channel(channel) => Some(channel.channel_id),
        Peer::User(_) | Peer::Chat(_) => None,
    }
}

/// The users among those who are blocked.
pub(crate) fn blocked_users(blocked: &[enums::PeerBlocked]) -> Vec<enums::ContactBlocked> {
    let of_user = |enums::PeerBlocked::Blocked(blocked): &enums::PeerBlocked| match &blocked.peer_id {
        Peer::User(user) => {
            let user_id = i32::try_from(user.user_id).ok()?;
            Some(types::ContactBlocked { user_id, date: blocked.date }.into())
        }
        Peer::Chat(_) | Peer::Channel(_) => None,
    };
    blocked.iter().filter_map(of_user).collect()
}

/// A user by his id, which has 32 bits until layer 132.
pub(crate) fn user(id: &(impl Copy + Into<i64>)) -> Peer {
    types::PeerUser { user_id: (*id).into() }.into()
}

pub(crate) fn some_user(id: &i64) -> Option<Peer> {
    Some(user(id))
}

pub(crate) fn user_option(id: &Option<impl Copy + Into<i64>>) -> Option<Peer> {
    id.as_ref().map(user)
}

pub(crate) fn users_option(ids: &Option<Vec<impl Copy + Into<i64>>>) -> Option<Vec<Peer>> {
    Some(ids.as_ref()?.iter().map(user).collect())
}

pub(crate) fn id(user: &enums::User) -> i64 {
    match user {
        enums::User::User(user) => user.id,
        enums::User::Empty(user) => user.id,
    }
}

/// The chat of a message that names its sender and its receiver: a private chat is with the other of the two.
pub(crate) fn chat(to: &Peer, from: &Option<i32>, out: &bool) -> Peer {
    match (to, from) {
        (Peer::User(_), Some(from)) if !*out => user(from),
        _ => to.clone(),
    }
}

/// Where a message was forwarded from: of a post that its author signed, the channel.
pub(crate) fn origin(user_id: &Option<i32>, channel_id: &Option<i32>) -> Option<Peer> {
    match channel_id {
        Some(id) => Some(types::PeerChannel { channel_id: i64::from(*id) }.into()),
        None => user_option(user_id),
    }
}

/// Where a group call is. The id alone does not tell a channel from a basic group.
pub(crate) fn of_call(id: &(impl Copy + Into<i64>)) -> Option<Peer> {
    Some(types::PeerChannel { channel_id: (*id).into() }.into())
}

pub(crate) fn of_call_option(id: &Option<i64>) -> Option<Peer> {
    id.as_ref().and_then(of_call)
}

/// Until layer 146 a user had one name, or none.
pub(crate) fn usernames(username: &str) -> Vec<enums::Username> {
    let name =
        types::Username { editable: true, active: true, username: username.to_owned(), ..Default::default() };
    if username.is_empty() { Vec::new() } else { vec![name.into()] }
}

pub(crate) fn of_send_as(peers: &[Peer]) -> Vec<enums::SendAsPeer> {
    let send_as = |peer: &Peer| types::SendAsPeer { premium_required: false, peer: peer.clone() }.into();
    peers.iter().map(send_as).collect()
}

pub(crate) fn of_blocked_users(blocked: &[enums::ContactBlocked]) -> Vec<enums::PeerBlocked> {
    let of_user = |enums::ContactBlocked::Blocked(blocked): &enums::ContactBlocked| {
        types::PeerBlocked { peer_id: user(&blocked.user_id), date: blocked.date }.into()
    };
    blocked.iter().map(of_user).collect()
}

pub(crate) fn to_dialog(peer: &Peer) -> enums::DialogPeer {
    types::DialogPeer { peer: peer.clone() }.into()
}

pub(crate) fn to_dialogs_option(peers: &Option<Vec<Peer>>) -> Option<Vec<enums::DialogPeer>> {
    Some(peers.as_ref()?.iter().map(to_dialog).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    fn name(username: &str, editable: bool) -> enums::Username {
        types::Username { editable, active: true, username: username.into(), ..Default::default() }.into()
    }

    #[test]
    fn the_editable_username_is_the_username() {
        assert_eq!(username(&[name("bought", false), name("own", true)]), "own");
        assert_eq!(username(&[name("bought", false), name("other", false)]), "bought");
        assert_eq!(username(&[]), "");
    }

    #[test]
    fn users_and_channels_keep_their_kind_as_peers() {
        assert_same(of_user(&InputUser::InputUserSelf), InputPeer::InputPeerSelf);
        let user = types::InputUser { user_id: 1, access_hash: 2 };
        assert_same(of_user(&user.into()), types::InputPeerUser { user_id: 1, access_hash: 2 }.into());
        let channel =
            types::InputChannelFromMessage { peer: InputPeer::InputPeerSelf, msg_id: 3, channel_id: 4 };
        let peer =
            types::InputPeerChannelFromMessage { peer: InputPeer::InputPeerSelf, msg_id: 3, channel_id: 4 };
        assert_same(of_channel(&channel.into()), peer.into());
    }

    #[test]
    fn only_users_have_user_ids() {
        let peers = vec![types::PeerUser { user_id: 1 }.into(), types::PeerChannel { channel_id: 2 }.into()];
        assert_eq!(user_ids_option(&Some(peers)), Some(vec![1]));
        assert_eq!(chat_id(&Some(types::PeerUser { user_id: 1 }.into())), 0);
        assert_eq!(chat_id(&Some(types::PeerChannel { channel_id: 2 }.into())), 2);
    }

    #[test]
    fn private_messages_name_both_sides_to_old_layers() {
        let other = Peer::from(types::PeerUser { user_id: 5 });
        let ids = |out: bool| {
            let to = receiver(&other, &out, Some(7));
            (sender(&None, &other, &out, Some(7)), user_id(&to))
        };
        assert_eq!(ids(false), (Some(5), 7));
        assert_eq!(ids(true), (Some(7), 5));
        let group = Peer::from(types::PeerChat { chat_id: 9 });
        assert_same(receiver(&group, &false, Some(7)), group.clone());
        assert_eq!(sender(&Some(other), &group, &false, Some(7)), Some(5));
        assert_eq!(sender(&None, &group, &false, Some(7)), None);
    }

    /// To and fro for both sides: the chat is with the other, whoever of the two reads.
    #[test]
    fn private_messages_name_the_chat_again() {
        let other = user(&5);
        for out in [false, true] {
            let from = sender(&None, &other, &out, Some(7)).and_then(|id| i32::try_from(id).ok());
            let to = receiver(&other, &out, Some(7));
            assert_same(chat(&to, &from, &out), other.clone());
        }
        let group = Peer::from(types::PeerChat { chat_id: 9 });
        assert_same(chat(&group, &Some(5), &false), group);
    }

    #[test]
    fn forwarded_posts_are_of_the_channel() {
        let channel = Peer::from(types::PeerChannel { channel_id: 9 });
        assert_same(origin(&Some(5), &Some(9)), Some(channel));
        assert_same(origin(&Some(5), &None), Some(user(&5)));
        assert_same(origin(&None, &None), None);
    }

    #[test]
    fn users_without_a_name_have_none() {
        assert_eq!(username(&usernames("name")), "name");
        assert!(usernames("").is_empty());
        assert_eq!(user_ids_option(&users_option(&Some(vec![5, 6]))), Some(vec![5, 6]));
        assert_eq!(chat_id(&of_call_option(&Some(5))), 5);
    }

    #[test]
    fn who_is_blocked_is_a_user() {
        let blocked = vec![enums::ContactBlocked::from(types::ContactBlocked { user_id: 5, date: 6 })];
        assert_same(blocked_users(&of_blocked_users(&blocked)), blocked);
    }

    #[test]
    fn messages_of_layer_82_are_read_by_their_receiver() {
        let message = types::Message {
            peer_id: types::PeerUser { user_id: 5 }.into(),
            message: "hi".into(),
            ..Default::default()
        };
        let mut encoder = crate::Encoder::new(82).for_viewer(Some(7));
        crate::Encode::encode(&enums::Message::from(message), &mut encoder);
        let bytes = encoder.finish().unwrap();
        let mut reader = crate::Reader::new(&bytes);
        assert_eq!(reader.word().unwrap(), 0x44f9_b43d);
        let older = crate::older::Message_44f9b43d::decode_body(&mut reader, u32::MAX).unwrap();
        assert_eq!(older.from_id, Some(5));
        assert!(matches!(older.to_id, Peer::User(user) if user.user_id == 7));
        let enums::Message::Message(newest) = crate::decode_exact(&bytes).unwrap() else { panic!() };
        assert_same(newest.peer_id, user(&5));
    }

    #[test]
    fn folders_are_no_peers() {
        let folder = types::DialogPeerFolder { folder_id: 1 }.into();
        let peer = types::DialogPeer { peer: types::PeerUser { user_id: 5 }.into() }.into();
        assert_eq!(of_dialogs_option(&Some(vec![folder, peer])).map(|peers| peers.len()), Some(1));
    }
}
