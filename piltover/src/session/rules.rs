use thiserror::Error;

/// A rule of messages that a client broke, as `bad_msg_notification` numbers them.
///
/// <https://core.telegram.org/mtproto/service_messages_about_messages#notice-of-ignored-error-message>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Rule {
    /// More than 300 seconds old.
    #[error("msg_id is more than 300 seconds in the past")]
    MsgIdTooLow = 16,
    /// More than 30 seconds ahead.
    #[error("msg_id is more than 30 seconds in the future")]
    MsgIdTooHigh = 17,
    /// Not divisible by four.
    #[error("msg_id is not divisible by 4, as those of clients are")]
    MsgIdParity = 18,
    /// Older than all that is remembered.
    #[error("msg_id is too old to tell whether the message was received before")]
    MsgIdForgotten = 20,
    /// Not above the sequence numbers of messages with lower ids.
    #[error("seq_no is too low: a message with a lower msg_id has one as high")]
    SeqNoTooLow = 32,
    /// Above the sequence numbers of messages with higher ids.
    #[error("seq_no is too high: a message with a higher msg_id has one as low")]
    SeqNoTooHigh = 33,
    /// The salt is not one of this time.
    #[error("the server salt is not valid now")]
    Salt = 48,
    /// A container that cannot be taken apart.
    #[error("the container is invalid")]
    Container = 64,
}

impl Rule {
    /// The number that stands for the rule in `bad_msg_notification`.
    #[must_use]
    pub fn code(self) -> i32 {
        self as i32
    }
}
