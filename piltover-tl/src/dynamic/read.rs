//! Bytes to values.

use std::borrow::Cow;

use super::dictionary::Found;
use super::error::Within;
use super::value::Words;
use super::{Dictionary, MAX_NESTING, Object, Path, ReadError, ReadErrorKind, Value};
use crate::schema::{FieldKind, TypeRef};
use crate::wire::{BOOL_FALSE, BOOL_TRUE, Decode, DecodeErrorKind, Reader, VECTOR};

impl<'a> Dictionary<'a> {
    /// Reads one value, id first, that spans all of `bytes`.
    ///
    /// # Errors
    /// Where the bytes are not what the definitions say.
    pub fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Value<'b>, ReadError>
    where
        'a: 'b,
    {
        self.decode_as(&TypeRef::Any, bytes)
    }

    /// Reads one value of a type that spans all of `bytes`: the answer to a request, say.
    ///
    /// # Errors
    /// As [`Dictionary::decode`].
    pub fn decode_as<'b>(&self, ty: &TypeRef, bytes: &'b [u8]) -> Result<Value<'b>, ReadError>
    where
        'a: 'b,
    {
        let mut read =
            Read { dictionary: self, reader: Reader::new(bytes), depth: 0, empty: 0, at_root: true };
        let value = read.value(ty, 0)?;
        read.reader.finish()?;
        Ok(value)
    }

    /// Where the request begins that the outermost one carries, if it carries one: `query` of
    /// `invokeWithLayer`.
    ///
    /// # Errors
    /// As [`Dictionary::decode`], for what stands before it.
    pub fn inner_request(&self, bytes: &[u8]) -> Result<Option<usize>, ReadError> {
        let mut read =
            Read { dictionary: self, reader: Reader::new(bytes), depth: 0, empty: 0, at_root: true };
        let id = read.reader.word()?;
        let Some(found) = self.with_id(id) else { return Ok(None) };
        let is_any = |ty: Option<&TypeRef>| ty == Some(&TypeRef::Any);
        if !found.combinator.fields.iter().any(|field| is_any(field.kind.value_type())) {
            return Ok(None);
        }
        let mut object = read.empty_object(found);
        for field in &found.combinator.fields {
            if is_any(field.kind.value_type()) {
                return Ok(Some(read.reader.offset()));
            }
            read.field(&mut object, field, found.schema).in_field(&field.name)?;
        }
        Ok(None)
    }
}

struct Read<'a, 'd> {
    dictionary: &'d Dictionary<'a>,
    reader: Reader<'a>,
    depth: usize,
    /// How many items of vectors took no bytes.
    empty: usize,
    at_root: bool,
}

