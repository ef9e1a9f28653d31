use thiserror::Error;

use super::{BOOL_FALSE, BOOL_TRUE, MAX_BYTES_LEN, Raw, VECTOR};

/// Why a value has no form in the layer it was to be encoded for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A number that does not fit the `int` that the field was in that layer.
    #[error("{field} = {value} does not fit the int that it is in layer {layer}")]
    IntRange {
        /// `constructor.field`, as TL names them.
        field: &'static str,
        /// The value.
        value: i64,
        /// The layer.
        layer: i32,
    },
    /// A constructor that the layer does not know and that has no stand-in there.
    #[error("{combinator} has no form in layer {layer}")]
    NotInLayer {
        /// The constructor or function, as TL names it.
        combinator: &'static str,
        /// The layer.
        layer: i32,
    },
    /// A string of more than 2^24 - 1 bytes.
    #[error("a string of {len} bytes is longer than TL can tell")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

/// Collects the bytes of one value in the form of one layer.
///
/// Encoding never stops half way: the first error is remembered and [`Encoder::finish`] tells it, so
/// that the common case pays for no checks.
#[derive(Debug)]
pub struct Encoder {
    out: Vec<u8>,
    layer: i32,
    viewer: Option<i64>,
    error: Option<EncodeError>,
}

impl Encoder {
    /// Encodes for `layer`.
    #[must_use]
    pub fn new(layer: i32) -> Self {
        Self::with_buffer(Vec::new(), layer)
    }

    /// Encodes for `layer`, appending to `out`.
    #[must_use]
    pub fn with_buffer(out: Vec<u8>, layer: i32) -> Self {
        Self { out, layer, viewer: None, error: None }
    }

    /// The layer whose forms are written.
    #[inline]
    #[must_use]
    pub fn layer(&self) -> i32 {
        self.layer
    }

    /// Writes for this user, by his id. Before layer 119 a private message names its receiver, also where that is
    /// the one who reads it.
    #[must_use]
    pub fn for_viewer(self, user_id: Option<i64>) -> Self {
        Self { viewer: user_id, ..self }
    }

    /// The id of the user who will read what is written, if that is known.
    #[inline]
    #[must_use]
    pub fn viewer(&self) -> Option<i64> {
        self.viewer
    }

    /// Bytes written so far, with what was in the buffer before.
    #[must_use]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// The bytes, if every value had a form in the layer.
    ///
    /// # Errors
    /// The first thing that had none.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.error {
            None => Ok(self.out),
            Some(error) => Err(error),
        }
    }

    /// Remembers an error, unless there was one before.
    #[cold]
    pub fn fail(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    /// Remembers that `combinator` has no form in this layer.
    #[cold]
    pub fn not_in_layer(&mut self, combinator: &'static str) {
        let layer = self.layer;
        self.fail(EncodeError::NotInLayer { combinator, layer });
    }

    /// Writes a constructor id or a flags word.
    #[inline]
    pub fn word(&mut self, word: u32) {
        self.words([word]);
    }

    /// Writes several words, with one check of the capacity.
    #[inline]
    pub fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.out.extend_from_slice(words.map(u32::to_le_bytes).as_flattened());
    }

    /// Writes bytes as they are.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Writes a `long` in the place of an `int`, as layers before the change of its type want it.
    #[inline]
    pub fn narrow(&mut self, value: i64, field: &'static str) {
        match i32::try_from(value) {
            Ok(int) => int.encode(self),
            Err(_) => {
                let layer = self.layer;
                self.fail(EncodeError::IntRange { field, value, layer });
            }
        }
    }

    /// Writes a vector of `long` as the vector of `int` that an older layer wants.
    pub fn narrow_vector(&mut self, values: &[i64], field: &'static str) {
        self.vector(values.len());
        for &value in values {
            self.narrow(value, field);
        }
    }

    /// Writes a vector of `int` as the vector of `long` that another layer wants.
    pub fn widen_vector(&mut self, values: &[i32]) {
        self.vector(values.len());
        for &value in values {
            i64::from(value).encode(self);
        }
    }

    /// Writes the id and the count of a boxed vector.
    #[inline]
    pub fn vector(&mut self, len: usize) {
        match u32::try_from(len) {
            Ok(count) if i32::try_from(len).is_ok() => self.words([VECTOR, count]),
            _ => self.fail(EncodeError::TooLong { len }),
        }
    }

    /// Writes the count of a bare vector.
    #[inline]
    pub fn count(&mut self, len: usize) {
        match i32::try_from(len) {
            Ok(count) => count.encode(self),
            Err(_) => self.fail(EncodeError::TooLong { len }),
        }
    }

    /// Writes a bare vector: a count, then the items.
    pub fn bare_vector<T>(&mut self, items: &[T], mut item: impl FnMut(&T, &mut Self)) {
        self.count(items.len());
        for value in items {
            item(value, self);
        }
    }

    /// Writes a `string` or `bytes`: the length in one byte or four, the content, zeros up to a
    /// multiple of four.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        let len = bytes.len();
        let header = if len < 254 { 1 } else { 4 };
        if len < 254 {
            self.out.push(len as u8);
        } else if len <= MAX_BYTES_LEN {
            self.word((len as u32) << 8 | 254);
        } else {
            return self.fail(EncodeError::TooLong { len });
        }
        self.out.extend_from_slice(bytes);
        // Three bytes at once and some taken back: as many as are needed would be a call of memcpy.
        let padded = self.out.len() + (header + len).next_multiple_of(4) - (header + len);
        self.out.extend_from_slice(&[0; 3]);
        self.out.truncate(padded);
    }
}

