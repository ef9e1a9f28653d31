use thiserror::Error;

use super::{AuthKey, equal, ige_decrypt, ige_encrypt, message_v1, part, sha256};
use crate::rules::{self, Refusal};

/// Who encrypted a message: the key derivation differs by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From client to server.
    Client,
    /// From server to client.
    Server,
}

impl Side {
    pub(super) fn x(self) -> usize {
        match self {
            Self::Client => 0,
            Self::Server => 8,
        }
    }
}

/// What an encrypted message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plaintext {
    /// The server salt, 64 bits.
    pub salt: i64,
    /// The session that the client chose, 64 bits.
    pub session_id: i64,
    /// The message's id: Unix time times 2^32, about.
    pub msg_id: i64,
    /// Twice the number of content-related messages before it, plus one if it is one itself.
    pub seq_no: i32,
    /// The message, a multiple of four bytes.
    pub body: Vec<u8>,
}

/// Why an encrypted message is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MessageError {
    /// Shorter than its headers, or the encrypted part is no whole number of blocks.
    #[error("an encrypted message of {len} bytes is too short or no whole number of blocks")]
    Length {
        /// Its length in bytes.
        len: usize,
    },
    /// `msg_key` is not the hash of what was decrypted.
    #[error("msg_key does not match the message")]
    MsgKey,
    /// The message tells a length that is negative, no multiple of four, or more than there is.
    #[error("the message tells a length of {told}, with {available} bytes there")]
    BodyLength {
        /// What it tells.
        told: i32,
        /// What there is behind the header.
        available: usize,
    },
    /// Padding outside of 12 to 1024 bytes.
    #[error("{got} bytes of padding, where 12 to 1024 are allowed")]
    Padding {
        /// How many there were.
        got: usize,
    },
}

impl MessageError {
    /// The rule that was broken.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Length { len } => Refusal::new(
                &rules::MESSAGE_LENGTH,
                "24 bytes, and at least three blocks of 16",
                format!("{len} bytes"),
            ),
            Self::MsgKey => Refusal::new(&rules::MESSAGE_MSG_KEY, "the hash of the message", "another"),
            Self::BodyLength { told, available } => Refusal::new(
                &rules::MESSAGE_BODY_LENGTH,
                format!("a multiple of 4 up to {available}"),
                told.to_string(),
            ),
            Self::Padding { got } => Refusal::new(&rules::MESSAGE_PADDING, "12 to 1024", got.to_string()),
        }
    }
}

/// The version of MTProto that a message is encrypted with. The server answers in the newest one that the key has
/// encrypted with, and refuses an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// That of the oldest clients: <https://core.telegram.org/mtproto/description_v1>
    V1,
    /// That of all others: <https://core.telegram.org/mtproto/description>
    V2,
}

impl Version {
    /// As [`encrypt`], in this version.
    #[must_use]
    pub fn encrypt(
        self,
        key: &AuthKey,
        side: Side,
        message: &Plaintext,
        padding: impl FnOnce(&mut [u8]),
    ) -> Vec<u8> {
        match self {
            Self::V1 => message_v1::encrypt(key, side, message, padding),
            Self::V2 => encrypt(key, side, message, padding),
        }
    }
}

pub(super) const HEADER: usize = 24;
pub(super) const INNER_HEADER: usize = 32;

fn derive(key: &AuthKey, msg_key: &[u8; 16], side: Side) -> ([u8; 32], [u8; 32]) {
    let x = side.x();
    let key = key.as_bytes();
    let a = sha256(&[msg_key, &part::<36>(key, x)]);
    let b = sha256(&[&part::<36>(key, 40 + x), msg_key]);
    let join = |first: &[u8; 32], second: &[u8; 32]| {
        let mut out = *first;
        if let (Some(to), Some(from)) = (out.get_mut(8..24), second.get(8..24)) {
            to.copy_from_slice(from);
        }
        out
    };
    (join(&a, &b), join(&b, &a))
}

/// `msg_key_large`: its middle is `msg_key`, its beginning the token of a quick acknowledgment.
fn large_key(key: &AuthKey, plaintext: &[u8], side: Side) -> [u8; 32] {
    sha256(&[&part::<32>(key.as_bytes(), 88 + side.x()), plaintext])
}

