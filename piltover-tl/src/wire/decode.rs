use thiserror::Error;

use super::{BOOL_FALSE, BOOL_TRUE, MAX_DEPTH, Raw, VECTOR};

/// Why bytes could not be decoded, and where.
///
/// As large as a pointer: a reader gives a result for each field, and most results are values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at byte {}: {}", self.offset(), self.kind())]
pub struct DecodeError(Box<(usize, DecodeErrorKind)>);

impl DecodeError {
    #[cold]
    fn new(offset: usize, kind: DecodeErrorKind) -> Self {
        Self(Box::new((offset, kind)))
    }

    /// Bytes from the start of the decoded slice to the value at fault.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.0
    }

    /// What was wrong there.
    #[must_use]
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.0.1
    }
}

/// The ways in which bytes can fail to be TL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The value is longer than what is left.
    #[error("{needed} bytes needed, {left} left")]
    UnexpectedEnd {
        /// How many bytes the value needs.
        needed: usize,
        /// How many there were.
        left: usize,
    },
    /// A constructor id that does not belong to the expected type.
    #[error("expected {expected}, found constructor {id:08x}")]
    UnexpectedConstructor {
        /// The type that was expected, as TL names it.
        expected: &'static str,
        /// The id that was found.
        id: u32,
    },
    /// A flags word has bits that no layer defines, so what follows cannot be read.
    #[error("{combinator} has unknown flag bits {bits:#x}")]
    UnknownFlags {
        /// The constructor or function, as TL names it.
        combinator: &'static str,
        /// The bits without a meaning.
        bits: u32,
    },
    /// A vector says that it has more items than the message has room for.
    #[error("a vector of {count} items in {left} bytes")]
    VectorCount {
        /// The number of items told.
        count: i32,
        /// The bytes left for them.
        left: usize,
    },
    /// A `string` that is not UTF-8.
    #[error("a string is not valid UTF-8")]
    InvalidUtf8,
    /// The bytes that fill a string up to four are not zero.
    #[error("the padding of a string is not zero")]
    NonZeroPadding,
    /// Values nest deeper than [`MAX_DEPTH`].
    #[error("values nest deeper than {MAX_DEPTH}")]
    TooDeep,
    /// A request that was to be read as an older version of its function, in which it has no form.
    #[error("this {combinator} has no form in an older layer")]
    NoOlderForm {
        /// The function, as TL names it.
        combinator: &'static str,
    },
    /// Bytes were left over after the value.
    #[error("{left} bytes left over")]
    TrailingBytes {
        /// How many.
        left: usize,
    },
}

/// A cursor over the bytes of one message.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    total: usize,
    depth: u16,
}

