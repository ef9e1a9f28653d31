//! Reads values of a layer by its schema alone: a judge of what the generated code writes that shares
//! nothing with it.

use std::collections::BTreeMap;

use piltover_tl::schema::{Combinator, FieldKind, Kind, Schema, TypeRef};

use crate::generate::bare;

/// A value as its layer's schema reads it.
#[derive(Debug, PartialEq)]
pub enum Tree<'a> {
    /// A number, a string, bytes, a bool or a bit.
    Leaf(Vec<u8>),
    /// A vector.
    Vector(Vec<Tree<'a>>),
    /// The fields that are there, by name.
    Object(&'a str, BTreeMap<&'a str, Tree<'a>>),
}

/// Reads all of `bytes` as one value of a type.
pub fn walk<'a>(schema: &Schema<'a>, ty: &TypeRef, bytes: &[u8]) -> Result<Tree<'a>, String> {
    all(schema, bytes, |walker| walker.value(ty))
}

/// Reads all of `bytes` as one request of this function.
pub fn walk_request<'a>(
    schema: &Schema<'a>,
    function: &'a Combinator,
    bytes: &[u8],
) -> Result<Tree<'a>, String> {
    all(schema, bytes, |walker| match walker.word()? {
        id if id == function.id => walker.body(function),
        id => Err(format!("{id:08x} is not the id of {}", function.name)),
    })
}

fn all<'a, 's>(
    schema: &'s Schema<'a>,
    bytes: &'s [u8],
    read: impl FnOnce(&mut Walker<'s, 'a>) -> Result<Tree<'a>, String>,
) -> Result<Tree<'a>, String> {
    let mut walker = Walker { schema, rest: bytes, path: Vec::new() };
    let tree = read(&mut walker).map_err(|error| format!("{error} in {}", walker.path.join(".")))?;
    match walker.rest.len() {
        0 => Ok(tree),
        left => Err(format!("{left} bytes left over")),
    }
}

struct Walker<'s, 'a> {
    schema: &'s Schema<'a>,
    rest: &'s [u8],
    /// Where the walker is, for errors; not shortened when one is met.
    path: Vec<String>,
}

impl<'a> Walker<'_, 'a> {
    fn take(&mut self, len: usize) -> Result<&[u8], String> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or("the bytes end")?;
        self.rest = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u32, String> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes(bytes.try_into().expect("four bytes were taken")))
    }

    fn leaf(&mut self, len: usize) -> Result<Tree<'a>, String> {
        Ok(Tree::Leaf(self.take(len)?.to_vec()))
    }

    fn value(&mut self, ty: &TypeRef) -> Result<Tree<'a>, String> {
        match ty {
            TypeRef::Int => self.leaf(4),
            TypeRef::Long | TypeRef::Double => self.leaf(8),
            TypeRef::Int128 => self.leaf(16),
            TypeRef::Int256 => self.leaf(32),
            TypeRef::String => {
                let bytes = self.bytes()?;
                String::from_utf8(bytes)
                    .map(|text| Tree::Leaf(text.into_bytes()))
                    .map_err(|_| "not UTF-8".into())
            }
            TypeRef::Bytes => self.bytes().map(Tree::Leaf),
            TypeRef::Bool => match self.word()? {
                id @ (0x9972_75b5 | 0xbc79_9737) => Ok(Tree::Leaf(id.to_le_bytes().to_vec())),
                id => Err(format!("{id:08x} is no Bool")),
            },
            TypeRef::Any => self.leaf(self.rest.len()),
            TypeRef::Boxed(ty) => {
                let id = self.word()?;
                match self.schema.with_id(id) {
                    Some(combinator) if is_of_type(combinator, ty) => self.body(combinator),
                    Some(other) => Err(format!("{} is not a {ty}", other.name)),
                    None => Err(format!("stray constructor {id:08x} where the layer has a {ty}")),
                }
            }
            TypeRef::Bare(name) => {
                let combinator = bare(self.schema, name).ok_or("an unknown bare type")?;
                self.body(combinator)
            }
            TypeRef::Vector(item) => match self.word()? {
                0x1cb5_c415 => self.items(item),
                id => Err(format!("{id:08x} is no vector")),
            },
            TypeRef::BareVector(item) => self.items(item),
        }
    }

    fn items(&mut self, item: &TypeRef) -> Result<Tree<'a>, String> {
        let count = self.word()?;
        (0..count).map(|_| self.value(item)).collect::<Result<_, _>>().map(Tree::Vector)
    }

    fn body(&mut self, combinator: &'a Combinator) -> Result<Tree<'a>, String> {
        let mut words: BTreeMap<&str, u32> = BTreeMap::new();
        let mut fields = BTreeMap::new();
        for field in &combinator.fields {
            self.path.push(format!("{}:{}", combinator.name, field.name));
            let value = match &field.kind {
                FieldKind::Flags => {
                    let word = self.word()?;
                    let stray = word & !combinator.known_bits(&field.name);
                    if stray != 0 {
                        return Err(format!("stray bits {stray:#x}"));
                    }
                    words.insert(&field.name, word);
                    None
                }
                FieldKind::Required(ty) => Some(self.value(ty)?),
                FieldKind::Optional { word, bit, ty } => match words[word.as_str()] >> bit & 1 {
                    1 => Some(self.value(ty)?),
                    _ => None,
                },
                FieldKind::True { word, bit } => {
                    (words[word.as_str()] >> bit & 1 == 1).then(|| Tree::Leaf(Vec::new()))
                }
                FieldKind::Carried(_) => None,
            };
            self.path.pop();
            if let Some(value) = value {
                fields.insert(field.name.as_str(), value);
            }
        }
        Ok(Tree::Object(&combinator.name, fields))
    }

    fn bytes(&mut self) -> Result<Vec<u8>, String> {
        let first = self.take(1)?[0];
        let (header, len) = match first {
            254 => {
                let len = self.take(3)?;
                (4, usize::from(len[0]) | usize::from(len[1]) << 8 | usize::from(len[2]) << 16)
            }
            255 => return Err("a string cannot begin with 255".into()),
            short => (1, usize::from(short)),
        };
        let content = self.take(len)?.to_vec();
        match self.take((header + len).next_multiple_of(4) - header - len)?.iter().all(|byte| *byte == 0) {
            true => Ok(content),
            false => Err("the padding is not zero".into()),
        }
    }
}

fn is_of_type(combinator: &Combinator, ty: &str) -> bool {
    combinator.kind == Kind::Constructor
        && matches!(&combinator.result, TypeRef::Boxed(result) if result == ty)
}
