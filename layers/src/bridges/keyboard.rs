//! Buttons: one type with a constructor for each kind until layer 228, two types with a kind inside since.

// Buttons had a style for a few layers only; the fields of these structs depend on which are shipped.
#![allow(clippy::needless_update)]

use crate::{enums, types};
use enums::{ButtonType, InlineButtonType, KeyboardButton};

/// Older layers' `keyboardButton` has no kind.
pub(crate) fn plain() -> ButtonType {
    ButtonType::Default
}

/// A kind of peer that cannot be asked for is asked for as a user.
pub(crate) fn peer_type(_: &enums::RequestPeerType, _: i32) -> Option<enums::RequestPeerType> {
    Some(types::RequestPeerTypeUser::default().into())
}

/// A button of a reply keyboard as older layers name it; none where it is a plain one there too.
pub(crate) fn reply_button(button: &KeyboardButton, _: i32) -> Option<KeyboardButton> {
    let KeyboardButton::Button(button) = button else { return None };
    let text = button.text.clone();
    Some(match &button.r#type {
        ButtonType::RequestPhone => types::KeyboardButtonRequestPhone { text, ..Default::default() }.into(),
        ButtonType::RequestGeoLocation => {
            types::KeyboardButtonRequestGeoLocation { text, ..Default::default() }.into()
        }
        ButtonType::RequestPoll(poll) => {
            types::KeyboardButtonRequestPoll { quiz: poll.quiz, text, ..Default::default() }.into()
        }
        ButtonType::RequestPeer(peer) => types::KeyboardButtonRequestPeer {
            text,
            button_id: peer.button_id,
            peer_type: peer.peer_type.clone(),
            max_quantity: peer.max_quantity,
            ..Default::default()
        }
        .into(),
        ButtonType::SimpleWebView(view) => {
            types::KeyboardButtonSimpleWebView { text, url: view.url.clone(), ..Default::default() }.into()
        }
        _ => return None,
    })
}

/// Rows of inline buttons for layers that have one type of button.
pub(crate) fn rows(rows: &[enums::KeyboardInlineButtonRow]) -> Vec<enums::KeyboardButtonRow> {
    let row = |enums::KeyboardInlineButtonRow::Row(row): &enums::KeyboardInlineButtonRow| {
        let buttons = row.buttons.iter().map(inline_down).collect();
        types::KeyboardButtonRow { buttons }.into()
    };
    rows.iter().map(row).collect()
}

/// Rows of one type of button as inline buttons.
pub(crate) fn inline_rows(rows: &[enums::KeyboardButtonRow]) -> Vec<enums::KeyboardInlineButtonRow> {
    let row = |enums::KeyboardButtonRow::Row(row): &enums::KeyboardButtonRow| {
        let buttons = row.buttons.iter().map(inline_up).collect();
        types::KeyboardInlineButtonRow { buttons }.into()
    };
    rows.iter().map(row).collect()
}

fn inline_down(enums::KeyboardInlineButton::Button(button): &enums::KeyboardInlineButton) -> KeyboardButton {
    let text = button.text.clone();
    match &button.r#type {
        InlineButtonType::Url(kind) => {
            types::KeyboardButtonUrl { text, url: kind.url.clone(), ..Default::default() }.into()
        }
        InlineButtonType::UrlAuth(kind) => types::KeyboardButtonUrlAuth {
            text,
            fwd_text: kind.fwd_text.clone(),
            url: kind.url.clone(),
            button_id: kind.button_id,
            ..Default::default()
        }
        .into(),
        InlineButtonType::WebView(kind) => {
            types::KeyboardButtonWebView { text, url: kind.url.clone(), ..Default::default() }.into()
        }
        InlineButtonType::Callback(kind) => types::KeyboardButtonCallback {
            requires_password: kind.requires_password,
            text,
            data: kind.data.clone(),
            ..Default::default()
        }
        .into(),
        InlineButtonType::Game => types::KeyboardButtonGame { text, ..Default::default() }.into(),
        InlineButtonType::Buy => types::KeyboardButtonBuy { text, ..Default::default() }.into(),
        InlineButtonType::SwitchInline(kind) => types::KeyboardButtonSwitchInline {
            same_peer: kind.same_peer,
            text,
            query: kind.query.clone(),
            peer_types: kind.peer_types.clone(),
            ..Default::default()
        }
        .into(),
        InlineButtonType::UserProfile(kind) => {
            types::KeyboardButtonUserProfile { text, user_id: kind.user_id, ..Default::default() }.into()
        }
        InlineButtonType::Copy(kind) => {
            types::KeyboardButtonCopy { text, copy_text: kind.copy_text.clone(), ..Default::default() }.into()
        }
        // What only bots send, and what cannot be pressed, is shown as text.
        InlineButtonType::InputInlineButtonTypeUrlAuth(_)
        | InlineButtonType::InputInlineButtonTypeUserProfile(_)
        | InlineButtonType::Disabled => {
            types::KeyboardButton { style: None, text, r#type: ButtonType::Default }.into()
        }
    }
}

