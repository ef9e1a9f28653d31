//! Colours of names: numbers until layer 214, objects since.

use crate::{enums, types};

pub(crate) fn of_ids(color: &Option<i32>, background_emoji_id: &Option<i64>) -> Option<enums::PeerColor> {
    if color.is_none() && background_emoji_id.is_none() {
        return None;
    }
    Some(types::PeerColor { color: *color, background_emoji_id: *background_emoji_id }.into())
}

/// The colours of collectibles are shown as the default.
pub(crate) fn stand_in(_: &enums::PeerColor, _: i32) -> Option<enums::PeerColor> {
    Some(types::PeerColor::default().into())
}
