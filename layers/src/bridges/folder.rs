//! Folders of dialogs.

use crate::{enums, types};

/// A shared folder is an ordinary one to older clients. "All chats" has no form before it existed.
pub(crate) fn stand_in(filter: &enums::DialogFilter, _: i32) -> Option<enums::DialogFilter> {
    match filter {
        enums::DialogFilter::Chatlist(list) => Some(
            types::DialogFilter {
                id: list.id,
                title: list.title.clone(),
                emoticon: list.emoticon.clone(),
                color: list.color,
                pinned_peers: list.pinned_peers.clone(),
                include_peers: list.include_peers.clone(),
                ..Default::default()
            }
            .into(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encode, decode_exact};

    fn list(title: &str) -> enums::DialogFilter {
        let title = crate::bridges::text::with_entities(title);
        types::DialogFilterChatlist { id: 2, title, ..Default::default() }.into()
    }

    /// Layer 133 has folders, but neither shared ones nor "all chats".
    #[test]
    fn shared_folders_are_folders_and_all_chats_is_left_out() {
        let folders = vec![enums::DialogFilter::Default, list("shared")];
        let bytes = folders.to_bytes(133).unwrap();
        let folders: Vec<enums::DialogFilter> = decode_exact(&bytes).unwrap();
        let [enums::DialogFilter::Filter(folder)] = folders.as_slice() else { panic!("{folders:?}") };
        assert_eq!((folder.id, crate::bridges::text::plain(&folder.title).as_str()), (2, "shared"));
    }
}
