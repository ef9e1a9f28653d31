//! `messages.*`: writing, reading, listing.

mod dialogs;
mod history;
mod send;

pub use dialogs::{get_dialogs, get_peer_dialogs, get_pinned_dialogs};
pub use history::{get_history, get_messages, read_history};
pub use send::{send_message, set_typing};
