//! Combinators with their types resolved, and the schema of one layer.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::ast::{self, Definition, Section};

/// A type expression with the language's own types told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// 32 bits.
    Int,
    /// 64 bits.
    Long,
    /// IEEE 754, 64 bits.
    Double,
    /// 16 bytes as they are.
    Int128,
    /// 32 bytes as they are.
    Int256,
    /// UTF-8 text.
    String,
    /// Any bytes; same wire form as `string`.
    Bytes,
    /// `boolTrue` or `boolFalse`.
    Bool,
    /// Any constructor of the type, with its id.
    Boxed(String),
    /// One constructor, or the only one of a type, without its id.
    Bare(String),
    /// A vector with its id.
    Vector(Box<TypeRef>),
    /// A vector without its id.
    BareVector(Box<TypeRef>),
    /// A whole value of any type, id first, up to the end of the message.
    Any,
}

impl TypeRef {
    /// The boxed type that the expression names, itself or as the item of a vector.
    #[must_use]
    pub fn boxed_name(&self) -> Option<&str> {
        match self {
            Self::Boxed(name) => Some(name),
            Self::Vector(item) | Self::BareVector(item) => item.boxed_name(),
            _ => None,
        }
    }

    fn resolve(ty: &ast::Type, generics: &[&str]) -> Result<Self, String> {
        let name = match ty {
            ast::Type::Natural => return Err("`#` is no type of a value".to_owned()),
            ast::Type::Variable(_) => return Ok(Self::Any),
            ast::Type::Bare(name) => return Ok(Self::Bare(name.clone())),
            ast::Type::Applied { name, argument, .. } => {
                let item = Box::new(Self::resolve(argument, generics)?);
                return match name.as_str() {
                    "Vector" => Ok(Self::Vector(item)),
                    "vector" => Ok(Self::BareVector(item)),
                    _ => Err(format!("`{name}` takes no argument")),
                };
            }
            ast::Type::Plain(name) => name.as_str(),
        };
        Ok(match name {
            "int" => Self::Int,
            "long" => Self::Long,
            "double" => Self::Double,
            "int128" => Self::Int128,
            "int256" => Self::Int256,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "Bool" => Self::Bool,
            "Object" => Self::Any,
            _ if generics.contains(&name) => Self::Any,
            _ if starts_lower_case(name) => Self::Bare(name.to_owned()),
            _ => Self::Boxed(name.to_owned()),
        })
    }
}

/// A type as schemas write it: `Vector<int>`, `InputPeer`.
impl std::str::FromStr for TypeRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let definition = crate::parse_definition(&format!("x = {text}")).map_err(|error| error.message)?;
        match definition.params.is_empty() {
            true => Self::resolve(&definition.result, &[]),
            false => Err("expected one type".to_owned()),
        }
    }
}

impl std::fmt::Display for TypeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Int => "int",
            Self::Long => "long",
            Self::Double => "double",
            Self::Int128 => "int128",
            Self::Int256 => "int256",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Bool => "Bool",
            Self::Any => "Object",
            Self::Boxed(name) | Self::Bare(name) => name,
            Self::Vector(item) => return write!(f, "Vector<{item}>"),
            Self::BareVector(item) => return write!(f, "vector<{item}>"),
        })
    }
}

/// Whether the last part of a name begins with a lower-case letter, as constructors do.
fn starts_lower_case(name: &str) -> bool {
    name.rsplit('.').next().and_then(|last| last.chars().next()).is_some_and(char::is_lowercase)
}

/// A field as a codec sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What stands on the wire for it.
    pub kind: FieldKind,
}

/// What stands on the wire for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// A flags word.
    Flags,
    /// A value, always.
    Required(TypeRef),
    /// A value if a bit is set.
    Optional {
        /// The field that is the flags word.
        word: String,
        /// The bit, 0 to 31.
        bit: u32,
        /// The value.
        ty: TypeRef,
    },
    /// A bit alone.
    True {
        /// The field that is the flags word.
        word: String,
        /// The bit, 0 to 31.
        bit: u32,
    },
    /// Nothing: a field of older versions only, which the newest one carries along between them. See `carry` in
    /// the rules file.
    Carried(TypeRef),
}

/// The field as schemas write it: `entities:flags.3?Vector<MessageEntity>`.
impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.name, self.kind)
    }
}

impl std::fmt::Display for FieldKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flags => f.write_str("#"),
            Self::Required(ty) => write!(f, "{ty}"),
            Self::Optional { word, bit, ty } => write!(f, "{word}.{bit}?{ty}"),
            Self::True { word, bit } => write!(f, "{word}.{bit}?true"),
            Self::Carried(ty) => write!(f, "{ty} (carried)"),
        }
    }
}

impl FieldKind {
    /// The type of the value, if the field is more than a bit.
    #[must_use]
    pub fn value_type(&self) -> Option<&TypeRef> {
        match self {
            Self::Required(ty) | Self::Optional { ty, .. } | Self::Carried(ty) => Some(ty),
            Self::Flags | Self::True { .. } => None,
        }
    }

    /// The flags word and the bit that govern the field.
    #[must_use]
    pub fn bit(&self) -> Option<(&str, u32)> {
        match self {
            Self::Optional { word, bit, .. } | Self::True { word, bit } => Some((word, *bit)),
            Self::Flags | Self::Required(_) | Self::Carried(_) => None,
        }
    }
}

