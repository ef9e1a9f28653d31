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
        let older = crate::older::Message_44f9b43d::decode_body(&mut reader).unwrap();
        assert_eq!(older.from_id, Some(5));
        assert!(matches!(older.to_id, Peer::User(user) if user.user_id == 7));
    }

    #[test]
    fn folders_are_no_peers() {
        let folder = types::DialogPeerFolder { folder_id: 1 }.into();
        let peer = types::DialogPeer { peer: types::PeerUser { user_id: 5 }.into() }.into();
        assert_eq!(of_dialogs_option(&Some(vec![folder, peer])).map(|peers| peers.len()), Some(1));
    }
}
