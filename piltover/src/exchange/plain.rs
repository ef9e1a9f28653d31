use thiserror::Error;

use crate::crypto::part;
use crate::rules::{self, Refusal};

/// Bytes before the body: a zero key id, the message id, the length.
const HEADER: usize = 20;

/// Why an unencrypted message is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlainError {
    /// Shorter than its header.
    #[error("an unencrypted message of {len} bytes is shorter than its header")]
    Short {
        /// Its length in bytes.
        len: usize,
    },
    /// The length it tells is not what there is.
    #[error("an unencrypted message tells {told} bytes and has {available}")]
    Length {
        /// What it tells.
        told: i32,
        /// What there is.
        available: usize,
    },
}

impl PlainError {
    /// The rule that was broken.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Short { len } => {
                Refusal::new(&rules::PLAIN_LENGTH, "20 bytes at least", format!("{len} bytes"))
            }
            Self::Length { told, available } => {
                Refusal::new(&rules::PLAIN_LENGTH, format!("{available} bytes"), format!("{told} bytes"))
            }
        }
    }
}

/// The body of an unencrypted message. Its `msg_id` is not judged, since a client may not know the
/// time yet. Up to 15 bytes behind the body are the padding of a transport.
///
/// ```text
/// +-----------------+------------+---------+------+
/// | auth_key_id = 0 | msg_id (8) | len (4) | body |
/// +-----------------+------------+---------+------+
/// ```
///
/// <https://core.telegram.org/mtproto/description#unencrypted-message>
///
/// # Errors
/// A length that does not fit.
pub fn open(frame: &[u8]) -> Result<&[u8], PlainError> {
    let Some((header, rest)) = frame.split_at_checked(HEADER) else {
        return Err(PlainError::Short { len: frame.len() });
    };
    let told = i32::from_le_bytes(part(header, 16));
    let body =
        usize::try_from(told).ok().filter(|len| rest.len().checked_sub(*len).is_some_and(|rest| rest < 16));
    let body = body.and_then(|len| rest.get(..len));
    body.ok_or(PlainError::Length { told, available: rest.len() })
}

/// An unencrypted message of the server.
#[must_use]
pub fn seal(msg_id: i64, body: &[u8]) -> Vec<u8> {
    let len = body.len() as u32;
    [&[0; 8][..], &msg_id.to_le_bytes(), &len.to_le_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_padding_or_without() {
        let mut sealed = seal(5, &[1, 2, 3, 4]);
        assert_eq!(open(&sealed), Ok(&[1, 2, 3, 4][..]));
        sealed.extend([0; 15]);
        assert_eq!(open(&sealed), Ok(&[1, 2, 3, 4][..]));
        sealed.push(0);
        assert_eq!(open(&sealed), Err(PlainError::Length { told: 4, available: 20 }));
        assert_eq!(open(&[0; 19]), Err(PlainError::Short { len: 19 }));
    }
}