/// Whether a combinator makes a value or asks for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It makes a value of its result type.
    Constructor,
    /// It is a request, and its result type is the answer's.
    Function,
}

/// A constructor or a function in one textual form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Combinator {
    /// The name with its namespace.
    pub name: String,
    /// Constructor or function.
    pub kind: Kind,
    /// The id.
    pub id: u32,
    /// The fields in wire order.
    pub fields: Vec<Field>,
    /// The type of the value, or of the answer.
    pub result: TypeRef,
    /// The definition's text.
    pub text: String,
}

/// A definition whose meaning is outside of what schemas use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name}: {reason}")]
pub struct ResolveError {
    /// The definition.
    pub name: String,
    /// What is wrong.
    pub reason: String,
}

impl Combinator {
    /// Resolves a definition. Those of the language itself (`vector`, `int ? = Int`) give `None`.
    ///
    /// # Errors
    /// A construction that has no wire form here.
    pub fn resolve(definition: &Definition, section: Section) -> Result<Option<Self>, ResolveError> {
        let fail = |reason: String| ResolveError { name: definition.name.clone(), reason };
        let is_field = |param: &ast::Param| matches!(param, ast::Param::Field(_) | ast::Param::Generic(_));
        if !definition.params.iter().all(is_field) {
            return Ok(None);
        }
        let generics: Vec<&str> = definition
            .params
            .iter()
            .filter_map(|param| match param {
                ast::Param::Generic(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        // Old layers have words that are an `int` (`flags:int`): the same on the wire.
        let governs = |word: &str| {
            let conditions = definition.fields().filter_map(|field| field.condition.as_ref());
            conditions.into_iter().any(|condition| condition.word == word)
        };
        let is_int = |ty: &ast::Type| matches!(ty, ast::Type::Plain(name) if name == "int");
        let mut fields = Vec::new();
        for field in definition.fields() {
            let kind = match (&field.condition, &field.ty) {
                (None, ast::Type::Natural) => FieldKind::Flags,
                (None, ty) if is_int(ty) && governs(&field.name) => FieldKind::Flags,
                (None, ty) => FieldKind::Required(TypeRef::resolve(ty, &generics).map_err(fail)?),
                (Some(ast::Condition { word, bit }), _) if field.is_true_flag() => {
                    FieldKind::True { word: word.clone(), bit: *bit }
                }
                (Some(ast::Condition { word, bit }), ty) => {
                    let ty = TypeRef::resolve(ty, &generics).map_err(fail)?;
                    FieldKind::Optional { word: word.clone(), bit: *bit, ty }
                }
            };
            fields.push(Field { name: field.name.clone(), kind });
        }
        Ok(Some(Self {
            name: definition.name.clone(),
            kind: match section {
                Section::Types => Kind::Constructor,
                Section::Functions => Kind::Function,
            },
            id: definition.effective_id(),
            fields,
            result: TypeRef::resolve(&definition.result, &generics).map_err(fail)?,
            text: definition.to_string(),
        }))
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields that a value has as members: all but flags words, each name once.
    pub fn members(&self) -> impl Iterator<Item = &Field> {
        let is_first = |index: usize, field: &Field| {
            self.fields.iter().take(index).all(|earlier| earlier.name != field.name)
        };
        let members = self.fields.iter().enumerate().filter(move |(index, field)| is_first(*index, field));
        members.map(|(_, field)| field).filter(|field| field.kind != FieldKind::Flags)
    }

    /// The bits of a flags word that have a meaning.
    #[must_use]
    pub fn known_bits(&self, word: &str) -> u32 {
        self.fields
            .iter()
            .filter_map(|field| field.kind.bit())
            .filter(|(of, _)| *of == word)
            .fold(0, |mask, (_, bit)| mask | 1 << bit)
    }
}

/// The combinators of one layer.
#[derive(Debug, Clone, Default)]
pub struct Schema<'a> {
    by_name: BTreeMap<&'a str, &'a Combinator>,
    by_id: BTreeMap<u32, &'a Combinator>,
    by_type: BTreeMap<&'a str, Vec<&'a Combinator>>,
}

impl<'a> FromIterator<&'a Combinator> for Schema<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Combinator>>(combinators: I) -> Self {
        let mut schema = Self::default();
        for combinator in combinators {
            schema.by_name.insert(&combinator.name, combinator);
            schema.by_id.insert(combinator.id, combinator);
            if let (Kind::Constructor, TypeRef::Boxed(ty)) = (combinator.kind, &combinator.result) {
                schema.by_type.entry(ty).or_default().push(combinator);
            }
        }
        schema
    }
}

impl<'a> Schema<'a> {
    /// The combinator of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'a Combinator> {
        self.by_name.get(name).copied()
    }

    /// The combinator with this id.
    #[must_use]
    pub fn with_id(&self, id: u32) -> Option<&'a Combinator> {
        self.by_id.get(&id).copied()
    }

    /// The constructors of a type.
    #[must_use]
    pub fn constructors(&self, ty: &str) -> &[&'a Combinator] {
        self.by_type.get(ty).map_or(&[], Vec::as_slice)
    }

    /// The types, by name, each with its constructors.
    pub fn types(&self) -> impl Iterator<Item = (&'a str, &[&'a Combinator])> + '_ {
        self.by_type.iter().map(|(ty, constructors)| (*ty, constructors.as_slice()))
    }

    /// All combinators, by name.
    pub fn combinators(&self) -> impl Iterator<Item = &'a Combinator> + '_ {
        self.by_name.values().copied()
    }
}
