//! Values without generated types: read by walking the definitions, to show them, and to check generated
//! codecs against another one.
//!
//! ```
//! use piltover_tl::dynamic::Dictionary;
//!
//! let dictionary = Dictionary::parse("c\t133-230\tpeerUser#59511722 user_id:long = Peer")?;
//! let bytes = [0x22, 0x17, 0x51, 0x59, 42, 0, 0, 0, 0, 0, 0, 0];
//! assert_eq!(dictionary.decode(&bytes)?.to_string(), "peerUser(user_id: 42)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::HashMap;
use std::fmt;

use thiserror::Error;

use crate::ast::Section;
use crate::parse_definition;
use crate::schema::{Combinator, FieldKind, TypeRef};
use crate::wire::{Decode, DecodeError, DecodeErrorKind, Reader};

/// Longest text that is shown whole, in characters.
const MAX_SHOWN: usize = 120;
/// Most items of a vector that are shown.
const MAX_ITEMS: usize = 20;

/// A combinator, and the layers in which it stands, as text.
#[derive(Debug, Clone)]
pub struct Known {
    /// The combinator.
    pub combinator: Combinator,
    /// `133-158,181`.
    pub layers: String,
}

/// The definitions of many layers, by id.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    by_id: HashMap<u32, Known>,
    by_name: HashMap<String, u32>,
}

/// A line that is none of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct DictionaryError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Bytes that are not what the definitions say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {error}")]
pub struct ReadError {
    /// Where, as `messages.sendMessage.entities[2]`.
    pub path: String,
    /// What is wrong.
    pub error: DecodeError,
}

