//! TL's wire format over byte slices: little-endian numbers, length-prefixed strings padded to four
//! bytes, vectors, constructor ids.
//!
//! A message is always whole in memory, so [`Reader`] is a cursor over a slice and [`Encoder`] owns a
//! plain `Vec<u8>`. Generated types implement [`Decode`] and [`Encode`] in terms of the two.
//!
//! Layout: <https://core.telegram.org/mtproto/serialize>.

mod decode;
mod encode;

pub use decode::{Decode, DecodeError, DecodeErrorKind, Reader, decode_exact};
pub use encode::{AsInts, Encode, EncodeError, Encoder};

/// `boolFalse#bc799737 = Bool`.
pub const BOOL_FALSE: u32 = 0xbc79_9737;
/// `boolTrue#997275b5 = Bool`.
pub const BOOL_TRUE: u32 = 0x9972_75b5;
/// `vector#1cb5c415 {t:Type} # [ t ] = Vector t`.
pub const VECTOR: u32 = 0x1cb5_c415;

/// How deep values of recursive types (`RichText`, `PageBlock`, `JSONValue` ...) may nest before a
/// decoder refuses them, so that hostile bytes cannot exhaust the stack.
pub const MAX_DEPTH: u16 = 64;

/// Longest `string` or `bytes` that the three-byte length can tell, in bytes.
pub const MAX_BYTES_LEN: usize = (1 << 24) - 1;

/// Everything up to the end of the message, undecoded: the value of a `!X` parameter
/// (`invokeWithLayer`'s `query`) or of a field of type `Object`.
///
/// It begins with the constructor id of whatever it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw(pub Vec<u8>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(value: &impl Encode) -> Vec<u8> {
        let mut encoder = Encoder::new(0);
        value.encode(&mut encoder);
        encoder.finish().unwrap()
    }

    fn round_trip<T: Encode + Decode + PartialEq + std::fmt::Debug>(value: &T) {
        let bytes = encoded(value);
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(&decode_exact::<T>(&bytes).unwrap(), value);
    }

    proptest! {
        #[test]
        fn numbers_round_trip(int: i32, long: i64, bits: u64, id: [u8; 16], hash: [u8; 32]) {
            round_trip(&int);
            round_trip(&long);
            round_trip(&id);
            round_trip(&hash);
            let double = f64::from_bits(bits);
            prop_assert_eq!(decode_exact::<f64>(&encoded(&double)).unwrap().to_bits(), bits);
        }

        #[test]
        fn strings_round_trip(text: String, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            round_trip(&text);
            round_trip(&bytes);
        }

        #[test]
        fn vectors_round_trip(longs: Vec<i64>, texts: Vec<String>) {
            round_trip(&longs);
            round_trip(&texts);
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_exact::<Vec<String>>(&bytes);
            let _ = decode_exact::<Vec<Vec<i64>>>(&bytes);
            let _ = decode_exact::<bool>(&bytes);
        }
    }

    #[test]
    fn known_layouts() {
        assert_eq!(encoded(&1i32), [1, 0, 0, 0]);
        assert_eq!(encoded(&"abc".to_owned()), [3, b'a', b'b', b'c']);
        assert_eq!(encoded(&"abcd".to_owned()), [4, b'a', b'b', b'c', b'd', 0, 0, 0]);
        assert_eq!(encoded(&vec![0u8; 254])[..4], [254, 254, 0, 0]);
        assert_eq!(encoded(&vec![7i32]), [0x15, 0xc4, 0xb5, 0x1c, 1, 0, 0, 0, 7, 0, 0, 0]);
    }

    #[test]
    fn a_huge_count_is_refused_before_memory_is_taken() {
        let mut bytes = VECTOR.to_le_bytes().to_vec();
        bytes.extend(i32::MAX.to_le_bytes());
        let error = decode_exact::<Vec<i64>>(&bytes).unwrap_err();
        assert!(matches!(error.kind(), DecodeErrorKind::VectorCount { count: i32::MAX, .. }));
    }

    #[test]
    fn invalid_text_and_padding_are_refused() {
        let error = decode_exact::<String>(&[1, 0xff, 0, 0]).unwrap_err();
        assert_eq!(error.kind(), &DecodeErrorKind::InvalidUtf8);
        let error = decode_exact::<String>(&[1, b'a', 0, 9]).unwrap_err();
        assert_eq!(error.kind(), &DecodeErrorKind::NonZeroPadding);
        let error = decode_exact::<i32>(&[0; 5]).unwrap_err();
        assert_eq!(error.kind(), &DecodeErrorKind::TrailingBytes { left: 1 });
    }
}
