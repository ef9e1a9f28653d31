//! Which transport a connection speaks, from its first bytes.

use super::obfuscated::HEADER;
use super::{Framing, TransportError};

/// What the first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Detected {
    /// Too few bytes to tell.
    More,
    /// A framing, behind a tag of so many bytes.
    Plain(Framing, usize),
    /// An obfuscated header.
    Obfuscated(Box<[u8; HEADER]>),
}

/// Whether a connection begins as HTTP; none, as long as that cannot be told.
pub(super) fn is_http(bytes: &[u8]) -> Option<bool> {
    const METHODS: [&[u8]; 5] = [b"GET ", b"POST", b"HEAD", b"OPTI", b"PUT "];
    match bytes.first_chunk::<4>() {
        Some(first) => Some(METHODS.contains(&&first[..])),
        None if METHODS.iter().any(|method| method.starts_with(bytes)) => None,
        None => Some(false),
    }
}

/// An obfuscated header is random, but clients draw it again where it could be taken for one of the
/// others; so whatever is none of those is obfuscated.
pub(super) fn detect(bytes: &[u8]) -> Result<Detected, TransportError> {
    if bytes.first() == Some(&0xef) {
        return Ok(Detected::Plain(Framing::Abridged, 1));
    }
    let Some(first) = bytes.first_chunk::<4>() else { return Ok(Detected::More) };
    match first {
        [0xee, 0xee, 0xee, 0xee] => return Ok(Detected::Plain(Framing::Intermediate, 4)),
        [0xdd, 0xdd, 0xdd, 0xdd] => return Ok(Detected::Plain(Framing::Padded, 4)),
        b"GET " | b"POST" | b"HEAD" | b"OPTI" => return Err(TransportError::Unsupported { what: "HTTP" }),
        [0x16, 0x03, 0x01, _] => return Err(TransportError::Unsupported { what: "TLS" }),
        _ => {}
    }
    // The sequence number of the first frame of the full transport.
    match bytes.get(4..8) {
        None => return Ok(Detected::More),
        Some([0, 0, 0, 0]) => return Ok(Detected::Plain(Framing::Full, 0)),
        Some(_) => {}
    }
    Ok(match bytes.first_chunk::<HEADER>() {
        None => Detected::More,
        Some(header) => Detected::Obfuscated(Box::new(*header)),
    })
}
