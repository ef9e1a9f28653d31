//! Channels, communities (layer 228), sponsored messages, the admin log.

use crate::{enums, types};

/// Communities appear as groups in which one is not.
pub(crate) fn community(chat: &enums::Chat, _: i32) -> Option<enums::Chat> {
    let (id, title) = match chat {
        enums::Chat::Community(community) => (community.id, community.title.clone()),
        enums::Chat::CommunityForbidden(community) => (community.id, community.title.clone()),
        _ => return None,
    };
    Some(types::ChatForbidden { id, title }.into())
}

/// An action that the layer cannot name is shown as a change of the description that changed nothing:
/// the entry, its author and its date remain.
pub(crate) fn log_event(
    _: &enums::ChannelAdminLogEventAction,
    _: i32,
) -> Option<enums::ChannelAdminLogEventAction> {
    Some(types::ChannelAdminLogEventActionChangeAbout::default().into())
}

/// Before layer 148 no messages were an empty list.
pub(crate) fn no_sponsored_messages(
    _: &enums::messages::SponsoredMessages,
    _: i32,
) -> Option<enums::messages::SponsoredMessages> {
    Some(types::messages::SponsoredMessages::default().into())
}

/// Where a sponsored message leads: to a page, or a chat by its invite link. Until layer 177 a peer could stand there
/// alone, which has no address.
pub(crate) fn sponsored_url(
    page: &Option<enums::SponsoredWebPage>,
    chat_invite_hash: &Option<String>,
) -> String {
    match (page, chat_invite_hash) {
        (Some(enums::SponsoredWebPage::Page(page)), _) => page.url.clone(),
        (None, Some(hash)) => super::config::link_prefix() + "+" + hash,
        (None, None) => String::new(),
    }
}

/// Where a sponsored message leads, as a page: in layers 160 to 177 other addresses had no place.
pub(crate) fn sponsored_page(
    url: &str,
    title: &str,
    photo: &Option<enums::Photo>,
) -> Option<enums::SponsoredWebPage> {
    let (url, site_name, photo) = (url.to_owned(), title.to_owned(), photo.clone());
    (!url.is_empty()).then(|| types::SponsoredWebPage { url, site_name, photo }.into())
}

pub(crate) fn sponsored_title(
    page: &Option<enums::SponsoredWebPage>,
    chat_invite: &Option<enums::ChatInvite>,
) -> String {
    match (page, chat_invite) {
        (Some(enums::SponsoredWebPage::Page(page)), _) => page.site_name.clone(),
        (None, Some(enums::ChatInvite::Invite(invite))) => invite.title.clone(),
        _ => String::new(),
    }
}

pub(crate) fn sponsored_photo(
    page: &Option<enums::SponsoredWebPage>,
    chat_invite: &Option<enums::ChatInvite>,
) -> Option<enums::Photo> {
    match (page, chat_invite) {
        (Some(enums::SponsoredWebPage::Page(page)), _) => page.photo.clone(),
        (None, Some(enums::ChatInvite::Invite(invite))) => Some(invite.photo.clone()),
        _ => None,
    }
}

/// Before layer 116 a chat could not be looked into before joining it.
pub(crate) fn invite(invite: &enums::ChatInvite, _: i32) -> Option<enums::ChatInvite> {
    let enums::ChatInvite::Peek(peek) = invite else { return None };
    Some(types::ChatInviteAlready { chat: peek.chat.clone() }.into())
}

/// Before layer 62 lists of chats came whole.
pub(crate) fn chats(chats: &enums::messages::Chats, _: i32) -> Option<enums::messages::Chats> {
    let enums::messages::Chats::Slice(slice) = chats else { return None };
    Some(types::messages::Chats { chats: slice.chats.clone() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn a_community_is_a_group_in_which_one_is_not() {
        let community = types::CommunityForbidden { id: 5, access_hash: Some(6), title: "c".into() };
        let chat = types::ChatForbidden { id: 5, title: "c".into() };
        assert_same(super::community(&community.into(), 200), Some(chat.into()));
        assert_same(super::community(&types::ChatEmpty { id: 5 }.into(), 200), None);
    }

    #[test]
    fn a_sponsored_message_leads_to_a_page_or_a_chat() {
        let (url, site_name) = ("https://example.org/".to_owned(), "Example".to_owned());
        let page = Some(types::SponsoredWebPage { url, site_name, photo: None }.into());
        assert_eq!(sponsored_url(&page, &None), "https://example.org/");
        assert_eq!(sponsored_title(&page, &None), "Example");
        assert_same(sponsored_page("https://example.org/", "Example", &None), page.clone());
        assert_same(sponsored_page("", "Example", &None), None);
        let invite = Some(types::ChatInvite { title: "Chat".into(), ..Default::default() }.into());
        assert_eq!(sponsored_url(&None, &Some("hash".into())), "https://t.me/+hash");
        assert_eq!(sponsored_title(&None, &invite), "Chat");
        assert!(sponsored_photo(&None, &invite).is_some() && sponsored_photo(&page, &invite).is_none());
    }
}
