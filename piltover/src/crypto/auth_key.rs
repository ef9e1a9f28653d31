use std::fmt;

use zeroize::Zeroizing;

use super::{part, sha1};

/// An authorization key: 2048 bits that client and server share, big-endian, 256 bytes.
///
/// <https://core.telegram.org/mtproto/description#authorization-key>
#[derive(Clone)]
pub struct AuthKey {
    bytes: Zeroizing<[u8; 256]>,
    id: i64,
    aux_hash: u64,
}

impl AuthKey {
    /// A key of these bytes. Its id is the low 64 bits of their SHA-1, its auxiliary hash the high 64.
    #[must_use]
    pub fn new(bytes: [u8; 256]) -> Self {
        let hash = sha1(&[&bytes]);
        Self {
            id: i64::from_le_bytes(part(&hash, 12)),
            aux_hash: u64::from_le_bytes(part(&hash, 0)),
            bytes: Zeroizing::new(bytes),
        }
    }

    /// `auth_key_id`, as it stands before every encrypted message.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// `auth_key_aux_hash`, which proves at the end of the exchange that both sides have the key.
    #[must_use]
    pub fn aux_hash(&self) -> u64 {
        self.aux_hash
    }

    /// The key itself.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 256] {
        &self.bytes
    }
}

impl fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthKey({:016x})", self.id)
    }
}
