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

/// Sets that carry all their documents, or none, become sets with several covers, or with one until layer 56.
pub(crate) fn covered(set: &enums::StickerSetCovered, layer: i32) -> Option<enums::StickerSetCovered> {
    let (set, covers) = match set {
        enums::StickerSetCovered::StickerSetFullCovered(full) => (&full.set, full.documents.clone()),
        enums::StickerSetCovered::StickerSetMultiCovered(several) => (&several.set, several.covers.clone()),
        enums::StickerSetCovered::StickerSetNoCovered(none) => (&none.set, Vec::new()),
        enums::StickerSetCovered::Covered(_) => return None,
    };
    let set = set.clone();
    if layer >= 57 {
        return Some(types::StickerSetMultiCovered { set, covers }.into());
    }
    let cover = covers.into_iter().next().unwrap_or_else(|| types::DocumentEmpty { id: 0 }.into());
    Some(types::StickerSetCovered { set, cover }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn custom_emoji_are_stickers() {
        let stickerset = enums::InputStickerSet::from(types::InputStickerSetId { id: 1, access_hash: 2 });
        let emoji = types::DocumentAttributeCustomEmoji {
            free: true,
            text_color: false,
            alt: "a".into(),
            stickerset: stickerset.clone(),
        };
        let sticker =
            types::DocumentAttributeSticker { mask: false, alt: "a".into(), stickerset, mask_coords: None };
        assert_same(attribute(&emoji.into(), 140), Some(sticker.into()));
    }

    #[test]
    fn a_full_set_is_one_with_several_covers() {
        let set = enums::StickerSet::from(types::StickerSet { id: 7, ..Default::default() });
        let documents = vec![types::DocumentEmpty { id: 1 }.into(), types::DocumentEmpty { id: 2 }.into()];
        let full = types::StickerSetFullCovered {
            set: set.clone(),
            packs: Vec::new(),
            keywords: Vec::new(),
            documents: documents.clone(),
        };
        let several = types::StickerSetMultiCovered { set, covers: documents };
        let one = types::StickerSetCovered { set: several.set.clone(), cover: several.covers[0].clone() };
        assert_same(covered(&full.into(), 140), Some(several.clone().into()));
        assert_same(covered(&several.into(), 55), Some(one.into()));
    }
}