fn inline_up(button: &KeyboardButton) -> enums::KeyboardInlineButton {
    let (text, kind): (&String, InlineButtonType) = match button {
        KeyboardButton::Url(b) => (&b.text, types::InlineButtonTypeUrl { url: b.url.clone() }.into()),
        KeyboardButton::Callback(b) => (
            &b.text,
            types::InlineButtonTypeCallback { requires_password: b.requires_password, data: b.data.clone() }
                .into(),
        ),
        KeyboardButton::SwitchInline(b) => (
            &b.text,
            types::InlineButtonTypeSwitchInline {
                same_peer: b.same_peer,
                query: b.query.clone(),
                peer_types: b.peer_types.clone(),
            }
            .into(),
        ),
        KeyboardButton::Game(b) => (&b.text, InlineButtonType::Game),
        KeyboardButton::Buy(b) => (&b.text, InlineButtonType::Buy),
        KeyboardButton::UrlAuth(b) => (
            &b.text,
            types::InlineButtonTypeUrlAuth {
                fwd_text: b.fwd_text.clone(),
                url: b.url.clone(),
                button_id: b.button_id,
            }
            .into(),
        ),
        KeyboardButton::InputKeyboardButtonUrlAuth(b) => (
            &b.text,
            types::InputInlineButtonTypeUrlAuth {
                request_write_access: b.request_write_access,
                fwd_text: b.fwd_text.clone(),
                url: b.url.clone(),
                bot: Some(b.bot.clone()),
            }
            .into(),
        ),
        KeyboardButton::WebView(b) => (&b.text, types::InlineButtonTypeWebView { url: b.url.clone() }.into()),
        KeyboardButton::SimpleWebView(b) => {
            (&b.text, types::InlineButtonTypeWebView { url: b.url.clone() }.into())
        }
        KeyboardButton::UserProfile(b) => {
            (&b.text, types::InlineButtonTypeUserProfile { user_id: b.user_id }.into())
        }
        KeyboardButton::InputKeyboardButtonUserProfile(b) => {
            (&b.text, types::InputInlineButtonTypeUserProfile { user_id: b.user_id.clone() }.into())
        }
        KeyboardButton::Copy(b) => {
            (&b.text, types::InlineButtonTypeCopy { copy_text: b.copy_text.clone() }.into())
        }
        // These have no sense below a message, and cannot be pressed there.
        KeyboardButton::Button(b) => (&b.text, InlineButtonType::Disabled),
        KeyboardButton::RequestPhone(b) => (&b.text, InlineButtonType::Disabled),
        KeyboardButton::RequestGeoLocation(b) => (&b.text, InlineButtonType::Disabled),
        KeyboardButton::RequestPoll(b) => (&b.text, InlineButtonType::Disabled),
        KeyboardButton::RequestPeer(b) => (&b.text, InlineButtonType::Disabled),
        KeyboardButton::InputKeyboardButtonRequestPeer(b) => (&b.text, InlineButtonType::Disabled),
    };
    types::KeyboardInlineButton { style: None, text: text.clone(), r#type: kind }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Encode, decode_exact};

    fn inline(kind: InlineButtonType) -> enums::KeyboardInlineButtonRow {
        let button = types::KeyboardInlineButton { style: None, text: "press".into(), r#type: kind };
        types::KeyboardInlineButtonRow { buttons: vec![button.into()] }.into()
    }

    /// What every layer knows survives the way to the one type of buttons and back.
    #[test]
    fn inline_buttons_go_there_and_back() {
        let kinds: [InlineButtonType; 6] = [
            types::InlineButtonTypeUrl { url: "u".into() }.into(),
            types::InlineButtonTypeCallback { requires_password: true, data: vec![1] }.into(),
            types::InlineButtonTypeUrlAuth { fwd_text: Some("f".into()), url: "u".into(), button_id: 3 }
                .into(),
            types::InlineButtonTypeSwitchInline { same_peer: true, query: "q".into(), peer_types: None }
                .into(),
            InlineButtonType::Game,
            InlineButtonType::Buy,
        ];
        for kind in kinds {
            let row = vec![inline(kind)];
            assert_same(inline_rows(&rows(&row)), row);
        }
    }

    #[test]
    fn what_cannot_be_pressed_is_text() {
        let [enums::KeyboardButtonRow::Row(row)] = &rows(&[inline(InlineButtonType::Disabled)])[..] else {
            panic!()
        };
        assert!(matches!(&row.buttons[..], [KeyboardButton::Button(button)] if button.text == "press"));
    }

    #[test]
    fn a_reply_button_is_named_by_its_kind_in_older_layers() {
        let button = |kind| {
            KeyboardButton::from(types::KeyboardButton { style: None, text: "t".into(), r#type: kind })
        };
        let through_158 =
            |kind| decode_exact::<KeyboardButton>(&button(kind).to_bytes(158).unwrap()).unwrap();
        assert!(matches!(through_158(ButtonType::RequestPhone), KeyboardButton::RequestPhone(_)));
        assert!(matches!(through_158(ButtonType::RequestGeoLocation), KeyboardButton::RequestGeoLocation(_)));
        assert!(matches!(through_158(ButtonType::Default), KeyboardButton::Button(_)));
        let newest =
            decode_exact::<KeyboardButton>(&button(ButtonType::RequestPhone).to_bytes(230).unwrap()).unwrap();
        assert!(matches!(newest, KeyboardButton::Button(_)));
    }
}
