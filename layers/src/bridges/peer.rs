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

pub(crate) fn empty_user(id: &i64) -> enums::User {
    types::UserEmpty { id: *id }.into()
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
}