impl Dictionary {
    /// Reads a dictionary: `c` or `f`, layers, text, with tabs between them; one definition a line.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Self, DictionaryError> {
        let mut dictionary = Self::default();
        for (index, line) in text.lines().enumerate() {
            let error = |reason: String| DictionaryError { line: index + 1, reason };
            let mut columns = line.split('\t');
            let (Some(kind), Some(layers), Some(text)) = (columns.next(), columns.next(), columns.next())
            else {
                return Err(error("expected three columns".to_owned()));
            };
            let section = if kind == "f" { Section::Functions } else { Section::Types };
            let definition = parse_definition(text).map_err(|reason| error(reason.to_string()))?;
            let combinator =
                Combinator::resolve(&definition, section).map_err(|reason| error(reason.to_string()))?;
            if let Some(combinator) = combinator {
                dictionary.by_name.insert(combinator.name.clone(), combinator.id);
                dictionary.by_id.insert(combinator.id, Known { combinator, layers: layers.to_owned() });
            }
        }
        Ok(dictionary)
    }

    /// The combinator with this id.
    #[must_use]
    pub fn known(&self, id: u32) -> Option<&Known> {
        self.by_id.get(&id)
    }

    /// Reads one value, id first, that spans all of `bytes`.
    ///
    /// # Errors
    /// Where the bytes are not what the definitions say.
    pub fn decode<'a>(&'a self, bytes: &'a [u8]) -> Result<Value<'a>, ReadError> {
        let mut walk = Walk { dictionary: self, reader: Reader::new(bytes), path: Vec::new() };
        let value = walk.any();
        let value = value.and_then(|value| walk.reader.finish().map(|()| value));
        value.map_err(|error| ReadError { path: walk.path.concat(), error })
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// 32 bits.
    Int(i32),
    /// 64 bits.
    Long(i64),
    /// IEEE 754, 64 bits.
    Double(f64),
    /// `boolTrue`, `boolFalse`, or a bit of a flags word that is set.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// Bytes, also those of `int128` and `int256`.
    Bytes(&'a [u8]),
    /// A vector.
    Vector(Vec<Value<'a>>),
    /// A constructor or function, with those fields that are there.
    Object {
        /// Its definition.
        combinator: &'a Combinator,
        /// The fields, in order; no flags words.
        fields: Vec<(&'a str, Value<'a>)>,
    },
}

struct Walk<'a> {
    dictionary: &'a Dictionary,
    reader: Reader<'a>,
    /// What was entered and not left, so that an error can say where it is.
    path: Vec<String>,
}

impl<'a> Walk<'a> {
    fn any(&mut self) -> Result<Value<'a>, DecodeError> {
        let id = self.reader.word()?;
        match id {
            crate::wire::BOOL_TRUE => return Ok(Value::Bool(true)),
            crate::wire::BOOL_FALSE => return Ok(Value::Bool(false)),
            _ => {}
        }
        let known = self.dictionary.known(id).ok_or_else(|| self.reader.unexpected("Object", id))?;
        self.object(&known.combinator)
    }

    fn object(&mut self, combinator: &'a Combinator) -> Result<Value<'a>, DecodeError> {
        self.reader.enter()?;
        let is_outermost = self.path.is_empty();
        if is_outermost {
            self.path.push(combinator.name.clone());
        }
        let mut words: Vec<(&str, u32)> = Vec::new();
        let mut fields = Vec::new();
        for field in &combinator.fields {
            self.path.push(format!(".{}", field.name));
            let is_set = |word: &str, bit: u32| {
                words.iter().any(|(name, flags)| *name == word && flags >> bit & 1 == 1)
            };
            match &field.kind {
                FieldKind::Flags => words.push((&field.name, self.reader.word()?)),
                FieldKind::Required(ty) => fields.push((field.name.as_str(), self.value(ty)?)),
                FieldKind::Optional { word, bit, ty } if is_set(word, *bit) => {
                    fields.push((&field.name, self.value(ty)?));
                }
                FieldKind::True { word, bit } if is_set(word, *bit) => {
                    fields.push((&field.name, Value::Bool(true)))
                }
                FieldKind::Optional { .. } | FieldKind::True { .. } | FieldKind::Carried(_) => {}
            }
            self.path.pop();
        }
        if is_outermost {
            self.path.pop();
        }
        self.reader.leave();
        Ok(Value::Object { combinator, fields })
    }

    fn value(&mut self, ty: &'a TypeRef) -> Result<Value<'a>, DecodeError> {
        Ok(match ty {
            TypeRef::Int => Value::Int(i32::decode(&mut self.reader)?),
            TypeRef::Long => Value::Long(i64::decode(&mut self.reader)?),
            TypeRef::Double => Value::Double(f64::decode(&mut self.reader)?),
            TypeRef::Bool => Value::Bool(bool::decode(&mut self.reader)?),
            TypeRef::Int128 => Value::Bytes(self.reader.take(16)?),
            TypeRef::Int256 => Value::Bytes(self.reader.take(32)?),
            TypeRef::Bytes => Value::Bytes(self.reader.bytes()?),
            TypeRef::String => {
                let bytes = self.reader.bytes()?;
                Value::Text(
                    std::str::from_utf8(bytes)
                        .map_err(|_| self.reader.error(DecodeErrorKind::InvalidUtf8))?,
                )
            }
            TypeRef::Vector(item) => {
                let count = self.reader.vector()?;
                self.items(count, item)?
            }
            TypeRef::BareVector(item) => {
                let count = self.reader.count()?;
                self.items(count, item)?
            }
            TypeRef::Any => self.any()?,
            TypeRef::Boxed(name) => self.boxed(name)?,
            TypeRef::Bare(name) => {
                let id = self.dictionary.by_name.get(name).copied().unwrap_or_default();
                let known =
                    self.dictionary.known(id).ok_or_else(|| self.reader.unexpected("a bare type", id))?;
                self.object(&known.combinator)?
            }
        })
    }

    fn boxed(&mut self, name: &str) -> Result<Value<'a>, DecodeError> {
        let id = self.reader.word()?;
        let known =
            self.dictionary.known(id).ok_or_else(|| self.reader.unexpected("a known constructor", id))?;
        match &known.combinator.result {
            TypeRef::Boxed(result) if result == name => self.object(&known.combinator),
            _ => Err(self.reader.unexpected("a constructor of the field's type", id)),
        }
    }

    fn items(&mut self, count: usize, item: &'a TypeRef) -> Result<Value<'a>, DecodeError> {
        let mut items = Vec::new();
        for index in 0..count {
            self.path.push(format!("[{index}]"));
            items.push(self.value(item)?);
            self.path.pop();
        }
        Ok(Value::Vector(items))
    }
}

/// Shows the value on one line: long texts cut, bytes by their number.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Long(value) => write!(f, "{value}"),
            Self::Double(value) => write!(f, "{value}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Text(text) => match text.char_indices().nth(MAX_SHOWN).and_then(|(end, _)| text.get(..end))
            {
                Some(start) => write!(f, "{start:?}..."),
                None => write!(f, "{text:?}"),
            },
            Self::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            Self::Vector(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().take(MAX_ITEMS).enumerate() {
                    write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
                }
                match items.len().checked_sub(MAX_ITEMS) {
                    Some(more @ 1..) => write!(f, ", and {more} more]"),
                    _ => f.write_str("]"),
                }
            }
            Self::Object { combinator, fields } => {
                f.write_str(&combinator.name)?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if index > 0 { ", " } else { "(" })?;
                }
                f.write_str(if fields.is_empty() { "" } else { ")" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Encode, Encoder};

    const TEXT: &str = "c\t133-230\tpeerUser#59511722 user_id:long = Peer\n\
        c\t133-230\tmessageEntityBold#bd610bc9 offset:int length:int = MessageEntity\n\
        f\t133-230\tx.send flags:# silent:flags.5?true peer:Peer reply:flags.0?int text:string \
        entities:flags.3?Vector<MessageEntity> = Bool\n\
        f\t133-230\tinvokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X";

    fn dictionary() -> Dictionary {
        Dictionary::parse(TEXT).unwrap()
    }

    fn send(dictionary: &Dictionary, second_entity: u32) -> Vec<u8> {
        let mut encoder = Encoder::new(0);
        encoder.word(0xda9b_0d0d);
        158.encode(&mut encoder);
        encoder.word(dictionary.by_name["x.send"]);
        encoder.word(1 << 5 | 1 << 3);
        encoder.word(0x5951_1722);
        5i64.encode(&mut encoder);
        "hi".to_owned().encode(&mut encoder);
        encoder.vector(2);
        for id in [0xbd61_0bc9, second_entity] {
            encoder.word(id);
            0.encode(&mut encoder);
            2.encode(&mut encoder);
        }
        encoder.finish().unwrap()
    }

    #[test]
    fn values_are_shown() {
        let dictionary = dictionary();
        let bytes = send(&dictionary, 0xbd61_0bc9);
        assert_eq!(
            dictionary.decode(&bytes).unwrap().to_string(),
            "invokeWithLayer(layer: 158, query: x.send(silent: true, peer: peerUser(user_id: 5), text: \"hi\", \
             entities: [messageEntityBold(offset: 0, length: 2), messageEntityBold(offset: 0, length: 2)]))"
        );
    }

    #[test]
    fn errors_tell_where() {
        let dictionary = dictionary();
        let bytes = send(&dictionary, 0x5951_1722);
        let error = dictionary.decode(&bytes).unwrap_err();
        assert_eq!(error.path, "invokeWithLayer.query.entities[1]");
        assert_eq!(error.error.offset, bytes.len() - 12);
        assert_eq!(dictionary.decode(&bytes[..12]).unwrap_err().path, "invokeWithLayer.query.flags");
    }

    #[test]
    fn long_values_are_cut() {
        let text = Value::Text(&"ä".repeat(200)).to_string();
        assert_eq!(text.chars().count(), 2 + MAX_SHOWN + 3);
        let vector = Value::Vector(vec![Value::Int(1); 25]).to_string();
        assert!(vector.ends_with("1, and 5 more]"));
    }

    #[test]
    fn lines_that_are_none_are_named() {
        assert_eq!(Dictionary::parse("c\t1\tx = X\nwhat").unwrap_err().line, 2);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(cut in 0usize..70, byte: u8, at in 0usize..70) {
            let dictionary = dictionary();
            let mut bytes = send(&dictionary, 0xbd61_0bc9);
            bytes.truncate(cut);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _ = dictionary.decode(&bytes);
        }
    }
}