impl<'a> Reader<'a> {
    /// Begins at the first of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, total: bytes.len(), depth: 0 }
    }

    /// Bytes consumed so far.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.total - self.rest.len()
    }

    /// The bytes not consumed yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// An error of this kind at the present offset.
    #[cold]
    #[must_use]
    pub fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(self.offset(), kind)
    }

    /// The error for an id, just read, that does not belong to type `expected`.
    #[cold]
    #[must_use]
    pub fn unexpected(&self, expected: &'static str, id: u32) -> DecodeError {
        let offset = self.offset().saturating_sub(4);
        DecodeError::new(offset, DecodeErrorKind::UnexpectedConstructor { expected, id })
    }

    /// The error for a value of `needed` bytes that is longer than what is left.
    #[cold]
    fn end(&self, needed: usize) -> DecodeError {
        self.error(DecodeErrorKind::UnexpectedEnd { needed, left: self.rest.len() })
    }

    /// Takes the next `len` bytes.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if there are fewer.
    #[inline]
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(len) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.end(len)),
        }
    }

    /// Takes the next `N` bytes as an array.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.number(std::convert::identity)
    }

    /// Reads a constructor id or a flags word.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnexpectedEnd`] if fewer than four bytes are left.
    #[inline]
    pub fn word(&mut self) -> Result<u32, DecodeError> {
        self.number(u32::from_le_bytes)
    }

    /// Reads a number of `N` bytes, made of them by `from`.
    ///
    /// Not by way of [`Reader::array`], whose result would be taken apart and put together again at each of the many
    /// places that read a number, which costs time to compile.
    #[inline]
    fn number<const N: usize, T>(&mut self, from: impl Fn([u8; N]) -> T) -> Result<T, DecodeError> {
        match self.rest.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(from(*taken))
            }
            None => Err(self.end(N)),
        }
    }

    /// Reads a flags word and refuses bits outside `known`.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnknownFlags`], or the end of the bytes.
    #[inline]
    pub fn flags(&mut self, known: u32, combinator: &'static str) -> Result<u32, DecodeError> {
        let flags = self.word()?;
        if flags & !known != 0 {
            return Err(self.error(DecodeErrorKind::UnknownFlags { combinator, bits: flags & !known }));
        }
        Ok(flags)
    }

    /// Reads a `string` or `bytes`: one length byte below 254, or 254 and three bytes; the content;
    /// zeros up to a multiple of four.
    ///
    /// # Errors
    /// The end of the bytes, or padding that is not zero.
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let [first, a, b, c] = match self.rest.first_chunk::<4>() {
            Some(head) => *head,
            None => return Err(self.end(4)),
        };
        let (header, len) = match first {
            254 => (4, u32::from_le_bytes([a, b, c, 0]) as usize),
            255 => return Err(self.end(usize::MAX)),
            short => (1, usize::from(short)),
        };
        let whole = self.take((header + len).next_multiple_of(4))?;
        let (_, content) = whole.split_at(header);
        let (content, padding) = content.split_at(len);
        if padding.iter().any(|&byte| byte != 0) {
            return Err(self.error(DecodeErrorKind::NonZeroPadding));
        }
        Ok(content)
    }

    /// Reads the id and the count of a boxed vector.
    ///
    /// # Errors
    /// Another constructor, or a count for which too few bytes are left.
    pub fn vector(&mut self) -> Result<usize, DecodeError> {
        let id = self.word()?;
        if id != VECTOR {
            return Err(self.unexpected("Vector", id));
        }
        self.count()
    }

    /// Reads the count of a bare vector. No TL value is shorter than four bytes, so a count that is
    /// greater than a quarter of what is left is refused before any memory is taken for it.
    ///
    /// # Errors
    /// [`DecodeErrorKind::VectorCount`], or the end of the bytes.
    pub fn count(&mut self) -> Result<usize, DecodeError> {
        let count = i32::decode(self)?;
        match usize::try_from(count) {
            Ok(len) if len <= self.rest.len() / 4 => Ok(len),
            _ => Err(self.error(DecodeErrorKind::VectorCount { count, left: self.rest.len() })),
        }
    }

    /// Reads a bare vector: a count, then the items.
    ///
    /// # Errors
    /// Those of [`Reader::count`] and of the items.
    pub fn bare_vector<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let count = self.count()?;
        // A huge item type must not turn a small message into a large allocation.
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Enters a value of a recursive type; [`Reader::leave`] follows on success.
    ///
    /// # Errors
    /// [`DecodeErrorKind::TooDeep`] beyond [`MAX_DEPTH`].
    #[inline]
    pub fn enter(&mut self) -> Result<(), DecodeError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(DecodeErrorKind::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    /// Leaves a value that [`Reader::enter`] entered.
    #[inline]
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Checks that every byte was consumed.
    ///
    /// # Errors
    /// [`DecodeErrorKind::TrailingBytes`].
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.error(DecodeErrorKind::TrailingBytes { left })),
        }
    }
}

/// A value that can be read from TL bytes.
pub trait Decode: Sized {
    /// Reads one value. Boxed types begin with their constructor id, whatever its layer.
    ///
    /// # Errors
    /// What was wrong with the bytes, and at which offset.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Decodes one value that must span all of `bytes`.
///
/// # Errors
/// As [`Decode::decode`], or [`DecodeErrorKind::TrailingBytes`].
pub fn decode_exact<T: Decode>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = T::decode(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

impl Decode for i32 {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.number(Self::from_le_bytes)
    }
}

impl Decode for i64 {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.number(Self::from_le_bytes)
    }
}

impl Decode for f64 {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.number(Self::from_le_bytes)
    }
}

impl<const N: usize> Decode for [u8; N] {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array()
    }
}

impl Decode for bool {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.word()? {
            BOOL_TRUE => Ok(true),
            BOOL_FALSE => Ok(false),
            id => Err(reader.unexpected("Bool", id)),
        }
    }
}

// Not to be inlined: strings are the most frequent fields, and a call costs less than what it does.
impl Decode for String {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = reader.offset();
        match std::str::from_utf8(reader.bytes()?) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(DecodeError::new(start, DecodeErrorKind::InvalidUtf8)),
        }
    }
}

impl Decode for Vec<u8> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.bytes().map(<[u8]>::to_vec)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = reader.word()?;
        if id != VECTOR {
            return Err(reader.unexpected("Vector", id));
        }
        reader.bare_vector(T::decode)
    }
}

impl<T: Decode> Decode for Box<T> {
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::decode(reader).map(Box::new)
    }
}

impl Decode for Raw {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let left = reader.rest().len();
        reader.take(left).map(|bytes| Self(bytes.to_vec()))
    }
}
