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

/// Layer 176 could not exclude users.
pub(crate) fn older_recipients(
    enums::BusinessBotRecipients::Recipients(recipients): &enums::BusinessBotRecipients,
) -> enums::BusinessRecipients {
    types::BusinessRecipients {
        existing_chats: recipients.existing_chats,
        new_chats: recipients.new_chats,
        contacts: recipients.contacts,
        non_contacts: recipients.non_contacts,
        exclude_selected: recipients.exclude_selected,
        users: recipients.users.clone(),
    }
    .into()
}

pub(crate) fn recipients(
    enums::InputBusinessRecipients::Recipients(recipients): &enums::InputBusinessRecipients,
) -> enums::InputBusinessBotRecipients {
    types::InputBusinessBotRecipients {
        existing_chats: recipients.existing_chats,
        new_chats: recipients.new_chats,
        contacts: recipients.contacts,
        non_contacts: recipients.non_contacts,
        exclude_selected: recipients.exclude_selected,
        users: recipients.users.clone(),
        exclude_users: None,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn the_right_to_reply_goes_there_and_back() {
        assert!(may_reply(&rights(&true)));
        assert_same(rights(&false), None);
        let others = types::BusinessBotRights { read_messages: true, ..Default::default() };
        assert!(!may_reply(&Some(others.into())));
    }

    #[test]
    fn a_page_is_sent_as_its_text() {
        let page = types::BotInlineMessageMediaWebPage { message: "m".into(), ..Default::default() };
        let Some(enums::BotInlineMessage::Text(text)) = inline_message(&page.into(), 158) else { panic!() };
        assert_eq!(text.message, "m");
    }
}
