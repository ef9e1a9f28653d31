use std::fmt;

use ::rsa::BoxedUint;
use ::rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey, LineEnding};
use ::rsa::traits::PublicKeyParts;
use ::rsa::{RsaPrivateKey, RsaPublicKey};
use piltover_tl::wire::{Encode, Encoder};
use rand::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::{equal, ige_decrypt, part, sha1, sha256};

/// Why a key file is refused.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Not a PKCS#1 key.
    #[error("not an RSA key in PKCS#1 PEM: {0}")]
    Pkcs1(#[from] ::rsa::pkcs1::Error),
    /// Not a key of 2048 bits.
    #[error("an RSA key of {bits} bits, where the protocol needs 2048")]
    Size {
        /// Its size.
        bits: u32,
    },
    /// A key could not be made.
    #[error("no RSA key could be made: {0}")]
    Generate(#[from] ::rsa::Error),
}

/// Why an encrypted proof of work is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RsaError {
    /// Not 256 bytes.
    #[error("{got} encrypted bytes, where 256 are expected")]
    Length {
        /// How many there were.
        got: usize,
    },
    /// The number is not below the modulus.
    #[error("the encrypted number is not below the modulus")]
    Range,
    /// Neither RSA_PAD's hash nor the older scheme's leading zero fits.
    #[error("neither the hash of RSA_PAD nor the form of the older scheme fits")]
    Scheme,
}

/// What was encrypted for the server, by the scheme that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InnerData {
    /// RSA_PAD: the object and random padding, 192 bytes, proven by their hash.
    Padded([u8; 192]),
    /// SHA-1 of the object, then the object and random padding. Where the object ends is known only
    /// once it was decoded; then [`InnerData::is_proven`] tells whether the hash fits.
    Hashed {
        /// SHA-1 of the object alone.
        hash: [u8; 20],
        /// The object and what follows it, 235 bytes.
        data: [u8; 235],
    },
}

impl InnerData {
    /// The object, with what follows it.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        match self {
            Self::Padded(data) => data,
            Self::Hashed { data, .. } => data,
        }
    }

    /// Whether the object of the first `len` bytes is what was hashed.
    #[must_use]
    pub fn is_proven(&self, len: usize) -> bool {
        match self {
            Self::Padded(_) => true,
            Self::Hashed { hash, data } => {
                data.get(..len).is_some_and(|object| equal(&sha1(&[object]), hash))
            }
        }
    }
}

/// The server's RSA key, 2048 bits.
pub struct KeyPair {
    key: RsaPrivateKey,
    fingerprint: i64,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({:016x})", self.fingerprint)
    }
}

/// The public half of a server's key, for clients.
#[derive(Debug, Clone)]
pub struct PublicKey {
    key: RsaPublicKey,
    fingerprint: i64,
}

impl PublicKey {
    /// See [`KeyPair::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> i64 {
        self.fingerprint
    }

    /// RSA without any padding; none, if the number is not below the modulus.
    #[must_use]
    pub fn encrypt(&self, data: &[u8; 256]) -> Option<Vec<u8>> {
        let number = BoxedUint::from_be_slice(data, 2048).ok()?;
        if number >= **self.key.n() {
            return None;
        }
        Some(::rsa::hazmat::rsa_encrypt(&self.key, &number).ok()?.to_be_bytes().to_vec())
    }
}

