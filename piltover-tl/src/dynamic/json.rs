//! Values to JSON and back, with nothing lost:
//!
//! | TL | JSON |
//! | --- | --- |
//! | an object | `{"_": "peerUser", "user_id": 42}`; `"_": "user#938458c1"` where the name alone means another version |
//! | `int` | a number |
//! | `long` | a number, or a string beyond ±(2^53 - 1), where many readers lose digits; both are read |
//! | `double` | a number, or `"Infinity"`, `"-Infinity"`, `"NaN"`, `"NaN:7ff8000000000001"` |
//! | `string` | a string |
//! | `bytes`, `int128`, `int256` | `{"$hex": "0badcafe"}` |
//! | `Bool`, `flags.0?true` | `true`, `false`; a bit that is not set is left out |
//! | a vector | an array |
//!
//! Optional fields that are not there are left out; `null` is read as such, too. There are no flags words:
//! they follow from what is there.
//!
//! Under the definitions of all layers a bit that has moved is two fields of one name: the older is `video@2`.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

use super::dictionary::{Found, is_of_type};
use super::error::Within;
use super::value::Words;
use super::{Dictionary, MAX_NESTING, Object, Value, ValueError};
use crate::schema::{Combinator, Field, FieldKind, TypeRef};

/// The greatest whole number up to which a double, and so many a reader of JSON, knows all.
const MAX_SAFE: u64 = (1 << 53) - 1;

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(int) => serializer.serialize_i32(*int),
            Self::Long(long) if long.unsigned_abs() > MAX_SAFE => serializer.collect_str(long),
            Self::Long(long) => serializer.serialize_i64(*long),
            Self::Double(double) if double.is_finite() => serializer.serialize_f64(*double),
            Self::Double(double) if double.is_infinite() => {
                serializer.serialize_str(if *double > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Double(nan) if nan.to_bits() == f64::NAN.to_bits() => serializer.serialize_str("NaN"),
            Self::Double(nan) => serializer.collect_str(&format_args!("NaN:{:016x}", nan.to_bits())),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("$hex", &hex(bytes))?;
                map.end()
            }
            Self::Vector(items) => serializer.collect_seq(items),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("_", &self.label())?;
        for (index, value) in self.present() {
            map.serialize_entry(&key(self.combinator, index), value)?;
        }
        map.end()
    }
}

/// The key of a field: its name, and its number if others before it have the same name.
fn key(combinator: &Combinator, index: usize) -> Cow<'_, str> {
    let mut names = combinator.fields.iter().map(|field| field.name.as_str()).take(index + 1);
    let name = names.next_back().unwrap_or_default();
    match names.filter(|other| *other == name).count() {
        0 => Cow::Borrowed(name),
        others => Cow::Owned(format!("{name}@{}", others + 1)),
    }
}

/// Whether a field has a key of its own.
fn is_member(field: &Field) -> bool {
    !matches!(field.kind, FieldKind::Flags | FieldKind::Carried(_))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|half| u8::try_from(half).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

impl<'a> Dictionary<'a> {
    /// The value that this JSON stands for: an object with its name as `_`, or a `Bool`.
    ///
    /// # Errors
    /// Where it is not what the definitions say.
    pub fn from_json(&self, json: &Json) -> Result<Value<'a>, ValueError> {
        self.from_json_as(&TypeRef::Any, json)
    }

    /// The value of a type that this JSON stands for.
    ///
    /// # Errors
    /// As [`Dictionary::from_json`].
    pub fn from_json_as(&self, ty: &TypeRef, json: &Json) -> Result<Value<'a>, ValueError> {
        let value = Parse { dictionary: self, depth: 0 }.value(ty, json, 0);
        match json.get("_") {
            Some(Json::String(name)) => value.in_root(name),
            _ => value,
        }
    }
}

struct Parse<'a, 'd> {
    dictionary: &'d Dictionary<'a>,
    depth: usize,
}

