//! The temporary AES key of the exchange, and the objects that travel under it.

use piltover_layers::{Decode, Reader};
use zeroize::Zeroizing;

use super::ExchangeError;
use crate::crypto::{equal, ige_decrypt, ige_encrypt, part, sha1};

/// `tmp_aes_key` and `tmp_aes_iv`, 256 bits each.
pub(super) struct TemporaryKey {
    key: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; 32]>,
}

impl TemporaryKey {
    pub(super) fn new(new_nonce: &[u8; 32], server_nonce: &[u8; 16]) -> Self {
        let new_server = sha1(&[new_nonce, server_nonce]);
        let server_new = sha1(&[server_nonce, new_nonce]);
        let new_new = sha1(&[new_nonce, new_nonce]);
        let key = Zeroizing::new([&new_server[..], &part::<12>(&server_new, 0)].concat());
        let iv = [&part::<8>(&server_new, 12)[..], &new_new, &part::<4>(new_nonce, 0)].concat();
        let iv = Zeroizing::new(iv);
        Self { key: Zeroizing::new(part(&key, 0)), iv: Zeroizing::new(part(&iv, 0)) }
    }

    /// SHA-1 of the object, the object, random bytes up to a whole number of blocks; encrypted.
    pub(super) fn seal(&self, object: &[u8], padding: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let mut data = [&sha1(&[object])[..], object].concat();
        let unpadded = data.len();
        data.resize(unpadded.next_multiple_of(16), 0);
        if let Some(end) = data.get_mut(unpadded..) {
            padding(end);
        }
        ige_encrypt(&self.key, &self.iv, &mut data);
        data
    }

    /// An object that was sealed, its hash checked. `message` names it in errors.
    pub(super) fn open<T: Decode>(
        &self,
        message: &'static str,
        encrypted: &[u8],
    ) -> Result<T, ExchangeError> {
        if !encrypted.len().is_multiple_of(16) {
            return Err(ExchangeError::Blocks { len: encrypted.len() });
        }
        let mut data = encrypted.to_vec();
        ige_decrypt(&self.key, &self.iv, &mut data);
        let (hash, object) = data.split_at_checked(20).ok_or(ExchangeError::Hash { message })?;
        let mut reader = Reader::new(object);
        let inner = T::decode(&mut reader);
        // The hash does not cover the padding, whose length only decoding tells. With a wrong key all is
        // garbage, so that what stopped the decoder says nothing.
        let (object, padding) = object.split_at_checked(reader.offset()).unwrap_or_default();
        match inner {
            Ok(inner) if equal(&sha1(&[object]), hash) && padding.len() <= 16 => Ok(inner),
            _ => Err(ExchangeError::Hash { message }),
        }
    }
}
