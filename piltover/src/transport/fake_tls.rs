//! Fake TLS: what looks like TLS 1.3 to others, and holds an obfuscated transport in its records. The client
//! proves in its hello that it knows the secret, the server in its own.
//!
//! ```text
//! client hello, whose random is HMAC-SHA256(secret, hello with zeros there) ^ (28 zeros, Unix time)
//! server hello, change cipher spec, random application data; the random of the hello is
//!     HMAC-SHA256(secret, client random, all three with zeros there)
//! ```

use bytes::{Buf, BytesMut};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Secret, SecretKind, TransportError};
use crate::crypto::{equal, part};

/// Type, version and length of a record.
const HEADER: usize = 5;
/// Where the random stands in a hello, behind the headers of record and handshake, and the version.
const RANDOM: std::ops::Range<usize> = 11..43;
/// The longest record.
const MAX_RECORD: usize = 16 << 10;
/// How wrong a client's clock may be, in seconds.
const MAX_SKEW: i64 = 24 * 3600;
const HANDSHAKE: u8 = 0x16;
const CHANGE_CIPHER_SPEC: u8 = 0x14;
const APPLICATION_DATA: u8 = 0x17;

fn authenticate(secret: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.key()) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The length of the first record, header and all, once that is there.
pub(crate) fn record_len(bytes: &[u8]) -> Option<usize> {
    let [_, _, _, a, b] = *bytes.first_chunk::<HEADER>()?;
    Some(HEADER + usize::from(u16::from_be_bytes([a, b])))
}

/// The secret that a whole client hello proves to know, `now` being Unix seconds.
pub(crate) fn proven<'a>(hello: &[u8], secrets: &'a [Secret], now: i64) -> Option<&'a Secret> {
    let random: [u8; 32] = hello.get(RANDOM)?.try_into().ok()?;
    let (before, behind) = (hello.get(..RANDOM.start)?, hello.get(RANDOM.end..)?);
    secrets.iter().filter(|secret| matches!(secret.kind(), SecretKind::FakeTls(_))).find(|secret| {
        let expected = authenticate(secret, &[before, &[0; 32], behind]);
        let time: [u8; 4] = std::array::from_fn(|i| {
            let at = |bytes: &[u8; 32]| bytes.get(28 + i).copied().unwrap_or_default();
            at(&expected) ^ at(&random)
        });
        equal(&part::<28>(&expected, 0), &part::<28>(&random, 0))
            && (now - i64::from(u32::from_le_bytes(time))).abs() <= MAX_SKEW
    })
}

/// The server's answer to a hello that proves a secret. `random` fills a buffer.
pub(crate) fn answer(hello: &[u8], secret: &Secret, mut random: impl FnMut(&mut [u8])) -> Vec<u8> {
    let client_random: [u8; 32] = part(hello, RANDOM.start);
    let id_len = usize::from(hello.get(RANDOM.end).copied().unwrap_or_default()).min(32);
    let id = hello.get(RANDOM.end + 1..RANDOM.end + 1 + id_len).unwrap_or_default();
    let mut key_share = [0; 32];
    random(&mut key_share);
    let mut body = vec![3, 3];
    body.extend([0; 32]);
    body.push(id.len() as u8);
    body.extend(id);
    // TLS_AES_128_GCM_SHA256, no compression; a key of x25519, TLS 1.3.
    body.extend([0x13, 0x01, 0x00, 0x00, 0x2e, 0x00, 0x33, 0x00, 0x24, 0x00, 0x1d, 0x00, 0x20]);
    body.extend(key_share);
    body.extend([0x00, 0x2b, 0x00, 0x02, 0x03, 0x04]);
    let mut out = vec![HANDSHAKE, 3, 3];
    out.extend(((body.len() + 4) as u16).to_be_bytes());
    out.extend([2, 0]);
    out.extend((body.len() as u16).to_be_bytes());
    out.extend(body);
    out.extend([CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1]);
    // As long as the certificates of a real server would be.
    let mut len = [0; 2];
    random(&mut len);
    let mut certificates = vec![0; 2048 + usize::from(u16::from_le_bytes(len) % 2048)];
    random(&mut certificates);
    encode(&certificates, &mut out);
    let proof = authenticate(secret, &[&client_random, &out]);
    if let Some(place) = out.get_mut(RANDOM) {
        place.copy_from_slice(&proof);
    }
    out
}

