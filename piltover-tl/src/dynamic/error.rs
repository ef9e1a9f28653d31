use std::fmt;

use thiserror::Error;

use super::MAX_NESTING;
use crate::wire::{DecodeError, DecodeErrorKind};

/// Where in a value something stands: `messages.sendMessage.entities[2].offset`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path {
    /// Innermost first, as the way back from an error goes.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Root(String),
    Field(String),
    Item(usize),
}

impl Path {
    pub(super) fn root(&mut self, name: &str) {
        self.steps.push(Step::Root(name.to_owned()));
    }

    pub(super) fn field(&mut self, name: &str) {
        self.steps.push(Step::Field(name.to_owned()));
    }

    pub(super) fn item(&mut self, index: usize) {
        self.steps.push(Step::Item(index));
    }

    /// Whether it is the outermost value itself, before anything is known of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("the value");
        }
        for (index, step) in self.steps.iter().rev().enumerate() {
            match step {
                Step::Root(name) => f.write_str(name)?,
                Step::Field(name) if index == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

/// Bytes that are not what the definitions say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: at byte {offset}: {kind}")]
pub struct ReadError {
    /// Where in the value.
    pub path: Path,
    /// Bytes from the start to the place at fault.
    pub offset: usize,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

/// The ways in which bytes can fail to be what the definitions say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// Something that is wrong whatever the definitions say.
    #[error("{0}")]
    Wire(DecodeErrorKind),
    /// A constructor that does not belong here: of another type, or of other layers.
    #[error("expected {expected}, found {id:08x}{}", found(.stray.as_ref()))]
    Unexpected {
        /// The type that was expected, as TL names it.
        expected: String,
        /// The id that was found.
        id: u32,
        /// Its name and the layers in which it stands, if some layer has it.
        stray: Option<(String, String)>,
    },
    /// A flags word has bits without a meaning, so what follows cannot be read.
    #[error("unknown flag bits {bits:#x}")]
    UnknownFlags {
        /// The bits.
        bits: u32,
    },
    /// The length of a short string in four bytes, where one is enough: decoders may take it, but nobody writes it.
    #[error("the length of a string of {len} bytes takes four bytes")]
    LongLength {
        /// The length.
        len: usize,
    },
    /// A vector where the type of its items is not known: the answer to a request that is not at hand.
    #[error("a vector, whose type has to be given")]
    VectorOfUnknown,
    /// A bare type without a definition.
    #[error("no definition of {name}")]
    Undefined {
        /// Its name.
        name: String,
    },
    /// Values nest deeper than [`MAX_NESTING`].
    #[error("values nest deeper than {MAX_NESTING}")]
    TooDeep,
}

fn found(stray: Option<&(String, String)>) -> String {
    match stray {
        Some((name, layers)) if layers.is_empty() => format!(", {name}"),
        Some((name, layers)) if layers.parse::<i32>().is_ok() => format!(", {name} of layer {layers}"),
        Some((name, layers)) => format!(", {name} of layers {layers}"),
        None => ", which no layer has".to_owned(),
    }
}

impl From<DecodeError> for ReadError {
    fn from(error: DecodeError) -> Self {
        Self {
            path: Path::default(),
            offset: error.offset(),
            kind: ReadErrorKind::Wire(error.kind().clone()),
        }
    }
}

/// A value that is not what the definitions say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {reason}")]
pub struct ValueError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub reason: String,
}

impl ValueError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { path: Path::default(), reason: reason.into() }
    }
}

/// Errors that are told where they are on their way out.
pub(super) trait Located {
    fn path(&mut self) -> &mut Path;
}

impl Located for ReadError {
    fn path(&mut self) -> &mut Path {
        &mut self.path
    }
}

impl Located for ValueError {
    fn path(&mut self) -> &mut Path {
        &mut self.path
    }
}

/// Results that are told where they are on their way out.
pub(super) trait Within {
    /// The value is the field of this name.
    fn in_field(self, name: &str) -> Self;
    /// The value is this item of a vector.
    fn in_item(self, index: usize) -> Self;
    /// The value is the outermost one, made by this combinator.
    fn in_root(self, name: &str) -> Self;
}

impl<T, E: Located> Within for Result<T, E> {
    fn in_field(mut self, name: &str) -> Self {
        if let Err(error) = &mut self {
            error.path().field(name);
        }
        self
    }

    fn in_item(mut self, index: usize) -> Self {
        if let Err(error) = &mut self {
            error.path().item(index);
        }
        self
    }

    fn in_root(mut self, name: &str) -> Self {
        if let Err(error) = &mut self {
            error.path().root(name);
        }
        self
    }
}
