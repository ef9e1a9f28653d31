//! The state of a channel whose updates were too many to send: fields until layer 98, a dialog since.

use crate::enums::Dialog;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types;

    #[test]
    fn numbers_are_those_of_the_dialog() {
        let dialog =
            types::Dialog { pts: Some(9), unread_count: 3, top_message: 7, ..Default::default() }.into();
        assert_eq!((pts(&dialog), unread_count(&dialog), top_message(&dialog)), (9, 3, 7));
        assert_eq!(read_inbox_max_id(&types::DialogFolder::default().into()), 0);
    }
}