/// A value that can be written as TL bytes.
pub trait Encode {
    /// Whether some value of the type is left out of vectors and optional fields in some layer,
    /// instead of having a stand-in there.
    const DROPS: bool = false;

    /// Writes the value in the form of the encoder's layer. Boxed types begin with their id.
    fn encode(&self, encoder: &mut Encoder);

    /// Whether the value has a form in `layer`, or a stand-in; only asked where [`Encode::DROPS`].
    fn present(&self, _layer: i32) -> bool {
        true
    }

    /// The bytes of this value in `layer`.
    ///
    /// # Errors
    /// What has no form there.
    fn to_bytes(&self, layer: i32) -> Result<Vec<u8>, EncodeError> {
        let mut encoder = Encoder::new(layer);
        self.encode(&mut encoder);
        encoder.finish()
    }
}

/// Numbers that a layer has as `int`s, whatever newer ones have.
pub trait AsInts {
    /// Writes them as `int`s; those that do not fit are an error of `field`.
    fn encode_as_ints(&self, encoder: &mut Encoder, field: &'static str);
}

impl AsInts for i32 {
    fn encode_as_ints(&self, encoder: &mut Encoder, _: &'static str) {
        self.encode(encoder);
    }
}

impl AsInts for i64 {
    fn encode_as_ints(&self, encoder: &mut Encoder, field: &'static str) {
        encoder.narrow(*self, field);
    }
}

impl<T: AsInts> AsInts for Vec<T> {
    fn encode_as_ints(&self, encoder: &mut Encoder, field: &'static str) {
        encoder.vector(self.len());
        self.iter().for_each(|value| value.encode_as_ints(encoder, field));
    }
}

impl Encode for i32 {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.word(*self as u32);
    }
}

impl Encode for i64 {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.words([*self as u32, (*self >> 32) as u32]);
    }
}

impl Encode for f64 {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.raw(&self.to_le_bytes());
    }
}

impl<const N: usize> Encode for [u8; N] {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.raw(self);
    }
}

impl Encode for bool {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.word(if *self { BOOL_TRUE } else { BOOL_FALSE });
    }
}

impl Encode for String {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        self.as_str().encode(encoder);
    }
}

impl Encode for str {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(self.as_bytes());
    }
}

impl Encode for Vec<u8> {
    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(self);
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        if T::DROPS {
            let layer = encoder.layer();
            let present = || self.iter().filter(|item| item.present(layer));
            encoder.vector(present().count());
            present().for_each(|item| item.encode(encoder));
        } else {
            encoder.vector(self.len());
            for item in self {
                item.encode(encoder);
            }
        }
    }
}

impl<T: Encode> Encode for Box<T> {
    const DROPS: bool = T::DROPS;

    #[inline]
    fn encode(&self, encoder: &mut Encoder) {
        T::encode(self, encoder);
    }

    fn present(&self, layer: i32) -> bool {
        T::present(self, layer)
    }
}

impl Encode for Raw {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.raw(&self.0);
    }
}
