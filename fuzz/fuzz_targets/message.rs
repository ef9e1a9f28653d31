//! Encrypted messages of both versions of MTProto: any frame; whole messages, changed after they were encrypted; any
//! plaintext under a right msg_key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use piltover::crypto::{
    AuthKey, MessageError, Plaintext, Side, Version, decrypt, decrypt_any, decrypt_binding, encrypt_binding,
    ige_encrypt, sha1, sha256,
};

/// A frame of whole blocks, of which the first `hashed` bytes are what `msg_key` is the hash of in 1.0. Written again
/// here, by the specification.
fn sealed(key: &AuthKey, version: Version, plain: &[u8], hashed: usize) -> Vec<u8> {
    let bytes = key.as_bytes();
    let mut data = plain.to_vec();
    let (msg_key, aes_key, iv) = match version {
        Version::V1 => {
            let msg_key = &sha1(&[&plain[..hashed]])[4..];
            let a = sha1(&[msg_key, &bytes[..32]]);
            let b = sha1(&[&bytes[32..48], msg_key, &bytes[48..64]]);
            let c = sha1(&[&bytes[64..96], msg_key]);
            let d = sha1(&[msg_key, &bytes[96..128]]);
            let aes_key = [&a[..8], &b[8..], &c[4..16]].concat();
            (msg_key.to_vec(), aes_key, [&a[8..], &b[..8], &c[16..], &d[..8]].concat())
        }
        Version::V2 => {
            let msg_key = &sha256(&[&bytes[88..120], plain])[8..24];
            let a = sha256(&[msg_key, &bytes[..36]]);
            let b = sha256(&[&bytes[40..76], msg_key]);
            let aes_key = [&a[..8], &b[8..24], &a[24..]].concat();
            (msg_key.to_vec(), aes_key, [&b[..8], &a[8..24], &b[24..]].concat())
        }
    };
    ige_encrypt(&aes_key.try_into().unwrap(), &iv.try_into().unwrap(), &mut data);
    [&key.id().to_le_bytes()[..], &msg_key, &data].concat()
}

/// What must become of a plaintext of whole blocks whose msg_key is right.
fn judged(version: Version, plain: &[u8]) -> Result<usize, MessageError> {
    let told = i32::from_le_bytes(plain[28..32].try_into().unwrap());
    let available = plain.len() - 32;
    let len = usize::try_from(told).ok().filter(|len| len % 4 == 0 && *len <= available);
    match (version, len) {
        (Version::V1, Some(len)) if available - len < 16 => Ok(len),
        (Version::V1, _) => Err(MessageError::MsgKey),
        (Version::V2, None) => Err(MessageError::BodyLength { told, available }),
        (Version::V2, Some(len)) if (12..=1024).contains(&(available - len)) => Ok(len),
        (Version::V2, Some(len)) => Err(MessageError::Padding { got: available - len }),
    }
}

/// Where a byte changes, and the bits of it that do.
type Change = (u16, u8);

fuzz_target!(|input: (i64, i32, bool, bool, Vec<Change>, Vec<u8>)| {
    let (msg_id, seq_no, is_v1, is_client, changes, bytes) = input;
    let key = AuthKey::new(core::array::from_fn(|i| (i * 7 + 3) as u8));
    let version = if is_v1 { Version::V1 } else { Version::V2 };
    let side = if is_client { Side::Client } else { Side::Server };
    let any = decrypt_any(&key, side, &bytes);
    if let Err(error) = &any {
        let _ = error.refusal().to_string();
    }
    // Whatever 2.0 gives, this gives too, but where it has 1.0 to try.
    match decrypt(&key, side, &bytes) {
        Err(MessageError::MsgKey) => {}
        other => assert_eq!(other, any.map(|(message, ack, _)| (message, ack))),
    }
    let _ = decrypt_binding(&key, &bytes);
    let sealed_binding = encrypt_binding(&key, &[1; 16], msg_id, &bytes);
    assert_eq!(decrypt_binding(&key, &sealed_binding).is_ok(), bytes.len() == 40);

    // A message as it should be.
    let body: Vec<u8> = bytes[..bytes.len() / 4 * 4].to_vec();
    let message = Plaintext { salt: 1, session_id: 2, msg_id, seq_no, body };
    let mut frame = version.encrypt(&key, side, &message, |padding| padding.fill(4));
    let opened = decrypt_any(&key, side, &frame).map(|(message, _, version)| (message, version));
    if is_v1 && message.body.is_empty() {
        assert_eq!(opened, Err(MessageError::Length { len: frame.len() }));
    } else {
        assert_eq!(opened, Ok((message.clone(), version)));
    }
    // Changed behind its key id. What 1.0 lets pass is padding, so that the message is the same.
    let whole = frame.clone();
    for (index, change) in &changes {
        let index = 8 + usize::from(*index) % (frame.len() - 8);
        frame[index] ^= change;
    }
    if frame != whole
        && let Ok((opened, _, version)) = decrypt_any(&key, side, &frame)
    {
        assert_eq!((opened, version), (message.clone(), Version::V1));
    }

    // Changed before it is encrypted: header, length, body and padding are anything.
    let mut plain = bytes;
    plain.resize(plain.len().next_multiple_of(16).max(48), 5);
    // A length that could be right is rare.
    if let Some((_, change)) = changes.first() {
        let len = (plain.len() - 32).saturating_sub((*change).into()) as i32;
        plain[28..32].copy_from_slice(&len.to_le_bytes());
    }
    let judged = judged(version, &plain);
    let hashed = judged.clone().map_or(plain.len(), |len| 32 + len);
    let frame = sealed(&key, version, &plain, hashed);
    match (decrypt_any(&key, Side::Client, &frame), judged) {
        (Ok((opened, _, version)), Ok(len)) => {
            assert_eq!(version == Version::V1, is_v1);
            assert_eq!(opened.body, plain[32..32 + len]);
            assert_eq!(opened.msg_id.to_le_bytes(), plain[16..24]);
            assert_eq!(opened.session_id.to_le_bytes(), plain[8..16]);
        }
        (opened, judged) => assert_eq!(opened.err(), judged.err()),
    }
});
