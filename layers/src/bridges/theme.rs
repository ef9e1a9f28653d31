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

/// In layers 109 to 131 messages had a colour at the top and one at the bottom.
pub(crate) fn colors(top: &Option<i32>, bottom: &Option<i32>) -> Option<Vec<i32>> {
    let colors: Vec<i32> = [*top, *bottom].into_iter().flatten().collect();
    (!colors.is_empty()).then_some(colors)
}

pub(crate) fn top_color(colors: &Option<Vec<i32>>) -> Option<i32> {
    colors.as_ref()?.first().copied()
}

pub(crate) fn bottom_color(colors: &Option<Vec<i32>>) -> Option<i32> {
    colors.as_ref()?.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn no_emoji_is_no_theme() {
        assert_same(of_emoticon(""), InputChatTheme::Empty);
        assert_same(of_emoticon("a"), types::InputChatTheme { emoticon: "a".into() }.into());
        assert_eq!(emoticon_option(&Some(types::ChatTheme { emoticon: String::new() }.into())), None);
        assert_eq!(
            emoticon_option(&Some(types::ChatTheme { emoticon: "a".into() }.into())).as_deref(),
            Some("a")
        );
    }
}
