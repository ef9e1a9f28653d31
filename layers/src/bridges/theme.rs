//! Themes of chats: emoji until layer 213, objects since.

use crate::{enums, types};
use enums::{ChatTheme, InputChatTheme, WebPageAttribute};

pub(crate) fn of_emoticon(emoticon: &str) -> InputChatTheme {
    match emoticon {
        "" => InputChatTheme::Empty,
        emoticon => types::InputChatTheme { emoticon: emoticon.to_owned() }.into(),
    }
}

/// A theme without colours: in layer 133 that of a chat came with two, and now its emoji is all that is known.
pub(crate) fn named(emoticon: &str) -> enums::Theme {
    types::Theme { title: emoticon.to_owned(), ..Default::default() }.into()
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

pub(crate) fn chat_theme(emoticon: &str) -> ChatTheme {
    types::ChatTheme { emoticon: emoticon.to_owned() }.into()
}

pub(crate) fn chat_theme_option(emoticon: &Option<String>) -> Option<ChatTheme> {
    emoticon.as_deref().map(chat_theme)
}

/// The files of a theme that a page shows: of the page in layers 105 and 106, of an attribute since.
pub(crate) fn attributes(documents: &Option<Vec<enums::Document>>) -> Option<Vec<WebPageAttribute>> {
    let documents = documents.clone();
    documents.map(|documents| {
        vec![types::WebPageAttributeTheme { documents: Some(documents), settings: None }.into()]
    })
}

pub(crate) fn documents(attributes: &Option<Vec<WebPageAttribute>>) -> Option<Vec<enums::Document>> {
    attributes.as_ref()?.iter().find_map(|attribute| match attribute {
        WebPageAttribute::Theme(theme) => theme.documents.clone(),
        _ => None,
    })
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
        assert_eq!(emoticon_option(&chat_theme_option(&Some("a".into()))).as_deref(), Some("a"));
    }

    #[test]
    fn the_files_of_a_theme_go_there_and_back() {
        let files = Some(vec![enums::Document::from(types::DocumentEmpty { id: 5 })]);
        assert_same(documents(&attributes(&files)), files);
        assert_same(attributes(&None), None);
    }
}
