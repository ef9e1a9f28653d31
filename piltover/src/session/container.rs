//! `msg_container`: several messages in one.
//!
//! <https://core.telegram.org/mtproto/service_messages#containers>

use piltover_layers::{Decode, DecodeError, DecodeErrorKind, Reader};

use super::MSG_CONTAINER;

/// A container holds at most this many messages.
pub(super) const MAX_MESSAGES: usize = 1020;

/// One message in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) msg_id: i64,
    pub(super) seq_no: i32,
    pub(super) body: Vec<u8>,
}

/// Whether a body is a container.
pub(super) fn is_container(body: &[u8]) -> bool {
    body.starts_with(&MSG_CONTAINER.to_le_bytes())
}

/// The message in `msg_copy#e06046b2 orig_message:Message = MessageCopy`.
pub(super) fn decode_copy(body: &[u8]) -> Result<Message, DecodeError> {
    let mut reader = Reader::new(body);
    reader.word()?;
    let message = message(&mut reader)?;
    reader.finish()?;
    Ok(message)
}

fn message(reader: &mut Reader<'_>) -> Result<Message, DecodeError> {
    let (msg_id, seq_no) = (i64::decode(reader)?, i32::decode(reader)?);
    let told = i32::decode(reader)?;
    let len = usize::try_from(told).unwrap_or(usize::MAX);
    if !len.is_multiple_of(4) {
        return Err(reader.error(DecodeErrorKind::UnexpectedEnd { needed: len, left: reader.rest().len() }));
    }
    Ok(Message { msg_id, seq_no, body: reader.take(len)?.to_vec() })
}

/// The messages in a container.
pub(super) fn decode(body: &[u8]) -> Result<Vec<Message>, DecodeError> {
    let mut reader = Reader::new(body);
    reader.word()?;
    let messages = reader.bare_vector(message)?;
    reader.finish()?;
    if messages.len() > MAX_MESSAGES {
        let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
        return Err(reader.error(DecodeErrorKind::VectorCount { count, left: 0 }));
    }
    Ok(messages)
}

/// A container of these messages: their ids, sequence numbers and bodies.
pub(crate) fn encode<'a>(messages: impl ExactSizeIterator<Item = (i64, i32, &'a [u8])>) -> Vec<u8> {
    let mut out = MSG_CONTAINER.to_le_bytes().to_vec();
    out.extend_from_slice(&(messages.len() as u32).to_le_bytes());
    for (msg_id, seq_no, body) in messages {
        out.extend_from_slice(&msg_id.to_le_bytes());
        out.extend_from_slice(&seq_no.to_le_bytes());
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(body);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_encoded_decodes(messages in proptest::collection::vec((any::<i64>(), any::<i32>(), 0usize..9), 0..9)) {
            let messages: Vec<_> = messages
                .into_iter()
                .map(|(msg_id, seq_no, words)| Message { msg_id, seq_no, body: vec![3; words * 4] })
                .collect();
            let bytes = encode(messages.iter().map(|message| (message.msg_id, message.seq_no, &message.body[..])));
            prop_assert!(is_container(&bytes));
            prop_assert_eq!(decode(&bytes), Ok(messages));
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn lengths_are_checked() {
        let mut bytes = encode([(1, 1, &[0u8; 8][..])].into_iter());
        assert!(decode(&bytes).is_ok());
        bytes[20] = 12;
        assert!(decode(&bytes).is_err());
        bytes[20] = 6;
        assert!(decode(&bytes).is_err());
        bytes[20..24].fill(0xff);
        assert!(decode(&bytes).is_err());
    }
}
