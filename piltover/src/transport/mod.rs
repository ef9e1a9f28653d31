//! Framing: where one payload ends and the next begins, and which framing the client chose.
//!
//! All framings share one port; [`Codec`] recognises them by their first bytes. Bytes in, payloads out:
//! there are no sockets here.
//!
//! <https://core.telegram.org/mtproto/mtproto-transports>

mod abridged;
mod codec;
mod detect;
mod full;
mod intermediate;
mod obfuscated;

pub use codec::Codec;

use thiserror::Error;

/// Longest payload that is accepted, in bytes. Containers of clients reach 1 MiB.
pub const MAX_PAYLOAD: usize = 2 << 20;

/// How payloads are delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// `0xef`, then payloads behind their length in words, in one byte or four.
    Abridged,
    /// `0xeeeeeeee`, then payloads behind their length in four bytes.
    Intermediate,
    /// `0xdddddddd`, then as [`Framing::Intermediate`] with up to 15 random bytes behind each payload.
    Padded,
    /// Length, sequence number, payload, CRC-32.
    Full,
}

/// One payload of the client: an MTProto message, encrypted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The message; a padded framing may leave up to 15 bytes behind it.
    pub payload: Vec<u8>,
    /// Whether the client asks for a quick acknowledgment of it.
    pub quick_ack: bool,
}

/// Why a connection cannot be understood any further.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransportError {
    /// The first bytes belong to a transport that this port does not speak.
    #[error("the client speaks {what}, which is not supported on this port")]
    Unsupported {
        /// Its name.
        what: &'static str,
    },
    /// The tag in an obfuscated header is none of the three framings.
    #[error("the obfuscated header holds tag {tag:08x}, which names no framing")]
    Tag {
        /// The tag, as it was decrypted.
        tag: u32,
    },
    /// A payload that is empty or longer than [`MAX_PAYLOAD`].
    #[error("a payload of {len} bytes, where 1 to {MAX_PAYLOAD} are allowed")]
    Length {
        /// What the frame tells.
        len: usize,
    },
    /// A frame of the full transport that is out of order.
    #[error("frame {got} of the full transport, where {expected} was to come")]
    Sequence {
        /// The sequence number expected.
        expected: u32,
        /// The one that came.
        got: u32,
    },
    /// A frame of the full transport whose CRC-32 does not fit.
    #[error("frame {seq} of the full transport has CRC-32 {got:08x}, its bytes have {expected:08x}")]
    Checksum {
        /// The frame's sequence number.
        seq: u32,
        /// The checksum of its bytes.
        expected: u32,
        /// The checksum that it tells.
        got: u32,
    },
}

/// The length of a payload, if it is within the limits.
fn checked(len: usize) -> Result<usize, TransportError> {
    match len {
        1..=MAX_PAYLOAD => Ok(len),
        _ => Err(TransportError::Length { len }),
    }
}
