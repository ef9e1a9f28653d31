//! Messages as MTProto 1.0 encrypts them: the oldest clients speak it, and `auth.bindTempAuthKey` has it in all
//! layers.
//!
//! <https://core.telegram.org/mtproto/description_v1>

use super::message::{HEADER, INNER_HEADER, Plaintext, Side, fill_header, quick_ack};
use super::{AuthKey, equal, ige_decrypt, ige_encrypt, part, sha1};

/// <https://core.telegram.org/mtproto/description_v1#defining-aes-key-and-initialization-vector>
fn derive(key: &AuthKey, msg_key: &[u8; 16], side: Side) -> ([u8; 32], [u8; 32]) {
    let (key, x) = (key.as_bytes(), side.x());
    let a = sha1(&[msg_key, &part::<32>(key, x)]);
    let b = sha1(&[&part::<16>(key, 32 + x), msg_key, &part::<16>(key, 48 + x)]);
    let c = sha1(&[&part::<32>(key, 64 + x), msg_key]);
    let d = sha1(&[msg_key, &part::<32>(key, 96 + x)]);
    let aes_key = [&part::<8>(&a, 0)[..], &part::<12>(&b, 8), &part::<12>(&c, 4)].concat();
    let iv = [&part::<12>(&a, 8)[..], &part::<8>(&b, 0), &part::<4>(&c, 16), &part::<8>(&d, 0)].concat();
    (part(&aes_key, 0), part(&iv, 0))
}

/// Encrypts a message, header and all. `padding` gives random bytes, 15 at most. The layout is that of MTProto 2.0;
/// `msg_key` is the end of the SHA-1 of what is not padding.
pub(super) fn encrypt(
    key: &AuthKey,
    side: Side,
    message: &Plaintext,
    padding: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    let unpadded = INNER_HEADER + message.body.len();
    let mut out = message.layout(unpadded.next_multiple_of(16));
    let (header, data) = out.split_at_mut(HEADER);
    let (plain, end) = data.split_at_mut(unpadded);
    padding(end);
    let msg_key: [u8; 16] = part(&sha1(&[plain]), 4);
    let (aes_key, iv) = derive(key, &msg_key, side);
    ige_encrypt(&aes_key, &iv, data);
    fill_header(header, key, &msg_key);
    out
}

/// Decrypts a message that begins with the id of `key`; beside it, it gives the token of its quick acknowledgment.
/// None if `msg_key` does not match, or the length that the message tells is negative, no multiple of four, more
/// than there is, or leaves more than padding.
///
/// What `msg_key` is the hash of follows from a length that nothing has proven yet. So the hash is computed whatever
/// the length is, all of these are one answer, and the time tells nothing but whether there is a block less to hash.
///
/// <https://core.telegram.org/mtproto/security_guidelines_v1#checking-sha1-hash-value-of-msg-key>
pub(super) fn decrypt(key: &AuthKey, side: Side, frame: &[u8]) -> Option<(Plaintext, u32)> {
    let (header, data) = frame.split_at_checked(HEADER)?;
    let mut data = data.get(..data.len() / 16 * 16)?.to_vec();
    let available = data.len().checked_sub(INNER_HEADER)?;
    let told_key: [u8; 16] = part(header, 8);
    let (aes_key, iv) = derive(key, &told_key, side);
    ige_decrypt(&aes_key, &iv, &mut data);
    let is_possible =
        |len: &usize| len.is_multiple_of(4) && available.checked_sub(*len).is_some_and(|rest| rest < 16);
    let body_len = usize::try_from(i32::from_le_bytes(part(&data, 28))).ok().filter(is_possible);
    let hash = sha1(&[data.get(..INNER_HEADER + body_len.unwrap_or(available))?]);
    let is_right = equal(&part::<16>(&hash, 4), &told_key);
    let body_len = body_len.filter(|_| is_right)?;
    Some((Plaintext::read(data, body_len), quick_ack(&hash)))
}

/// Opens the encrypted message of `auth.bindTempAuthKey`; gives its `msg_id` and body.
///
/// ```text
/// key id 8, msg_key 16, encrypted: random 16, msg_id 8, seq_no 4 (0), len 4 (40), body 40, padding to 16
/// ```
///
/// <https://core.telegram.org/method/auth.bindTempAuthKey>
///
/// # Errors
/// What is wrong with it.
pub fn decrypt_binding(key: &AuthKey, message: &[u8]) -> Result<(i64, Vec<u8>), &'static str> {
    let (header, data) = message.split_at_checked(HEADER).ok_or("fewer bytes than a header")?;
    if part::<8>(header, 0) != key.id().to_le_bytes() {
        return Err("the id of another key");
    }
    if data.len() < BINDING || !data.len().is_multiple_of(16) || data.len() >= BINDING + 16 {
        return Err("no such number of bytes");
    }
    let told: [u8; 16] = part(header, 8);
    let (aes_key, iv) = derive(key, &told, Side::Client);
    let mut data = data.to_vec();
    ige_decrypt(&aes_key, &iv, &mut data);
    let (plain, _) = data.split_at_checked(BINDING).ok_or("fewer bytes than there must be")?;
    let msg_key: [u8; 16] = part(&sha1(&[plain]), 4);
    if !equal(&msg_key, &told) {
        return Err("a msg_key that does not match");
    }
    if part::<4>(plain, 24) != [0; 4] || part::<4>(plain, 28) != 40u32.to_le_bytes() {
        return Err("another seq_no or length");
    }
    Ok((i64::from_le_bytes(part(plain, 16)), plain.get(32..).unwrap_or_default().to_vec()))
}