fn msg_key(key: &AuthKey, plaintext: &[u8], side: Side) -> [u8; 16] {
    part(&large_key(key, plaintext, side), 8)
}

impl Plaintext {
    /// All of the message before it is encrypted: the place of the outer header, and `len` bytes with zeros for the
    /// padding.
    pub(super) fn layout(&self, len: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + len);
        out.extend_from_slice(&[0; HEADER]);
        out.extend_from_slice(&self.salt.to_le_bytes());
        out.extend_from_slice(&self.session_id.to_le_bytes());
        out.extend_from_slice(&self.msg_id.to_le_bytes());
        out.extend_from_slice(&self.seq_no.to_le_bytes());
        out.extend_from_slice(&(self.body.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.body);
        out.resize(HEADER + len, 0);
        out
    }

    /// The message in what was decrypted, whose length was checked.
    pub(super) fn read(mut data: Vec<u8>, body_len: usize) -> Self {
        let message = Self {
            salt: i64::from_le_bytes(part(&data, 0)),
            session_id: i64::from_le_bytes(part(&data, 8)),
            msg_id: i64::from_le_bytes(part(&data, 16)),
            seq_no: i32::from_le_bytes(part(&data, 24)),
            body: Vec::new(),
        };
        data.truncate(INNER_HEADER + body_len);
        data.drain(..INNER_HEADER);
        Self { body: data, ..message }
    }
}

/// Encrypts a message with MTProto 2.0, header and all. `padding` gives random bytes.
///
/// ```text
/// +-----------------+-------------+------------------------------------------------------+
/// | auth_key_id (8) | msg_key (16)| salt 8, session 8, msg_id 8, seq_no 4, len 4, body, padding |
/// +-----------------+-------------+------------------------------------------------------+
///                                  ^ AES-256-IGE
/// ```
///
/// <https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector>
#[must_use]
pub fn encrypt(key: &AuthKey, side: Side, message: &Plaintext, padding: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let unpadded = INNER_HEADER + message.body.len();
    // At least 12 bytes, up to a whole number of blocks.
    let len = (unpadded + 12).next_multiple_of(16);
    let mut out = message.layout(len);
    if let Some(end) = out.get_mut(HEADER + unpadded..) {
        padding(end);
    }
    seal(key, side, &mut out);
    out
}

/// Encrypts whole blocks, whatever they are, behind the place of the header, which it fills.
pub(crate) fn seal(key: &AuthKey, side: Side, message: &mut [u8]) {
    let Some((header, data)) = message.split_at_mut_checked(HEADER) else { return };
    let hash = msg_key(key, data, side);
    let (aes_key, iv) = derive(key, &hash, side);
    ige_encrypt(&aes_key, &iv, data);
    fill_header(header, key, &hash);
}

/// Writes the outer header: `auth_key_id` and `msg_key`.
pub(super) fn fill_header(header: &mut [u8], key: &AuthKey, msg_key: &[u8; 16]) {
    if let Some((id, place)) = header.split_at_mut_checked(8) {
        id.copy_from_slice(&key.id().to_le_bytes());
        place.copy_from_slice(msg_key);
    }
}

/// Decrypts a message that begins with the id of `key`, and checks all that can be checked without its
/// session. Up to 15 bytes behind the last block are the padding of a transport. Beside the message it gives
/// the token of its quick acknowledgment: the first 32 bits of the hash that `msg_key` is a part of,
/// with the highest bit set.
///
/// <https://core.telegram.org/mtproto/mtproto-transports#quick-ack>
///
/// # Errors
/// The rule that the message breaks.
pub fn decrypt(key: &AuthKey, side: Side, frame: &[u8]) -> Result<(Plaintext, u32), MessageError> {
    let length = MessageError::Length { len: frame.len() };
    let Some((header, data)) = frame.split_at_checked(HEADER) else { return Err(length) };
    let mut data = data.get(..data.len() / 16 * 16).unwrap_or_default().to_vec();
    if data.len() < INNER_HEADER + 12 {
        return Err(length);
    }
    let told_key: [u8; 16] = part(header, 8);
    let (aes_key, iv) = derive(key, &told_key, side);
    ige_decrypt(&aes_key, &iv, &mut data);
    // Before anything else is looked at: https://core.telegram.org/mtproto/security_guidelines
    let large_key = large_key(key, &data, side);
    if !equal(&part::<16>(&large_key, 8), &told_key) {
        return Err(MessageError::MsgKey);
    }
    let told = i32::from_le_bytes(part(&data, 28));
    let available = data.len() - INNER_HEADER;
    let body_len = usize::try_from(told).ok().filter(|len| len % 4 == 0 && *len <= available);
    let body_len = body_len.ok_or(MessageError::BodyLength { told, available })?;
    let padding = available - body_len;
    if !(12..=1024).contains(&padding) {
        return Err(MessageError::Padding { got: padding });
    }
    Ok((Plaintext::read(data, body_len), quick_ack(&large_key)))
}

