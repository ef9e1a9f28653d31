//! Framing: where one payload ends and the next begins, and which framing the client chose.
//!
//! All transports share one port, and are recognised by their first bytes. [`Codec`] is a framing, plain or
//! obfuscated; [`Link`] is a whole connection, with TLS, fake TLS, HTTP or a WebSocket around it. Bytes in,
//! payloads out: there are no sockets here.
//!
//! ```text
//! first bytes            is                      then
//! ef                     abridged                payloads
//! ee ee ee ee            intermediate            payloads
//! dd dd dd dd            padded intermediate     payloads
//! ........ 00 00 00 00   full (its frame 0)      payloads
//! POST, OPTIONS          HTTP                    a payload in each body
//! GET                    a WebSocket             any of the framings, obfuscated
//! 16 03 01               TLS, or fake TLS        any of all these inside
//! anything else          obfuscated              its tag names the framing
//! ```
//!
//! <https://core.telegram.org/mtproto/mtproto-transports>

mod abridged;
mod codec;
mod detect;
pub(crate) mod fake_tls;
mod full;
mod http;
mod intermediate;
mod link;
mod obfuscated;
mod secret;
pub(crate) mod websocket;

pub use codec::Codec;
pub use link::{Link, Setup};
pub use secret::{Secret, SecretError, SecretKind};

use thiserror::Error;

use crate::limits::MAX_PAYLOAD;
use crate::rules::{self, Refusal};

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
    /// A client of an MTProxy secret that names no data centre.
    #[error("the obfuscated header names data centre {dc}")]
    Dc {
        /// What it names.
        dc: i16,
    },
    /// HTTP that MTProto has no use for.
    #[error("HTTP: {what}")]
    Http {
        /// What is wrong.
        what: String,
    },
    /// A WebSocket that breaks its own rules, or those of MTProto.
    #[error("WebSocket: {what}")]
    WebSocket {
        /// What is wrong.
        what: String,
    },
    /// TLS that cannot be understood, or that this server does not speak.
    #[error("TLS: {what}")]
    Tls {
        /// What is wrong.
        what: String,
    },
}

impl TransportError {
    /// The rule that was broken.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Unsupported { what } => {
                Refusal::new(&rules::TRANSPORT_UNKNOWN, "a transport of MTProto", *what)
            }
            Self::Tag { tag } => {
                Refusal::new(&rules::TRANSPORT_TAG, "efefefef, eeeeeeee or dddddddd", format!("{tag:08x}"))
            }
            Self::Length { len } => {
                Refusal::new(&rules::TRANSPORT_LENGTH, format!("1 to {MAX_PAYLOAD} bytes"), format!("{len}"))
            }
            Self::Sequence { expected, got } => {
                Refusal::new(&rules::TRANSPORT_SEQUENCE, expected.to_string(), got.to_string())
            }
            Self::Checksum { expected, got, .. } => {
                let hex = |crc: &u32| format!("{crc:08x}");
                Refusal::new(&rules::TRANSPORT_CHECKSUM, hex(expected), hex(got))
            }
            Self::Dc { dc } => Refusal::new(&rules::TRANSPORT_DC, "1 to 5", dc.to_string()),
            Self::Http { what } => Refusal::new(&rules::TRANSPORT_HTTP, "POST /api", what.clone()),
            Self::WebSocket { what } => {
                Refusal::new(&rules::TRANSPORT_WEBSOCKET, "binary messages", what.clone())
            }
            Self::Tls { what } => Refusal::new(&rules::TRANSPORT_TLS, "TLS, or fake TLS", what.clone()),
        }
    }
}

/// The length of a payload, if it is within the limits.
fn checked(len: usize) -> Result<usize, TransportError> {
    match len {
        1..=MAX_PAYLOAD => Ok(len),
        _ => Err(TransportError::Length { len }),
    }
}

/// The data centre that a client means by `dc`, from 1 to 5: those of media are negative, and 10000 is added
/// for the test ones. None, if there is no such.
#[must_use]
pub fn dc_of(dc: i32) -> Option<i32> {
    let main = dc.checked_abs()? % 10_000;
    (dc.unsigned_abs() < 20_000 && (1..=5).contains(&main)).then_some(main)
}
