//! What a message replies to: ids until layer 165, an object since.

use crate::{enums, types};

pub(crate) fn to_message_id(id: &i32) -> enums::InputReplyTo {
    types::InputReplyToMessage { reply_to_msg_id: *id, ..Default::default() }.into()
}

/// A topic alone is a reply to its first message: `top_msg_id` came without `reply_to_msg_id` when a
/// message was sent to a topic.
pub(crate) fn to_message(reply_to: &Option<i32>, top: &Option<i32>) -> Option<enums::InputReplyTo> {
    let reply_to_msg_id = (*reply_to).or(*top)?;
    Some(types::InputReplyToMessage { reply_to_msg_id, top_msg_id: *top, ..Default::default() }.into())
}

pub(crate) fn message_id(reply: &Option<enums::InputReplyTo>) -> Option<i32> {
    match reply.as_ref()? {
        enums::InputReplyTo::Message(reply) => Some(reply.reply_to_msg_id),
        _ => None,
    }
}
