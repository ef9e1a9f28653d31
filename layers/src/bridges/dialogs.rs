//! The state of a channel whose updates were too many to send: fields until layer 98, a dialog since.

use crate::enums::{Dialog, Message, Peer};
use crate::types;

pub(crate) fn pts(dialog: &Dialog) -> i32 {
    match dialog {
        Dialog::Dialog(dialog) => dialog.pts.unwrap_or_default(),
        _ => 0,
    }
}

macro_rules! number {
    ($($name:ident),*) => {$(
        pub(crate) fn $name(dialog: &Dialog) -> i32 {
            match dialog {
                Dialog::Dialog(dialog) => dialog.$name,
                _ => 0,
            }
        }
    )*};
}
number!(top_message, read_inbox_max_id, read_outbox_max_id, unread_count, unread_mentions_count);

/// The channel is that of its messages, which come beside.
fn channel(messages: &[Message]) -> Peer {
    let of_message = |message: &Message| match message {
        Message::Message(message) => Some(message.peer_id.clone()),
        Message::Service(message) => Some(message.peer_id.clone()),
        Message::Empty(message) => message.peer_id.clone(),
    };
    messages.iter().find_map(of_message).unwrap_or_default()
}

/// Until layer 70 mentions were not counted.
pub(crate) fn without_mentions(
    messages: &[Message],
    pts: &i32,
    top_message: &i32,
    read_inbox_max_id: &i32,
    read_outbox_max_id: &i32,
    unread_count: &i32,
) -> Dialog {
    dialog(messages, pts, top_message, read_inbox_max_id, read_outbox_max_id, unread_count, &0)
}

pub(crate) fn dialog(
    messages: &[Message],
    pts: &i32,
    top_message: &i32,
    read_inbox_max_id: &i32,
    read_outbox_max_id: &i32,
    unread_count: &i32,
    unread_mentions_count: &i32,
) -> Dialog {
    types::Dialog {
        peer: channel(messages),
        pts: Some(*pts),
        top_message: *top_message,
        read_inbox_max_id: *read_inbox_max_id,
        read_outbox_max_id: *read_outbox_max_id,
        unread_count: *unread_count,
        unread_mentions_count: *unread_mentions_count,
        ..Default::default()
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_dialog() {
        let dialog =
            types::Dialog { pts: Some(9), unread_count: 3, top_message: 7, ..Default::default() }.into();
        assert_eq!((pts(&dialog), unread_count(&dialog), top_message(&dialog)), (9, 3, 7));
        assert_eq!(read_inbox_max_id(&types::DialogFolder::default().into()), 0);
    }

    #[test]
    fn numbers_become_the_dialog_of_the_channel() {
        let peer_id = Peer::from(types::PeerChannel { channel_id: 5 });
        let message = types::Message { peer_id, ..Default::default() }.into();
        let dialog = dialog(&[message], &9, &7, &1, &2, &3, &4);
        assert_eq!((pts(&dialog), unread_count(&dialog), unread_mentions_count(&dialog)), (9, 3, 4));
        assert!(matches!(dialog, Dialog::Dialog(dialog) if matches!(dialog.peer, Peer::Channel(_))));
    }
}
