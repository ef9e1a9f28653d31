//! Documents and sticker sets.

use crate::{enums, types};

/// Custom emoji (layer 144) are stickers to older clients.
pub(crate) fn attribute(attribute: &enums::DocumentAttribute, _: i32) -> Option<enums::DocumentAttribute> {
    match attribute {
        enums::DocumentAttribute::CustomEmoji(emoji) => Some(
            types::DocumentAttributeSticker {
                mask: false,
                alt: emoji.alt.clone(),
                stickerset: emoji.stickerset.clone(),
                mask_coords: None,
            }
            .into(),
        ),
        _ => None,
    }
}

/// Sets that carry all their documents, or none, become sets with several covers.
pub(crate) fn covered(set: &enums::StickerSetCovered, _: i32) -> Option<enums::StickerSetCovered> {
    let (set, covers) = match set {
        enums::StickerSetCovered::StickerSetFullCovered(full) => (&full.set, full.documents.clone()),
        enums::StickerSetCovered::StickerSetNoCovered(none) => (&none.set, Vec::new()),
        _ => return None,
    };
    Some(types::StickerSetMultiCovered { set: set.clone(), covers }.into())
}
