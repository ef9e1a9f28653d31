//! The obfuscation around a framing: AES-256-CTR with keys that the client sends in its first 64 bytes.
//!
//! ```text
//! 0        8            40         56      60    62   64
//! +--------+------------+----------+-------+-----+----+
//! | random | key        | iv       | tag   | dc  |    |   the last 8 bytes are encrypted
//! +--------+------------+----------+-------+-----+----+
//! ```
//! The server's direction uses the bytes 8 to 56 in reverse.
//!
//! <https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation>

use super::{Framing, TransportError};
use crate::crypto::{CtrStream, part};

/// Length of the header, in bytes.
pub(super) const HEADER: usize = 64;

/// The streams of both directions.
#[derive(Debug)]
pub(super) struct Obfuscation {
    pub(super) incoming: CtrStream,
    pub(super) outgoing: CtrStream,
}

/// What a header holds.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) obfuscation: Obfuscation,
    pub(super) framing: Framing,
    /// The data centre that the client means; negative for one of media.
    pub(super) dc: i16,
}

pub(super) fn open(header: &[u8; HEADER]) -> Result<Opened, TransportError> {
    let mut incoming = CtrStream::new(&part(header, 8), &part(header, 40));
    let mut reversed: [u8; 48] = part(header, 8);
    reversed.reverse();
    let outgoing = CtrStream::new(&part(&reversed, 0), &part(&reversed, 32));
    let mut opened = *header;
    incoming.apply(&mut opened);
    let framing = match u32::from_le_bytes(part(&opened, 56)) {
        0xefef_efef => Framing::Abridged,
        0xeeee_eeee => Framing::Intermediate,
        0xdddd_dddd => Framing::Padded,
        tag => return Err(TransportError::Tag { tag }),
    };
    let dc = i16::from_le_bytes(part(&opened, 60));
    Ok(Opened { obfuscation: Obfuscation { incoming, outgoing }, framing, dc })
}
