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

/// The message that a header points to; a story has no id among messages.
pub(crate) fn header_id(header: &Option<enums::MessageReplyHeader>) -> Option<i32> {
    match header.as_ref()? {
        enums::MessageReplyHeader::Header(header) => header.reply_to_msg_id,
        _ => None,
    }
}

pub(crate) fn header(id: &Option<i32>) -> Option<enums::MessageReplyHeader> {
    let header = types::MessageReplyHeader { reply_to_msg_id: *id, ..Default::default() };
    id.is_some().then(|| header.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Encode, decode_exact, decode_request, functions, older};

    fn reply(id: i32, top: Option<i32>) -> enums::InputReplyTo {
        types::InputReplyToMessage { reply_to_msg_id: id, top_msg_id: top, ..Default::default() }.into()
    }

    #[test]
    fn a_topic_alone_is_a_reply_to_its_first_message() {
        assert_same(to_message(&Some(5), &None), Some(reply(5, None)));
        assert_same(to_message(&Some(5), &Some(3)), Some(reply(5, Some(3))));
        assert_same(to_message(&None, &Some(3)), Some(reply(3, Some(3))));
        assert_same(to_message(&None, &None), None);
        assert_eq!((header_id(&header(&Some(5))), header_id(&header(&None))), (Some(5), None));
    }

    #[test]
    fn a_request_of_layer_158_replies() {
        // messages.sendMessage#1cc20387, flags with reply_to_msg_id, to oneself, "hi".
        let words = [0x1cc2_0387u32, 1, 0x7da0_7ec9, 42, u32::from_le_bytes(*b"\x02hi\0"), 7, 0];
        let bytes = words.map(u32::to_le_bytes).concat();
        let request: functions::messages::SendMessage = decode_request(&bytes).unwrap();
        assert_same(request.reply_to, Some(reply(42, None)));
        let request: older::messages::SendMessage_1cc20387 = decode_request(&bytes).unwrap();
        assert_eq!((request.reply_to_msg_id, request.top_msg_id), (Some(42), None));
    }

    #[test]
    fn drafts_keep_the_message_that_they_reply_to() {
        let draft =
            |reply_to| enums::DraftMessage::from(types::DraftMessage { reply_to, ..Default::default() });
        let through_158 = |reply_to| {
            let bytes = draft(reply_to).to_bytes(158).unwrap();
            match decode_exact(&bytes).unwrap() {
                enums::DraftMessage::Message(draft) => draft.reply_to,
                enums::DraftMessage::Empty(_) => panic!("a draft became empty"),
            }
        };
        assert_same(through_158(Some(reply(5, None))), Some(reply(5, None)));
        // A reply to a story has no form there.
        let story = types::InputReplyToStory { peer: enums::InputPeer::InputPeerSelf, story_id: 9 };
        assert_same(through_158(Some(story.into())), None);
    }
}
