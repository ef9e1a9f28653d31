//! Themes of chats: emoji until layer 213, objects since.

use crate::{enums, types};
use enums::{ChatTheme, InputChatTheme};

pub(crate) fn of_emoticon(emoticon: &str) -> InputChatTheme {
    match emoticon {
        "" => InputChatTheme::Empty,
        emoticon => types::InputChatTheme { emoticon: emoticon.to_owned() }.into(),
    }
}

/// The emoji; empty for the themes of gifts.
pub(crate) fn emoticon(theme: &ChatTheme) -> String {
    match theme {
        ChatTheme::Theme(theme) => theme.emoticon.clone(),
        ChatTheme::UniqueGift(_) => String::new(),
    }
}

pub(crate) fn emoticon_option(theme: &Option<ChatTheme>) -> Option<String> {
    theme.as_ref().map(emoticon).filter(|emoticon| !emoticon.is_empty())
}

/// The theme of a gift is no theme to older layers.
pub(crate) fn stand_in(_: &ChatTheme, _: i32) -> Option<ChatTheme> {
    Some(types::ChatTheme::default().into())
}
