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

use super::{Framing, Secret, SecretKind, TransportError, dc_of};
use crate::crypto::{CtrStream, part, sha256};

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

/// The keys of a header in the direction of its sender, and in the other one. An MTProxy secret is hashed
/// into both.
fn streams(header: &[u8; HEADER], secret: Option<&Secret>) -> Obfuscation {
    let stream = |bytes: &[u8; 48]| {
        let key: [u8; 32] = part(bytes, 0);
        let key = secret.map_or(key, |secret| sha256(&[&key, secret.key()]));
        CtrStream::new(&key, &part(bytes, 32))
    };
    let mut reversed: [u8; 48] = part(header, 8);
    let incoming = stream(&reversed);
    reversed.reverse();
    Obfuscation { incoming, outgoing: stream(&reversed) }
}

/// Opens a header, with whichever of the secrets fits, or none. Inside of fake TLS the secret is known.
pub(super) fn open(
    header: &[u8; HEADER],
    secrets: &[Secret],
    fake_tls: Option<&Secret>,
) -> Result<Opened, TransportError> {
    let without = if fake_tls.is_none() { Some(None) } else { None };
    let candidates = fake_tls.map(std::slice::from_ref).unwrap_or(secrets).iter().map(Some);
    let mut first_tag = None;
    for secret in without.into_iter().chain(candidates) {
        let mut obfuscation = streams(header, secret);
        let mut opened = *header;
        obfuscation.incoming.apply(&mut opened);
        let tag = u32::from_le_bytes(part(&opened, 56));
        first_tag.get_or_insert(tag);
        let framing = match (tag, secret.map(Secret::kind)) {
            (0xdddd_dddd, _) => Framing::Padded,
            // A secret with a kind demands the padded framing.
            (_, Some(SecretKind::Padded | SecretKind::FakeTls(_))) => continue,
            (0xefef_efef, _) => Framing::Abridged,
            (0xeeee_eeee, _) => Framing::Intermediate,
            _ => continue,
        };
        let dc = i16::from_le_bytes(part(&opened, 60));
        // Without a proxy many clients leave random bytes there.
        if secret.is_some() && dc_of(i32::from(dc)).is_none() {
            return Err(TransportError::Dc { dc });
        }
        return Ok(Opened { obfuscation, framing, dc });
    }
    Err(TransportError::Tag { tag: first_tag.unwrap_or_default() })
}

/// Makes the header of a client out of random bytes; gives it, and the streams of the client.
pub(super) fn make(
    mut header: [u8; HEADER],
    framing: Framing,
    dc: i16,
    secret: Option<&Secret>,
) -> ([u8; HEADER], Obfuscation) {
    let Obfuscation { incoming: mut outgoing, outgoing: incoming } = streams(&header, secret);
    let mut encrypted = header;
    let tag: [u8; 4] = match framing {
        Framing::Abridged | Framing::Full => [0xef; 4],
        Framing::Intermediate => [0xee; 4],
        Framing::Padded => [0xdd; 4],
    };
    let end = tag.into_iter().chain(dc.to_le_bytes());
    encrypted.iter_mut().skip(56).zip(end).for_each(|(place, byte)| *place = byte);
    outgoing.apply(&mut encrypted);
    header.iter_mut().zip(encrypted).skip(56).for_each(|(place, byte)| *place = byte);
    (header, Obfuscation { incoming, outgoing })
}