impl<'a> Read<'a, '_> {
    fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError { path: Path::default(), offset: self.reader.offset(), kind }
    }

    /// The error for an id, just read, that does not belong where `expected` does.
    fn unexpected(&self, expected: &str, id: u32) -> ReadError {
        let stray = self.dictionary.known(id).map(|known| (known.combinator.name.clone(), known.layers));
        let kind = ReadErrorKind::Unexpected { expected: expected.to_owned(), id, stray };
        ReadError { path: Path::default(), offset: self.reader.offset().saturating_sub(4), kind }
    }

    /// Reads something one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, ReadError>) -> Result<T, ReadError> {
        if self.depth >= MAX_NESTING {
            return Err(self.error(ReadErrorKind::TooDeep));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn value(&mut self, ty: &TypeRef, schema: usize) -> Result<Value<'a>, ReadError> {
        let reader = &mut self.reader;
        Ok(match ty {
            TypeRef::Int => Value::Int(i32::decode(reader)?),
            TypeRef::Long => Value::Long(i64::decode(reader)?),
            TypeRef::Double => Value::Double(f64::decode(reader)?),
            TypeRef::Bool => Value::Bool(bool::decode(reader)?),
            TypeRef::Int128 => Value::Bytes(Cow::Borrowed(reader.take(16)?)),
            TypeRef::Int256 => Value::Bytes(Cow::Borrowed(reader.take(32)?)),
            TypeRef::Bytes => Value::Bytes(Cow::Borrowed(self.bytes()?)),
            TypeRef::String => {
                let offset = reader.offset();
                let text = std::str::from_utf8(self.bytes()?);
                let kind = ReadErrorKind::Wire(DecodeErrorKind::InvalidUtf8);
                let error = |_| ReadError { path: Path::default(), offset, kind };
                Value::Text(Cow::Borrowed(text.map_err(error)?))
            }
            TypeRef::Vector(item) => {
                let id = reader.word()?;
                if id != VECTOR {
                    return Err(self.unexpected("Vector", id));
                }
                self.items(item, schema)?
            }
            TypeRef::BareVector(item) => self.items(item, schema)?,
            TypeRef::Any => self.any()?,
            TypeRef::Boxed(name) => {
                let id = reader.word()?;
                match self.dictionary.constructor(schema, name, id) {
                    Some(found) => self.object(found)?,
                    None => return Err(self.unexpected(name, id)),
                }
            }
            TypeRef::Bare(name) => match self.dictionary.bare(schema, name) {
                Some(found) => self.object(found)?,
                None => return Err(self.error(ReadErrorKind::Undefined { name: name.clone() })),
            },
        })
    }

    /// A `string` or `bytes`, in the one form in which it is written.
    fn bytes(&mut self) -> Result<&'a [u8], ReadError> {
        let (offset, is_long) = (self.reader.offset(), self.reader.rest().first() == Some(&254));
        let bytes = self.reader.bytes()?;
        match bytes.len() {
            len @ ..254 if is_long => {
                Err(ReadError { path: Path::default(), offset, kind: ReadErrorKind::LongLength { len } })
            }
            _ => Ok(bytes),
        }
    }

    /// A value that begins with its id, whatever it is.
    fn any(&mut self) -> Result<Value<'a>, ReadError> {
        let id = self.reader.word()?;
        match id {
            BOOL_TRUE => return Ok(Value::Bool(true)),
            BOOL_FALSE => return Ok(Value::Bool(false)),
            _ => {}
        }
        match self.dictionary.with_id(id) {
            Some(found) => self.object(found),
            None if id == VECTOR => Err(self.error(ReadErrorKind::VectorOfUnknown)),
            None => Err(self.unexpected("a constructor or a function", id)),
        }
    }

    fn empty_object(&self, found: Found<'a>) -> Object<'a> {
        let is_older = self.dictionary.is_older(found);
        Object { combinator: found.combinator, is_older, words: Words::default(), values: Vec::new() }
    }

    fn object(&mut self, found: Found<'a>) -> Result<Value<'a>, ReadError> {
        let at_root = std::mem::take(&mut self.at_root);
        let object = self.deeper(|read| {
            let mut object = read.empty_object(found);
            for field in &found.combinator.fields {
                read.field(&mut object, field, found.schema).in_field(&field.name)?;
            }
            // Room for more than there is would be most of what many small objects take.
            object.words.0.shrink_to_fit();
            object.values.shrink_to_fit();
            Ok(object)
        });
        Ok(Value::Object(if at_root { object.in_root(&found.combinator.name)? } else { object? }))
    }

    fn field(
        &mut self,
        object: &mut Object<'a>,
        field: &'a crate::schema::Field,
        schema: usize,
    ) -> Result<(), ReadError> {
        match &field.kind {
            FieldKind::Flags => {
                let word = self.reader.word()?;
                let bits = word & !object.combinator.known_bits(&field.name);
                if bits != 0 {
                    return Err(self.error(ReadErrorKind::UnknownFlags { bits }));
                }
                object.words.0.push((&field.name, word));
            }
            FieldKind::Required(ty) => object.values.push(self.value(ty, schema)?),
            FieldKind::Optional { word, bit, ty } if object.words.is_set(word, *bit) => {
                object.values.push(self.value(ty, schema)?);
            }
            FieldKind::Optional { .. } | FieldKind::True { .. } | FieldKind::Carried(_) => {}
        }
        Ok(())
    }

    fn items(&mut self, item: &TypeRef, schema: usize) -> Result<Value<'a>, ReadError> {
        let at_root = std::mem::take(&mut self.at_root);
        let count = self.reader.count()?;
        let items = self.deeper(|read| {
            let mut items = Vec::new();
            for index in 0..count {
                let offset = read.reader.offset();
                items.push(read.value(item, schema).in_item(index)?);
                // Vectors in vectors of what takes no bytes would let a small message become large.
                if read.reader.offset() == offset {
                    read.empty += 1;
                    if read.empty > offset {
                        let (count, left) = (i32::try_from(count).unwrap_or(i32::MAX), 0);
                        return Err(
                            read.error(ReadErrorKind::Wire(DecodeErrorKind::VectorCount { count, left }))
                        );
                    }
                }
            }
            items.shrink_to_fit();
            Ok(items)
        });
        Ok(Value::Vector(if at_root { object_root(items)? } else { items? }))
    }
}

/// A vector that is the outermost value is named by its type.
fn object_root<T>(items: Result<T, ReadError>) -> Result<T, ReadError> {
    items.in_root("Vector")
}