impl KeyPair {
    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey { key: RsaPublicKey::from(&self.key), fingerprint: self.fingerprint }
    }

    /// Makes a key. Some clients look keys up by their fingerprint in hex without padding, so it never
    /// begins with a zero.
    ///
    /// # Errors
    /// No key could be made.
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, KeyError> {
        loop {
            let pair = Self::new(RsaPrivateKey::new(rng, 2048)?)?;
            if pair.fingerprint as u64 >> 60 != 0 {
                return Ok(pair);
            }
        }
    }

    /// Reads a private key in PKCS#1 PEM.
    ///
    /// # Errors
    /// Not such a key, or not one of 2048 bits.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::new(RsaPrivateKey::from_pkcs1_pem(pem)?)
    }

    fn new(key: RsaPrivateKey) -> Result<Self, KeyError> {
        let bits = key.n().bits();
        if bits != 2048 {
            return Err(KeyError::Size { bits });
        }
        let mut encoder = Encoder::new(0);
        key.n_bytes().to_vec().encode(&mut encoder);
        key.e_bytes().to_vec().encode(&mut encoder);
        let serialized = encoder.finish().unwrap_or_default();
        let fingerprint = i64::from_le_bytes(part(&sha1(&[&serialized]), 12));
        Ok(Self { key, fingerprint })
    }

    /// The private key in PKCS#1 PEM.
    ///
    /// # Errors
    /// The key cannot be written.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        Ok(self.key.to_pkcs1_pem(LineEnding::LF)?)
    }

    /// The public key in PKCS#1 PEM, as clients take it.
    ///
    /// # Errors
    /// The key cannot be written.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        Ok(RsaPublicKey::from(&self.key).to_pkcs1_pem(LineEnding::LF)?)
    }

    /// The low 64 bits of the SHA-1 of the public key as TL's `rsa_public_key n:bytes e:bytes`.
    ///
    /// <https://core.telegram.org/mtproto/auth_key#2-server-sends-response-of-the-form>
    #[must_use]
    pub fn fingerprint(&self) -> i64 {
        self.fingerprint
    }

    /// The modulus, big-endian, 256 bytes.
    #[must_use]
    pub fn modulus(&self) -> Box<[u8]> {
        self.key.n_bytes()
    }

    /// The public exponent, big-endian, without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> Box<[u8]> {
        self.key.e_bytes()
    }

    /// Decrypts 256 bytes and takes off the padding, whichever of the two schemes was used. `rng` blinds
    /// the operation.
    ///
    /// <https://core.telegram.org/mtproto/auth_key#41-rsa-paddata-server-public-key-mentioned-above-is-implemented-as-follows>
    ///
    /// # Errors
    /// What does not fit.
    pub fn decrypt(&self, rng: &mut impl CryptoRng, encrypted: &[u8]) -> Result<InnerData, RsaError> {
        if encrypted.len() != 256 {
            return Err(RsaError::Length { got: encrypted.len() });
        }
        let number = BoxedUint::from_be_slice(encrypted, 2048).map_err(|_| RsaError::Range)?;
        let plain = ::rsa::hazmat::rsa_decrypt(Some(rng), &self.key, &number).map_err(|_| RsaError::Range)?;
        let plain = Zeroizing::new(part::<256>(&plain.to_be_bytes(), 0));
        if let Some(data) = unpad(&plain) {
            return Ok(InnerData::Padded(data));
        }
        match plain.first() {
            Some(0) => Ok(InnerData::Hashed { hash: part(&*plain, 1), data: part(&*plain, 21) }),
            _ => Err(RsaError::Scheme),
        }
    }
}

/// Undoes RSA_PAD: a random key hidden by the hash of what it encrypts.
fn unpad(plain: &[u8; 256]) -> Option<[u8; 192]> {
    let hidden: [u8; 32] = part(plain, 0);
    let mut encrypted: [u8; 224] = part(plain, 32);
    let mask = sha256(&[&encrypted]);
    let key: [u8; 32] = std::array::from_fn(|i| {
        hidden.get(i).copied().unwrap_or_default() ^ mask.get(i).copied().unwrap_or_default()
    });
    ige_decrypt(&key, &[0; 32], &mut encrypted);
    let mut data: [u8; 192] = part(&encrypted, 0);
    data.reverse();
    let hash: [u8; 32] = part(&encrypted, 192);
    equal(&sha256(&[&key, &data]), &hash).then_some(data)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_key_whose_fingerprint_begins_with_zero_is_made_again() {
        // The first key of this generator is such a one.
        let rng = || StdRng::seed_from_u64(3);
        let first = KeyPair::new(RsaPrivateKey::new(&mut rng(), 2048).unwrap()).unwrap();
        assert_eq!(first.fingerprint as u64 >> 60, 0);
        let made = KeyPair::generate(&mut rng()).unwrap();
        assert_ne!(made.fingerprint as u64 >> 60, 0);
        let read = KeyPair::from_pem(&made.to_pem().unwrap()).unwrap();
        assert_eq!(read.fingerprint, made.fingerprint);
    }
}
