//! Values to bytes.

use super::error::Within;
use super::{Object, Value, ValueError};
use crate::schema::{FieldKind, TypeRef};
use crate::wire::{Encode, Encoder};

impl Value<'_> {
    /// The bytes of the value, id first.
    ///
    /// # Errors
    /// A value that does not say what it is: only objects and `Bool` do.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ValueError> {
        self.to_bytes_as(&TypeRef::Any)
    }

    /// The bytes of the value as one of this type.
    ///
    /// # Errors
    /// A value of another type, or a string that is longer than TL can tell.
    pub fn to_bytes_as(&self, ty: &TypeRef) -> Result<Vec<u8>, ValueError> {
        // The layer is that of the value's definitions.
        let mut encoder = Encoder::new(0);
        value(ty, self, &mut encoder)?;
        encoder.finish().map_err(|error| ValueError::new(error.to_string()))
    }
}

fn value(ty: &TypeRef, value: &Value<'_>, out: &mut Encoder) -> Result<(), ValueError> {
    match (ty, value) {
        (TypeRef::Int, Value::Int(int)) => int.encode(out),
        (TypeRef::Long, Value::Long(long)) => long.encode(out),
        (TypeRef::Double, Value::Double(double)) => double.encode(out),
        (TypeRef::Bool | TypeRef::Any, Value::Bool(bool)) => bool.encode(out),
        (TypeRef::String, Value::Text(text)) => out.bytes(text.as_bytes()),
        (TypeRef::Bytes, Value::Bytes(bytes)) => out.bytes(bytes),
        (TypeRef::Int128, Value::Bytes(bytes)) if bytes.len() == 16 => out.raw(bytes),
        (TypeRef::Int256, Value::Bytes(bytes)) if bytes.len() == 32 => out.raw(bytes),
        (TypeRef::Vector(item), Value::Vector(values)) => {
            out.vector(values.len());
            items(item, values, out)?;
        }
        (TypeRef::BareVector(item), Value::Vector(values)) => {
            out.count(values.len());
            items(item, values, out)?;
        }
        (TypeRef::Any | TypeRef::Boxed(_), Value::Object(object)) => {
            out.word(object.combinator.id);
            fields(object, out)?;
        }
        (TypeRef::Bare(_), Value::Object(object)) => fields(object, out)?,
        _ => return Err(ValueError::new(format!("expected {ty}, found {value}"))),
    }
    Ok(())
}

fn items(ty: &TypeRef, values: &[Value<'_>], out: &mut Encoder) -> Result<(), ValueError> {
    for (index, item) in values.iter().enumerate() {
        value(ty, item, out).in_item(index)?;
    }
    Ok(())
}

fn fields(object: &Object<'_>, out: &mut Encoder) -> Result<(), ValueError> {
    let mut values = object.values.iter();
    for field in &object.combinator.fields {
        let ty = match &field.kind {
            FieldKind::Flags => {
                out.word(object.words.get(&field.name));
                continue;
            }
            FieldKind::Required(ty) => ty,
            FieldKind::Optional { word, bit, ty } if object.words.is_set(word, *bit) => ty,
            FieldKind::Optional { .. } | FieldKind::True { .. } | FieldKind::Carried(_) => continue,
        };
        let Some(next) = values.next() else { return Err(ValueError::new("a field is missing")) };
        value(ty, next, out).in_field(&field.name)?;
    }
    Ok(())
}
