//! Bots: rights in the place of one bit (layer 201), inline messages.

use crate::{enums, types};

/// `can_reply` became one of several rights.
pub(crate) fn rights(can_reply: &bool) -> Option<enums::BusinessBotRights> {
    can_reply.then(|| types::BusinessBotRights { reply: true, ..Default::default() }.into())
}

pub(crate) fn may_reply(rights: &Option<enums::BusinessBotRights>) -> bool {
    rights.as_ref().is_some_and(can_reply)
}

pub(crate) fn can_reply(rights: &enums::BusinessBotRights) -> bool {
    let enums::BusinessBotRights::Rights(rights) = rights;
    rights.reply
}

/// Web pages and rich messages are shown as their text.
pub(crate) fn inline_message(message: &enums::BotInlineMessage, _: i32) -> Option<enums::BotInlineMessage> {
    match message {
        enums::BotInlineMessage::MediaWebPage(page) => Some(
            types::BotInlineMessageText {
                no_webpage: false,
                invert_media: page.invert_media,
                message: page.message.clone(),
                entities: page.entities.clone(),
                reply_markup: page.reply_markup.clone(),
            }
            .into(),
        ),
        _ => Some(types::BotInlineMessageText::default().into()),
    }
}
