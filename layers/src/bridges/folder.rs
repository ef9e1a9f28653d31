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
