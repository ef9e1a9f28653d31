//! Instant view: captions without credits and lists of plain texts until layer 82.

use crate::{enums, types};
use enums::{PageBlock, PageCaption, PageListItem, PageListOrderedItem, RichText};

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
                PageBlock::Paragraph(block) => Some(block.text.clone()),
                _ => None,
            });
            types::TextConcat { texts: paragraphs.collect() }.into()
        }
    }
}

pub(crate) fn caption(text: &RichText) -> PageCaption {
    types::PageCaption { text: text.clone(), credit: RichText::TextEmpty }.into()
}

pub(crate) fn items(texts: &[RichText]) -> Vec<PageListItem> {
    let item = |text: &RichText| types::PageListItemText { text: text.clone(), ..Default::default() }.into();
    texts.iter().map(item).collect()
}

/// Until layer 82 a bit said that a list was ordered, since a constructor does.
pub(crate) fn ordered(block: &PageBlock, _: i32) -> Option<PageBlock> {
    let PageBlock::List(list) = block else { return None };
    let numbered = |(index, item): (usize, &PageListItem)| {
        let num = Some((index + 1).to_string());
        match item {
            PageListItem::Text(item) => {
                types::PageListOrderedItemText { num, text: item.text.clone(), ..Default::default() }.into()
            }
            PageListItem::Blocks(item) => {
                types::PageListOrderedItemBlocks { num, blocks: item.blocks.clone(), ..Default::default() }
                    .into()
            }
        }
    };
    (list.ordered == Some(true)).then(|| {
        let items = list.items.iter().enumerate().map(numbered).collect();
        types::PageBlockOrderedList { items, ..Default::default() }.into()
    })
}

/// Ordered lists are lists until layer 82; other blocks have no form where they are not known.
pub(crate) fn stand_in(block: &PageBlock, _: i32) -> Option<PageBlock> {
    let PageBlock::OrderedList(list) = block else { return Some(PageBlock::Unsupported) };
    let plain = |item: &PageListOrderedItem| match item {
        PageListOrderedItem::Text(item) => {
            types::PageListItemText { text: item.text.clone(), ..Default::default() }.into()
        }
        PageListOrderedItem::Blocks(item) => {
            types::PageListItemBlocks { blocks: item.blocks.clone(), ..Default::default() }.into()
        }
    };
    let items = list.items.iter().map(plain).collect();
    Some(types::PageBlockList { items, ordered: Some(true) }.into())
}

/// Nobody asked whether it was modified before layer 62.
pub(crate) fn not_modified(_: &enums::WebPage, _: i32) -> Option<enums::WebPage> {
    Some(types::WebPageEmpty::default().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Encode, decode_exact};

    #[test]
    fn an_item_of_blocks_is_the_text_of_its_paragraphs() {
        let text: RichText = types::TextPlain { text: "a".into() }.into();
        let paragraph = types::PageBlockParagraph { text: text.clone() }.into();
        let blocks = vec![paragraph, PageBlock::Divider];
        let items = [types::PageListItemBlocks { blocks, ..Default::default() }.into()];
        assert_same(item_texts(&items), vec![types::TextConcat { texts: vec![text.clone()] }.into()]);
        assert_same(caption_text(&caption(&text)), text);
    }

    #[test]
    fn an_ordered_list_keeps_its_order() {
        let texts = [RichText::from(types::TextPlain { text: "a".into() })];
        assert_same(item_texts(&items(&texts)), texts.to_vec());
        let list = types::PageBlockList { items: items(&texts), ordered: Some(true) };
        let list = PageBlock::from(list);
        let newest: PageBlock = decode_exact(&list.to_bytes(230).unwrap()).unwrap();
        assert!(matches!(&newest, PageBlock::OrderedList(list) if list.items.len() == 1));
        for block in [list.clone(), newest] {
            assert_same(decode_exact(&block.to_bytes(82).unwrap()).unwrap(), list.clone());
        }
    }
}
