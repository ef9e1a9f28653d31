//! What MTProto needs of cryptography, thin over well-kept crates. No clock and no randomness inside.

mod aes;
mod auth_key;
pub mod dh;
mod message;
mod message_v1;
pub mod pq;
mod rsa;

pub use aes::{CtrStream, ige_decrypt, ige_encrypt};
pub use auth_key::AuthKey;
pub(crate) use message::seal;
pub use message::{MessageError, Plaintext, Side, Version, decrypt, decrypt_any, encrypt};
pub use message_v1::{decrypt_binding, encrypt_binding};
pub use rsa::{InnerData, KeyError, KeyPair, PublicKey, RsaError};

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// SHA-1 of several slices, one behind the other.
#[must_use]
pub fn sha1(parts: &[&[u8]]) -> [u8; 20] {
    let mut hasher = Sha1::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// SHA-256 of several slices, one behind the other.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// Whether two slices are equal, in a time that does not tell where they differ.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    a.ct_eq(b).into()
}

/// `len` bytes of `bytes` from `start`, or zeros where there are fewer: for fixed layouts whose sizes
/// are known.
pub(crate) fn part<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut out = [0; N];
    if let Some(slice) = bytes.get(start..start.saturating_add(N)) {
        out.copy_from_slice(slice);
    }
    out
}