/// Takes whole records out of `buffer`; what they hold goes to `plain`.
pub(crate) fn decode(buffer: &mut BytesMut, plain: &mut Vec<u8>) -> Result<(), TransportError> {
    while let Some(len) = record_len(buffer) {
        match buffer.first() {
            Some(&(CHANGE_CIPHER_SPEC | APPLICATION_DATA)) if len <= HEADER + MAX_RECORD + 256 => {}
            _ => return Err(TransportError::Tls { what: "a record that is no application data".into() }),
        }
        if buffer.len() < len {
            break;
        }
        let mut record = buffer.split_to(len);
        if record.first() == Some(&APPLICATION_DATA) {
            record.advance(HEADER);
            plain.extend_from_slice(&record);
        }
    }
    Ok(())
}

/// Puts bytes into records.
pub(crate) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(MAX_RECORD) {
        out.extend([APPLICATION_DATA, 3, 3]);
        out.extend((chunk.len() as u16).to_be_bytes());
        out.extend(chunk);
    }
}

/// A client's hello that proves `secret`, for tests: what a client needs of TLS to be let in.
pub(crate) fn hello(secret: &Secret, now: i64, mut random: impl FnMut(&mut [u8])) -> Vec<u8> {
    let mut hello = vec![HANDSHAKE, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    hello.extend([0; 32]);
    hello.push(32);
    let mut rest = [0; 32 + 441];
    random(&mut rest);
    hello.extend(rest);
    let proof = authenticate(secret, &[&hello]);
    let time = (now as u32).to_le_bytes();
    if let Some(place) = hello.get_mut(RANDOM) {
        place.copy_from_slice(&proof);
        place.iter_mut().skip(28).zip(time).for_each(|(byte, time)| *byte ^= time);
    }
    hello
}

/// Whether a server's answer to `hello` proves `secret`; the length of the answer, once it is whole.
pub(crate) fn checked_answer(hello: &[u8], secret: &Secret, answer: &[u8]) -> Option<(usize, bool)> {
    let first = record_len(answer)?;
    let second = first + record_len(answer.get(first..)?)?;
    let len = second + record_len(answer.get(second..)?)?;
    let mut blank = answer.get(..len)?.to_vec();
    let told: [u8; 32] = part(&blank, RANDOM.start);
    blank.get_mut(RANDOM)?.fill(0);
    let client_random: [u8; 32] = part(hello, RANDOM.start);
    Some((len, equal(&authenticate(secret, &[&client_random, &blank]), &told)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    #[test]
    fn both_sides_prove_the_secret() {
        let secret = |n: u8| Secret::new([n; 16], SecretKind::FakeTls("a.b".to_owned()));
        let secrets = [secret(1), secret(2), Secret::new([3; 16], SecretKind::Padded)];
        let hello_of = |secret: &Secret, at| hello(secret, at, |bytes| bytes.fill(7));
        let hello = hello_of(&secrets[1], NOW + 100);
        assert_eq!(record_len(&hello), Some(hello.len()));
        let found = proven(&hello, &secrets, NOW).unwrap();
        assert_eq!(found.key(), secrets[1].key());
        let answer = answer(&hello, found, |bytes| bytes.fill(9));
        assert_eq!(checked_answer(&hello, found, &answer), Some((answer.len(), true)));
        assert_eq!(checked_answer(&hello, &secrets[0], &answer), Some((answer.len(), false)));
        assert_eq!(checked_answer(&hello, found, &answer[..100]), None);
        assert!(proven(&hello_of(&secret(9), NOW), &secrets, NOW).is_none(), "another secret");
        assert!(proven(&hello_of(&secrets[2], NOW), &secrets, NOW).is_none(), "not one for fake TLS");
        assert!(proven(&hello_of(&secrets[0], NOW), &secrets, NOW + MAX_SKEW + 1).is_none(), "an old one");
        let mut changed = hello;
        changed[100] ^= 1;
        assert!(proven(&changed, &secrets, NOW).is_none());
    }

    #[test]
    fn records_hold_any_number_of_bytes() {
        let bytes: Vec<u8> = (0..40_000u32).map(|n| n as u8).collect();
        let mut records = vec![CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1];
        encode(&bytes, &mut records);
        let (mut buffer, mut plain) = (BytesMut::new(), Vec::new());
        for piece in records.chunks(777) {
            buffer.extend_from_slice(piece);
            decode(&mut buffer, &mut plain).unwrap();
        }
        assert_eq!(plain, bytes);
        assert!(decode(&mut BytesMut::from(&[0x15, 3, 3, 0, 2, 1, 0][..]), &mut plain).is_err());
    }
}