impl<'a> Parse<'a, '_> {
    fn value(&mut self, ty: &TypeRef, json: &Json, schema: usize) -> Result<Value<'a>, ValueError> {
        let value = match (ty, json) {
            (TypeRef::Int, json) => whole(json).and_then(|long| i32::try_from(long).ok()).map(Value::Int),
            (TypeRef::Long, json) => whole(json).map(Value::Long),
            (TypeRef::Double, json) => double(json).map(Value::Double),
            (TypeRef::Bool | TypeRef::Any, Json::Bool(bool)) => Some(Value::Bool(*bool)),
            (TypeRef::String, Json::String(text)) => Some(Value::Text(Cow::Owned(text.clone()))),
            (TypeRef::Bytes, json) => bytes(json).map(|bytes| Value::Bytes(Cow::Owned(bytes))),
            (TypeRef::Int128, json) => sized(json, 16),
            (TypeRef::Int256, json) => sized(json, 32),
            (TypeRef::Vector(item) | TypeRef::BareVector(item), Json::Array(items)) => {
                self.enter()?;
                let mut values = Vec::with_capacity(items.len());
                for (index, json) in items.iter().enumerate() {
                    values.push(self.value(item, json, schema).in_item(index)?);
                }
                self.depth -= 1;
                Some(Value::Vector(values))
            }
            (TypeRef::Any | TypeRef::Boxed(_) | TypeRef::Bare(_), Json::Object(members)) => {
                let found = self.definition(ty, members.get("_"), schema)?;
                self.enter()?;
                let object = self.object(found, members)?;
                self.depth -= 1;
                Some(Value::Object(object))
            }
            _ => None,
        };
        value.ok_or_else(|| ValueError::new(format!("expected {}, found {}", in_words(ty), shown(json))))
    }

    fn enter(&mut self) -> Result<(), ValueError> {
        self.depth += 1;
        match self.depth > MAX_NESTING {
            true => Err(ValueError::new(format!("values nest deeper than {MAX_NESTING}"))),
            false => Ok(()),
        }
    }

    /// The definition that `_` names where a type is expected. A bare type names it already.
    fn definition(&self, ty: &TypeRef, label: Option<&Json>, schema: usize) -> Result<Found<'a>, ValueError> {
        let name = match label {
            Some(Json::String(name)) => Some(name.as_str()),
            Some(_) => return Err(ValueError::new("`_` is a name")),
            None => None,
        };
        let found = match (ty, name) {
            (TypeRef::Bare(bare), name) => {
                let found = self.dictionary.bare(schema, bare);
                found.filter(|found| name.is_none_or(|name| name == found.combinator.name))
            }
            (_, None) => return Err(ValueError::new("`_`, the name, is missing")),
            (TypeRef::Boxed(ty), Some(name)) => {
                let found = self.dictionary.named_in(schema, name);
                found.filter(|found| is_of_type(found.combinator, ty))
            }
            (_, Some(name)) => self.dictionary.find(name),
        };
        found.ok_or_else(|| {
            let name = name.unwrap_or_default();
            ValueError::new(match self.dictionary.find(name) {
                Some(other) => {
                    format!("expected {}, found {name}: {}", in_words(ty), other.combinator.result)
                }
                None => format!("expected {}, found {name}, which is not defined", in_words(ty)),
            })
        })
    }

    fn object(
        &mut self,
        found: Found<'a>,
        members: &serde_json::Map<String, Json>,
    ) -> Result<Object<'a>, ValueError> {
        let combinator = found.combinator;
        let keys = || (0..combinator.fields.len()).map(|index| key(combinator, index));
        let is_value = |index: usize| combinator.fields.get(index).is_some_and(is_member);
        let is_known = |name: &str| keys().position(|key| key == name).is_some_and(is_value);
        if let Some(name) = members.keys().find(|name| *name != "_" && !is_known(name)) {
            return Err(ValueError::new(format!("{} has no field {name}", combinator.name)));
        }
        let fields: Vec<(&'a Field, Option<&Json>)> = combinator
            .fields
            .iter()
            .zip(keys())
            .map(|(field, key)| (field, members.get(key.as_ref()).filter(|json| **json != Json::Null)))
            .collect();
        let mut words = Words::default();
        for (field, member) in &fields {
            match (&field.kind, member) {
                (FieldKind::Flags, _) => words.0.push((&field.name, 0)),
                (FieldKind::Optional { word, bit, .. }, Some(_))
                | (FieldKind::True { word, bit }, Some(Json::Bool(true))) => words.set(word, *bit),
                (FieldKind::True { .. }, Some(json)) if **json != Json::Bool(false) => {
                    let error = ValueError::new(format!("expected true or false, found {}", shown(json)));
                    return Err(error).in_field(&field.name);
                }
                _ => {}
            }
        }
        let mut values = Vec::new();
        for (field, member) in fields {
            let ty = match &field.kind {
                FieldKind::Required(ty) => ty,
                FieldKind::Optional { word, bit, ty } if words.is_set(word, *bit) => ty,
                _ => continue,
            };
            let Some(json) = member else {
                let reason = match field.kind.bit() {
                    Some((word, bit)) => format!("missing, while another field of {word}.{bit} is there"),
                    None => "missing".to_owned(),
                };
                return Err(ValueError::new(reason)).in_field(&field.name);
            };
            values.push(self.value(ty, json, found.schema).in_field(&field.name)?);
        }
        Ok(Object { combinator, is_older: self.dictionary.is_older(found), words, values })
    }
}

fn whole(json: &Json) -> Option<i64> {
    match json {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn double(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => match text.as_str() {
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            "NaN" => Some(f64::NAN),
            text => {
                let bits = u64::from_str_radix(text.strip_prefix("NaN:")?, 16).ok()?;
                Some(f64::from_bits(bits)).filter(|double| double.is_nan())
            }
        },
        _ => None,
    }
}

fn bytes(json: &Json) -> Option<Vec<u8>> {
    match json.as_object()?.get("$hex")? {
        Json::String(text) if json.as_object()?.len() == 1 => from_hex(text),
        _ => None,
    }
}

fn sized(json: &Json, len: usize) -> Option<Value<'static>> {
    bytes(json).filter(|bytes| bytes.len() == len).map(|bytes| Value::Bytes(Cow::Owned(bytes)))
}

fn in_words(ty: &TypeRef) -> String {
    match ty {
        TypeRef::Bytes => "{\"$hex\": \"...\"}".to_owned(),
        TypeRef::Int128 => "{\"$hex\": \"...\"} of 16 bytes".to_owned(),
        TypeRef::Int256 => "{\"$hex\": \"...\"} of 32 bytes".to_owned(),
        TypeRef::Any => "a constructor or a function".to_owned(),
        ty => ty.to_string(),
    }
}

/// A piece of JSON, short.
fn shown(json: &Json) -> String {
    match json {
        Json::Object(members) => match members.get("_") {
            Some(Json::String(name)) => name.clone(),
            _ => "an object".to_owned(),
        },
        Json::Array(_) => "an array".to_owned(),
        Json::String(text) if text.chars().count() > 40 => "a long string".to_owned(),
        json => json.to_string(),
    }
}
