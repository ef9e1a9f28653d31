//! Whom a client means.

use piltover_layers::enums;

use super::App;
use crate::dispatch::RpcError;
use crate::store::MessageRef;

impl App {
    /// The user whom an `InputUser` means. None for one that names nobody, or with a wrong access hash.
    pub(super) async fn input_user(
        &self,
        viewer: i64,
        input: &enums::InputUser,
    ) -> Result<Option<i64>, RpcError> {
        Ok(match input {
            enums::InputUser::Empty => None,
            enums::InputUser::InputUserSelf => Some(viewer),
            enums::InputUser::User(user) => self.checked(viewer, user.user_id, user.access_hash),
            enums::InputUser::FromMessage(user) => {
                self.seen_in_message(viewer, user.msg_id, user.user_id).await?
            }
        })
    }

    /// The user whom an `InputPeer` means.
    ///
    /// There are no groups and channels here yet: those that a client names do not exist.
    pub(super) async fn input_peer(&self, viewer: i64, input: &enums::InputPeer) -> Result<i64, RpcError> {
        let peer = match input {
            enums::InputPeer::InputPeerSelf => Some(viewer),
            enums::InputPeer::User(user) => self.checked(viewer, user.user_id, user.access_hash),
            enums::InputPeer::UserFromMessage(user) => {
                self.seen_in_message(viewer, user.msg_id, user.user_id).await?
            }
            enums::InputPeer::Chat(_) => return Err(RpcError::bad_request("CHAT_ID_INVALID")),
            enums::InputPeer::Channel(_) | enums::InputPeer::ChannelFromMessage(_) => {
                return Err(RpcError::bad_request("CHANNEL_INVALID"));
            }
            enums::InputPeer::Empty => None,
        };
        peer.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))
    }

    fn checked(&self, viewer: i64, user_id: i64, access_hash: i64) -> Option<i64> {
        // Many clients name themselves by id, without a hash.
        let is_right = user_id == viewer || self.renderer.access_hash(viewer, user_id) == access_hash;
        is_right.then_some(user_id)
    }

    /// A user of whom the client has seen no more than a message.
    async fn seen_in_message(&self, viewer: i64, msg_id: i32, user_id: i64) -> Result<Option<i64>, RpcError> {
        let (messages, _) = self.store.messages(viewer, vec![MessageRef::Id(msg_id)]).await?;
        let is_named =
            messages.iter().flatten().any(|message| [message.sender, message.peer].contains(&user_id));
        Ok(is_named.then_some(user_id))
    }
}
