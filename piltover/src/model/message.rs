use super::UserView;

/// A message that a user wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Who sends.
    pub sender: i64,
    /// To whom; the sender himself for saved messages.
    pub peer: i64,
    /// The text.
    pub text: String,
    /// The entities of the text: a TL vector of `MessageEntity`, opaque here.
    pub entities: Vec<u8>,
    /// The message in the sender's box that is replied to.
    pub reply_to: Option<i32>,
    /// Chosen by the client, so that a message that is sent twice arrives once.
    pub random_id: i64,
    /// Whether the receiver is to be told without a sound.
    pub silent: bool,
    /// Unix seconds.
    pub date: i32,
}

/// A message in a user's box. Each user has his own copy, with an id of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Whose box.
    pub owner: i64,
    /// The id in that box.
    pub id: i32,
    /// The user with whom the owner talks here.
    pub peer: i64,
    /// Who sent it.
    pub sender: i64,
    /// Unix seconds.
    pub date: i32,
    /// The text.
    pub text: String,
    /// The entities of the text: a TL vector of `MessageEntity`, opaque here.
    pub entities: Vec<u8>,
    /// The message in the same box that is replied to.
    pub reply_to: Option<i32>,
    /// Whether the receiver is told without a sound.
    pub silent: bool,
}

impl Message {
    /// Whether the owner of the box sent it.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.sender == self.owner
    }

    /// Whether the owner keeps it for himself.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.peer == self.owner
    }
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The sender's copy.
    pub message: Message,
    /// The sender's pts behind it.
    pub pts: i32,
    /// The users whom it names, as the sender sees them.
    pub users: Vec<UserView>,
}

/// A dialog of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dialog {
    /// With whom.
    pub peer: i64,
    /// The id of the newest message.
    pub top_message: i32,
    /// The owner has read incoming messages up to this id.
    pub read_inbox: i32,
    /// The peer has read the owner's messages up to this id.
    pub read_outbox: i32,
    /// How many incoming messages the owner has not read.
    pub unread: i32,
    /// Whether it stands above those that are not.
    pub is_pinned: bool,
}

/// Which part of a list of messages is wanted, as `messages.getHistory` tells it.
///
/// <https://core.telegram.org/api/offsets>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// Only messages below this id, if not 0.
    pub offset_id: i32,
    /// Only messages older than this, if not 0 and `offset_id` is 0.
    pub offset_date: i32,
    /// Moves the page: positive to older messages, negative to newer ones.
    pub add_offset: i32,
    /// At most this many.
    pub limit: i32,
    /// Only messages below this id, if not 0.
    pub max_id: i32,
    /// Only messages above this id.
    pub min_id: i32,
}
