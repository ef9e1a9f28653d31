//! Colours of names: numbers until layer 214, objects since.

use crate::{enums, types};

pub(crate) fn of_ids(color: &Option<i32>, background_emoji_id: &Option<i64>) -> Option<enums::PeerColor> {
    if color.is_none() && background_emoji_id.is_none() {
        return None;
    }
    Some(types::PeerColor { color: *color, background_emoji_id: *background_emoji_id }.into())
}

/// In layer 166 there always was a colour.
pub(crate) fn of_id(color: &i32, background_emoji_id: &Option<i64>) -> Option<enums::PeerColor> {
    of_ids(&Some(*color), background_emoji_id)
}

/// The colours of collectibles are shown as the default.
pub(crate) fn stand_in(_: &enums::PeerColor, _: i32) -> Option<enums::PeerColor> {
    Some(types::PeerColor::default().into())
}

/// In layer 166 the colour and the emoji stood beside each other.
pub(crate) fn id(color: &Option<enums::PeerColor>) -> Option<i32> {
    match color.as_ref()? {
        enums::PeerColor::Color(color) => color.color,
        _ => None,
    }
}

pub(crate) fn background_emoji_id(color: &Option<enums::PeerColor>) -> Option<i64> {
    match color.as_ref()? {
        enums::PeerColor::Color(color) => color.background_emoji_id,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn neither_colour_nor_emoji_is_no_colour() {
        assert_same(of_ids(&None, &None), None);
        let emoji = types::PeerColor { color: None, background_emoji_id: Some(5) };
        assert_same(of_ids(&None, &Some(5)), Some(emoji.into()));
    }
}
