use std::borrow::Cow;
use std::fmt;

use crate::schema::{Combinator, FieldKind};

/// Longest text that is shown whole, in characters.
const MAX_SHOWN: usize = 120;
/// Most items of a vector that are shown.
const MAX_ITEMS: usize = 20;

/// A value. Text and bytes are those of the message that it was read from.
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
    Text(Cow<'a, str>),
    /// Bytes, also those of `int128` and `int256`.
    Bytes(Cow<'a, [u8]>),
    /// A vector.
    Vector(Vec<Value<'a>>),
    /// A constructor or function with its fields.
    Object(Object<'a>),
}

/// A constructor or function with its fields: always what its definition says.
#[derive(Debug, Clone, PartialEq)]
pub struct Object<'a> {
    pub(super) combinator: &'a Combinator,
    /// Whether the name alone means another version in the dictionary of the value.
    pub(super) is_older: bool,
    pub(super) words: Words<'a>,
    /// The values that are there, in the order of the fields.
    pub(super) values: Vec<Value<'a>>,
}

impl<'a> Object<'a> {
    /// Its definition.
    #[must_use]
    pub fn combinator(&self) -> &'a Combinator {
        self.combinator
    }

    /// Its name; with its id, where the name alone means another version in its dictionary.
    #[must_use]
    pub fn label(&self) -> String {
        match self.is_older {
            true => format!("{}#{:08x}", self.combinator.name, self.combinator.id),
            false => self.combinator.name.clone(),
        }
    }

    /// The fields that are there, in order: values, and bits that are set. No flags words, which follow
    /// from what is there.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, &Value<'a>)> {
        self.present().map(|(index, value)| (field_name(self.combinator, index), value))
    }

    /// The fields that are there, by their place in the definition.
    pub(super) fn present(&self) -> impl Iterator<Item = (usize, &Value<'a>)> {
        let mut values = self.values.iter();
        self.combinator.fields.iter().enumerate().filter_map(move |(index, field)| {
            let value = match &field.kind {
                FieldKind::Flags => None,
                FieldKind::Required(_) => values.next(),
                FieldKind::Optional { word, bit, .. } if self.words.is_set(word, *bit) => values.next(),
                FieldKind::True { word, bit } if self.words.is_set(word, *bit) => Some(&Value::Bool(true)),
                FieldKind::Optional { .. } | FieldKind::True { .. } | FieldKind::Carried(_) => None,
            };
            Some((index, value?))
        })
    }

    /// The field of this name, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.fields().find(|(field, _)| *field == name).map(|(_, value)| value)
    }
}

fn field_name(combinator: &Combinator, index: usize) -> &str {
    combinator.fields.get(index).map_or("", |field| &field.name)
}

/// The flags words of an object, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words<'a>(pub Vec<(&'a str, u32)>);

impl Words<'_> {
    pub fn is_set(&self, word: &str, bit: u32) -> bool {
        self.0.iter().any(|(name, flags)| *name == word && flags >> bit & 1 == 1)
    }

    pub fn get(&self, word: &str) -> u32 {
        self.0.iter().find(|(name, _)| *name == word).map_or(0, |(_, flags)| *flags)
    }

    pub fn set(&mut self, word: &str, bit: u32) {
        if let Some((_, flags)) = self.0.iter_mut().find(|(name, _)| *name == word) {
            *flags |= 1 << bit;
        }
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
            Self::Object(object) => {
                f.write_str(&object.combinator.name)?;
                let mut is_first = true;
                for (name, value) in object.fields() {
                    write!(f, "{}{name}: {value}", if is_first { "(" } else { ", " })?;
                    is_first = false;
                }
                f.write_str(if is_first { "" } else { ")" })
            }
        }
    }
}
