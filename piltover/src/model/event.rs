use super::{Message, UserView};

/// The session in which something began. It learns of it from the answer to its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The session's key.
    pub key_id: i64,
    /// The session.
    pub session_id: i64,
}

/// Something that happened, and that one user must hear of.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who must hear of it: the owner of the box that changed.
    pub owner: i64,
    /// The session that knows already.
    pub origin: Option<Origin>,
    /// What happened.
    pub change: Change,
    /// Unix seconds.
    pub date: i32,
    /// The users that the change names, as the owner sees them.
    pub users: Vec<UserView>,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A change of the box, with the pts behind it. It was logged, too.
    Box(Logged, i32),
    /// Somebody is typing, or has stopped: a TL `SendMessageAction`, opaque here.
    Typing {
        /// Who.
        user_id: i64,
        /// What he does.
        action: Vec<u8>,
    },
    /// Somebody came online or went.
    Status {
        /// Who.
        user_id: i64,
        /// As [`User::online_until`](super::User::online_until).
        online_until: i32,
    },
    /// Somebody has another name or username.
    Name {
        /// Who.
        user_id: i64,
    },
    /// The owner has pinned a dialog above all others, or no longer.
    Pinned {
        /// The peer.
        peer: i64,
        /// Which of both.
        is_pinned: bool,
    },
    /// The owner has pinned the dialogs with these peers, in this order, and no others.
    PinnedOrder(Vec<i64>),
}

/// A change of a user's box: each counts one pts, and is kept for those who were offline.
///
/// <https://core.telegram.org/api/updates#message-related-event-sequences>
#[derive(Debug, Clone, PartialEq)]
pub enum Logged {
    /// A message came or was sent.
    NewMessage(Message),
    /// The owner read what a peer wrote.
    ReadInbox {
        /// The peer.
        peer: i64,
        /// Up to this message.
        max_id: i32,
        /// How many are left.
        unread: i32,
    },
    /// A peer read what the owner wrote.
    ReadOutbox {
        /// The peer.
        peer: i64,
        /// Up to this message.
        max_id: i32,
    },
}

impl Logged {
    /// The user whose dialog changed.
    #[must_use]
    pub fn peer(&self) -> i64 {
        match self {
            Self::NewMessage(message) => message.peer,
            Self::ReadInbox { peer, .. } | Self::ReadOutbox { peer, .. } => *peer,
        }
    }
}
