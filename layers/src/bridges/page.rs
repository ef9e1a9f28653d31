//! Instant view: captions without credits and lists of plain texts until layer 82.

use crate::{enums, types};
use enums::{PageCaption, PageListItem, RichText};

pub(crate) fn caption_text(PageCaption::Caption(caption): &PageCaption) -> RichText {
    caption.text.clone()
}

/// The texts of a list; of an item of several blocks, those of its paragraphs.
pub(crate) fn item_texts(items: &[PageListItem]) -> Vec<RichText> {
    items.iter().map(item_text).collect()
}

fn item_text(item: &PageListItem) -> RichText {
    match item {
        PageListItem::Text(item) => item.text.clone(),
        PageListItem::Blocks(item) => {
            let paragraphs = item.blocks.iter().filter_map(|block| match block {
                enums::PageBlock::Paragraph(block) => Some(block.text.clone()),
                _ => None,
            });
            types::TextConcat { texts: paragraphs.collect() }.into()
        }
    }
}

/// Nobody asked whether it was modified before layer 62.
pub(crate) fn not_modified(_: &enums::WebPage, _: i32) -> Option<enums::WebPage> {
    Some(types::WebPageEmpty::default().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn an_item_of_blocks_is_the_text_of_its_paragraphs() {
        let text: RichText = types::TextPlain { text: "a".into() }.into();
        let paragraph = types::PageBlockParagraph { text: text.clone() }.into();
        let blocks = vec![paragraph, enums::PageBlock::Divider];
        let items = [types::PageListItemBlocks { blocks, ..Default::default() }.into()];
        assert_same(item_texts(&items), vec![types::TextConcat { texts: vec![text] }.into()]);
    }
}
