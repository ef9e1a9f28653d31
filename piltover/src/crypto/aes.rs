use ::aes::Aes256;
use ::aes::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, StreamCipher};

/// Encrypts in place with AES-256 in IGE mode; what does not fill a block of 16 bytes is left as it is.
///
/// `iv` is the previous ciphertext block followed by the previous plaintext block.
pub fn ige_encrypt(key: &[u8; 32], iv: &[u8; 32], data: &mut [u8]) {
    let (blocks, _) = Block::<Aes256>::slice_as_chunks_mut(data);
    ige::Encryptor::<Aes256>::new(&(*key).into(), &(*iv).into()).encrypt_blocks(blocks);
}

/// Decrypts in place what [`ige_encrypt`] encrypted.
pub fn ige_decrypt(key: &[u8; 32], iv: &[u8; 32], data: &mut [u8]) {
    let (blocks, _) = Block::<Aes256>::slice_as_chunks_mut(data);
    ige::Decryptor::<Aes256>::new(&(*key).into(), &(*iv).into()).decrypt_blocks(blocks);
}

/// AES-256 in CTR mode as a running stream, for the obfuscated transports.
pub struct CtrStream(ctr::Ctr128BE<Aes256>);

impl CtrStream {
    /// Begins a stream.
    #[must_use]
    pub fn new(key: &[u8; 32], iv: &[u8; 16]) -> Self {
        Self(ctr::Ctr128BE::new(&(*key).into(), &(*iv).into()))
    }

    /// Encrypts or decrypts the next bytes in place.
    pub fn apply(&mut self, data: &mut [u8]) {
        self.0.apply_keystream(data);
    }
}

impl std::fmt::Debug for CtrStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CtrStream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ige_chains_both_blocks() {
        // By the definition: c1 = E(p1 ^ iv1) ^ iv2, c2 = E(p2 ^ c1) ^ p1.
        use ::aes::cipher::{BlockCipherEncrypt, KeyInit};
        let (key, iv) = ([7; 32], core::array::from_fn::<u8, 32, _>(|i| i as u8));
        let plain: [u8; 32] = core::array::from_fn(|i| (i * 3) as u8);
        let mut data = plain;
        ige_encrypt(&key, &iv, &mut data);
        let cipher = Aes256::new(&key.into());
        let xor = |a: &[u8], b: &[u8]| -> [u8; 16] { core::array::from_fn(|i| a[i] ^ b[i]) };
        let mut block = xor(&plain[..16], &iv[..16]).into();
        cipher.encrypt_block(&mut block);
        let first = xor(&block, &iv[16..]);
        let mut block = xor(&plain[16..], &first).into();
        cipher.encrypt_block(&mut block);
        let second = xor(&block, &plain[..16]);
        assert_eq!(data, *[first, second].concat());
        ige_decrypt(&key, &iv, &mut data);
        assert_eq!(data, plain);
    }
}
