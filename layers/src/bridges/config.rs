//! What clients took for granted until the configuration told it: <https://core.telegram.org/constructor/config>

/// The beginning of links, until layer 62.
pub(crate) fn link_prefix() -> String {
    "https://t.me/".to_owned()
}

/// The greatest length of a caption, until layer 81.
pub(crate) fn caption_length() -> i32 {
    200
}

/// The greatest length of a message, until layer 81.
pub(crate) fn message_length() -> i32 {
    4096
}