/// What [`decrypt_binding`] opens, as a client makes it.
#[must_use]
pub fn encrypt_binding(key: &AuthKey, random: &[u8; 16], msg_id: i64, body: &[u8]) -> Vec<u8> {
    let len = (body.len() as u32).to_le_bytes();
    let mut data = [&random[..], &msg_id.to_le_bytes(), &[0; 4], &len, body].concat();
    let msg_key: [u8; 16] = part(&sha1(&[&data]), 4);
    data.resize(data.len().next_multiple_of(16), 0);
    let (aes_key, iv) = derive(key, &msg_key, Side::Client);
    ige_encrypt(&aes_key, &iv, &mut data);
    [&key.id().to_le_bytes()[..], &msg_key, &data].concat()
}

/// Bytes of the message of `auth.bindTempAuthKey` that are hashed.
const BINDING: usize = 32 + 40;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::{MessageError, Version, decrypt_any};

    fn key() -> AuthKey {
        AuthKey::new(core::array::from_fn(|i| (i * 7 + 3) as u8))
    }

    proptest! {
        #[test]
        fn what_is_encrypted_decrypts_and_tells_its_version(words in 0usize..300, salt: i64, client: bool, v1: bool) {
            let side = if client { Side::Client } else { Side::Server };
            let version = if v1 { Version::V1 } else { Version::V2 };
            let message = Plaintext { salt, session_id: 77, msg_id: 1 << 40, seq_no: 3, body: vec![9; words * 4] };
            let bytes = version.encrypt(&key(), side, &message, |padding| padding.fill(1));
            let opened = decrypt_any(&key(), side, &bytes);
            // Shorter ones than MTProto 2.0 has.
            if v1 && words < 1 {
                prop_assert_eq!(opened, Err(MessageError::Length { len: bytes.len() }));
            } else {
                prop_assert_eq!(opened.map(|(message, _, version)| (message, version)), Ok((message, version)));
            }
        }

        #[test]
        fn every_changed_bit_is_noticed(index in 8usize..72, bit in 0u8..8) {
            let message = Plaintext { salt: 1, session_id: 77, msg_id: 4, seq_no: 3, body: vec![9; 16] };
            let mut bytes = encrypt(&key(), Side::Client, &message, |_| {});
            bytes[index] ^= 1 << bit;
            prop_assert_eq!(decrypt_any(&key(), Side::Client, &bytes), Err(MessageError::MsgKey));
        }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digit).collect()
    }

    /// Made by `tools/message_v1.py`, which follows the specification alone.
    #[test]
    fn the_vectors_of_the_specification_are_read_and_written() {
        let number = |text: &str| u64::from_str_radix(text, 16).unwrap().cast_signed();
        let (mut good, mut refused) = (0, 0);
        let text = include_str!("../../tests/fixtures/message-v1.txt");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let [verdict, side, salt, session_id, msg_id, seq_no, body, padding, ack, frame] =
                line.split(' ').collect::<Vec<_>>()[..]
            else {
                panic!("{line}")
            };
            let side = if side == "client" { Side::Client } else { Side::Server };
            let frame = bytes(frame);
            if verdict == "refused" {
                assert_eq!(decrypt_any(&key(), side, &frame), Err(MessageError::MsgKey), "{body}");
                refused += 1;
                continue;
            }
            let message = Plaintext {
                salt: number(salt),
                session_id: number(session_id),
                msg_id: number(msg_id),
                seq_no: number(seq_no) as i32,
                body: bytes(body),
            };
            let padding = bytes(padding.trim_matches('-'));
            let written = encrypt(&key(), side, &message, |place| place.copy_from_slice(&padding));
            assert_eq!(written, frame, "{line}");
            // Also with what the padded transport adds, and not as if the other side had sent it.
            let opened = decrypt_any(&key(), side, &[&frame[..], &[1; 15]].concat());
            let ack = u32::from_str_radix(ack, 16).unwrap();
            assert_eq!(opened, Ok((message, ack, Version::V1)), "{line}");
            let other = if side == Side::Client { Side::Server } else { Side::Client };
            assert_eq!(decrypt_any(&key(), other, &frame), Err(MessageError::MsgKey));
            good += 1;
        }
        assert_eq!((good, refused), (24, 12));
    }

    #[test]
    fn a_length_that_the_hash_does_not_cover_is_refused() {
        for (told, body, padding) in [(16i32, 16, 16), (16, 16, 32), (-4, 16, 0), (7, 16, 0), (64, 16, 0)] {
            let mut data = [0; 28].to_vec();
            data.extend(told.to_le_bytes());
            data.resize(INNER_HEADER + body, 0);
            let hash: [u8; 16] = part(&sha1(&[&data]), 4);
            data.resize(INNER_HEADER + body + padding, 0);
            let (aes_key, iv) = derive(&key(), &hash, Side::Client);
            ige_encrypt(&aes_key, &iv, &mut data);
            let frame = [&key().id().to_le_bytes()[..], &hash, &data].concat();
            assert_eq!(decrypt(&key(), Side::Client, &frame), None, "{told} of {body}, {padding} behind");
        }
    }

    #[test]
    fn bindings_open_with_their_key_alone() {
        let sealed = encrypt_binding(&key(), &[7; 16], 12, &[1; 40]);
        assert_eq!(decrypt_binding(&key(), &sealed), Ok((12, vec![1; 40])));
        assert!(decrypt_binding(&AuthKey::new([1; 256]), &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            // The padding is in no hash.
            let is_padding = index >= 24 + 64;
            assert!(decrypt_binding(&key(), &changed).is_err() || is_padding, "byte {index}");
            assert!(decrypt_binding(&key(), &sealed[..index]).is_err());
        }
    }
}
