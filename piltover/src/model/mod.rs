//! The domain: users, messages, dialogs, the boxes that hold them. No TL and no SQL.

mod access;
mod event;
mod message;
mod user;

pub use access::AccessHasher;
pub use event::{Change, Event, Logged, Origin};
pub use message::{Dialog, Draft, Message, Page, Sent};
pub use user::{Contact, NewContact, User, UserView, normal_phone};