/// As [`decrypt`], for a message of either version; gives the version, too.
///
/// Whoever tries messages out learns nothing by it of those that are encrypted with 2.0: from the same `msg_key` 1.0
/// derives another AES key, and whatever is wrong with a message of 1.0, the error is that of a wrong `msg_key`.
///
/// # Errors
/// The rule that the message breaks.
pub fn decrypt_any(
    key: &AuthKey,
    side: Side,
    frame: &[u8],
) -> Result<(Plaintext, u32, Version), MessageError> {
    match decrypt(key, side, frame) {
        Ok((message, quick_ack)) => Ok((message, quick_ack, Version::V2)),
        Err(MessageError::MsgKey) => {
            let (message, quick_ack) = message_v1::decrypt(key, side, frame).ok_or(MessageError::MsgKey)?;
            Ok((message, quick_ack, Version::V1))
        }
        Err(error) => Err(error),
    }
}

/// The token of a quick acknowledgment, in the hash that `msg_key` is a part of.
pub(super) fn quick_ack(hash: &[u8]) -> u32 {
    u32::from_le_bytes(part(hash, 0)) | 1 << 31
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> AuthKey {
        AuthKey::new(core::array::from_fn(|i| (i * 7 + 3) as u8))
    }

    fn message(words: usize) -> Plaintext {
        Plaintext { salt: -5, session_id: 77, msg_id: 1 << 40, seq_no: 3, body: vec![9; words * 4] }
    }

    proptest! {
        #[test]
        fn what_is_encrypted_decrypts(words in 0usize..300, salt: i64, client: bool) {
            let side = if client { Side::Client } else { Side::Server };
            let message = Plaintext { salt, ..message(words) };
            let bytes = encrypt(&key(), side, &message, |padding| padding.fill(1));
            prop_assert_eq!((bytes.len() - 24) % 16, 0);
            prop_assert_eq!(decrypt(&key(), side, &bytes).map(|(message, _)| message), Ok(message));
        }

        #[test]
        fn garbage_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decrypt(&key(), Side::Client, &bytes).is_err());
        }

        #[test]
        fn every_changed_bit_is_noticed(index in 8usize..80, bit in 0u8..8) {
            let mut bytes = encrypt(&key(), Side::Client, &message(4), |padding| padding.fill(1));
            bytes[index] ^= 1 << bit;
            prop_assert_eq!(decrypt(&key(), Side::Client, &bytes), Err(MessageError::MsgKey));
        }
    }

    /// A message with a right key but a header or padding of our choice.
    fn forged(told: i32, body: usize, padding: usize) -> Vec<u8> {
        let mut message = [0; HEADER + 28].to_vec();
        message.extend(told.to_le_bytes());
        message.resize(HEADER + INNER_HEADER + body + padding, 0);
        seal(&key(), Side::Client, &mut message);
        message
    }

    #[test]
    fn lengths_and_padding_are_checked() {
        let decrypted = |told, body, padding| decrypt(&key(), Side::Client, &forged(told, body, padding));
        assert!(decrypted(16, 16, 16).is_ok());
        assert!(decrypted(16, 16, 1024).is_ok());
        assert_eq!(decrypted(16, 16, 1040), Err(MessageError::Padding { got: 1040 }));
        assert_eq!(decrypted(24, 16, 16), Err(MessageError::Padding { got: 8 }));
        assert_eq!(decrypted(-4, 16, 16), Err(MessageError::BodyLength { told: -4, available: 32 }));
        assert_eq!(decrypted(7, 16, 16), Err(MessageError::BodyLength { told: 7, available: 32 }));
        assert_eq!(decrypted(64, 16, 16), Err(MessageError::BodyLength { told: 64, available: 32 }));
    }
}
