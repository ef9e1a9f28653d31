//! `gzip_packed#3072cfa1 packed_data:bytes = Object`: an object, compressed.
//!
//! Clients send gzip (Telethon, Pyrogram) or zlib (mtcute); the server sends gzip.
//!
//! <https://core.telegram.org/mtproto/service_messages#packed-object>

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::GzEncoder;
use piltover_layers::{DecodeError, Encoder, Reader};
use thiserror::Error;

/// The id of `gzip_packed`.
pub const GZIP_PACKED: u32 = 0x3072_cfa1;

pub use crate::limits::MAX_UNPACKED;

/// Shorter objects are not worth the time.
const MIN_PACKED: usize = 1024;

/// Why an object could not be unpacked.
#[derive(Debug, Error)]
pub enum GzipError {
    /// The bytes that hold the compressed data are not TL.
    #[error("gzip_packed cannot be decoded: {0}")]
    Decode(#[from] DecodeError),
    /// Neither gzip nor zlib.
    #[error("the data in gzip_packed are neither gzip nor zlib: {0}")]
    Format(#[from] std::io::Error),
    /// It expands too far.
    #[error("gzip_packed expands to more than is permitted, {MAX_UNPACKED} bytes in one message")]
    TooLong,
}

/// Whether a body is a packed one.
#[must_use]
pub fn is_packed(body: &[u8]) -> bool {
    body.starts_with(&GZIP_PACKED.to_le_bytes())
}

/// The object in a packed body.
///
/// # Errors
/// What was wrong with it.
pub fn unpack(body: &[u8]) -> Result<Vec<u8>, GzipError> {
    unpack_within(body, MAX_UNPACKED)
}

/// As [`unpack`], with a limit of its own, in bytes.
///
/// # Errors
/// What was wrong with it.
pub fn unpack_within(body: &[u8], max: u64) -> Result<Vec<u8>, GzipError> {
    let mut reader = Reader::new(body);
    reader.word()?;
    let packed = reader.bytes()?;
    let mut out = Vec::new();
    let read = match packed.first() {
        // The first byte of gzip is 1f, that of zlib with any window x8.
        Some(0x1f) => GzDecoder::new(packed).take(max + 1).read_to_end(&mut out)?,
        _ => ZlibDecoder::new(packed).take(max + 1).read_to_end(&mut out)?,
    };
    if read as u64 > max { Err(GzipError::TooLong) } else { Ok(out) }
}

/// The object packed, if that makes it shorter by a tenth.
#[must_use]
pub fn pack(object: &[u8]) -> Option<Vec<u8>> {
    if object.len() < MIN_PACKED {
        return None;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(object).ok()?;
    let packed = gzip.finish().ok()?;
    if packed.len() > object.len() / 10 * 9 {
        return None;
    }
    let mut encoder = Encoder::new(0);
    encoder.word(GZIP_PACKED);
    encoder.bytes(&packed);
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use flate2::write::ZlibEncoder;

    use super::*;

    fn zlib(object: &[u8]) -> Vec<u8> {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(object).unwrap();
        let mut encoder = Encoder::new(0);
        encoder.word(GZIP_PACKED);
        encoder.bytes(&zlib.finish().unwrap());
        encoder.finish().unwrap()
    }

    #[test]
    fn both_formats_unpack() {
        let object = vec![5; 4000];
        let packed = pack(&object).unwrap();
        assert!(is_packed(&packed));
        // The server's own is true gzip: some clients read nothing else.
        let mut reader = Reader::new(&packed[4..]);
        assert_eq!(reader.bytes().unwrap()[..3], [0x1f, 0x8b, 8]);
        assert_eq!(unpack(&packed).unwrap(), object);
        assert_eq!(unpack(&zlib(&object)).unwrap(), object);
        assert_eq!(pack(&object[..MIN_PACKED - 1]), None);
        let random: Vec<u8> = (0..4000u32).flat_map(|n| crate::crypto::sha1(&[&n.to_le_bytes()])).collect();
        assert_eq!(pack(&random), None);
    }

    #[test]
    fn bombs_and_garbage_are_refused() {
        let bomb = zlib(&vec![0; MAX_UNPACKED as usize + 1]);
        assert!(bomb.len() < 100_000);
        assert!(matches!(unpack(&bomb), Err(GzipError::TooLong)));
        assert_eq!(unpack(&zlib(&vec![0; MAX_UNPACKED as usize])).unwrap().len(), MAX_UNPACKED as usize);
        let mut packed = pack(&vec![5; 4000]).unwrap();
        packed[20] ^= 0xff;
        assert!(unpack(&packed).is_err());
        assert!(matches!(unpack(&packed[..8]), Err(GzipError::Decode(_))));
        assert!(matches!(unpack(&zlib(&[])[..4]), Err(GzipError::Decode(_))));
    }
}
