//! Bots: rights in the place of one bit (layer 201), inline messages, web views.

use crate::{enums, types};

/// `can_reply` became one of several rights.
pub(crate) fn rights(can_reply: &bool) -> Option<enums::BusinessBotRights> {
    can_reply.then(|| types::BusinessBotRights { reply: true, ..Default::default() }.into())
}

pub(crate) fn required_rights(can_reply: &bool) -> enums::BusinessBotRights {
    types::BusinessBotRights { reply: *can_reply, ..Default::default() }.into()
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

/// The recipients of layer 176, which could not exclude users, and the newest, copied from one to the other.
macro_rules! recipients {
    ($form:ident, $recipients:ident, $($other:tt)*) => {
        types::$form {
            existing_chats: $recipients.existing_chats,
            new_chats: $recipients.new_chats,
            contacts: $recipients.contacts,
            non_contacts: $recipients.non_contacts,
            exclude_selected: $recipients.exclude_selected,
            users: $recipients.users.clone(),
            $($other)*
        }
        .into()
    };
}

pub(crate) fn older_recipients(
    enums::BusinessBotRecipients::Recipients(recipients): &enums::BusinessBotRecipients,
) -> enums::BusinessRecipients {
    recipients!(BusinessRecipients, recipients,)
}

pub(crate) fn of_older_recipients(
    enums::BusinessRecipients::Recipients(recipients): &enums::BusinessRecipients,
) -> enums::BusinessBotRecipients {
    recipients!(BusinessBotRecipients, recipients, exclude_users: None)
}

pub(crate) fn recipients(
    enums::InputBusinessRecipients::Recipients(recipients): &enums::InputBusinessRecipients,
) -> enums::InputBusinessBotRecipients {
    recipients!(InputBusinessBotRecipients, recipients, exclude_users: None)
}

/// Layer 227 told the page to pass with its address, which the query's id finds.
pub(crate) fn query_id(enums::WebViewResult::Url(view): &enums::WebViewResult) -> i64 {
    view.query_id.unwrap_or_default()
}

pub(crate) fn web_view(query_id: &i64) -> enums::WebViewResult {
    types::WebViewResultUrl { query_id: Some(*query_id), ..Default::default() }.into()
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
        assert!(can_reply(&required_rights(&true)) && !can_reply(&required_rights(&false)));
    }

    #[test]
    fn recipients_go_there_and_back() {
        let older = types::BusinessRecipients { contacts: true, users: Some(vec![5]), ..Default::default() };
        let older = enums::BusinessRecipients::from(older);
        assert_same(older_recipients(&of_older_recipients(&older)), older);
        assert_eq!(query_id(&web_view(&7)), 7);
    }

    #[test]
    fn a_page_is_sent_as_its_text() {
        let page = types::BotInlineMessageMediaWebPage { message: "m".into(), ..Default::default() };
        let Some(enums::BotInlineMessage::Text(text)) = inline_message(&page.into(), 158) else { panic!() };
        assert_eq!(text.message, "m");
    }
}
