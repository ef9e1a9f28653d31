//! The syntax tree of TL text. Every node prints back as the text it was parsed from, spaces folded.

use std::fmt;

/// Where something stands in a file; both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A schema file: its lines in order, comments and blank lines kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// What the file holds, in order.
    pub items: Vec<Item>,
}

impl File {
    /// The definitions, each with the section in which it stands.
    pub fn definitions(&self) -> impl Iterator<Item = (Section, &Definition)> {
        let mut section = Section::Types;
        self.items.iter().filter_map(move |item| match item {
            Item::Section(next) => {
                section = *next;
                None
            }
            Item::Definition(definition) => Some((section, definition)),
            _ => None,
        })
    }

    /// The layer that a `// LAYER N` or `===N===` line states, the last one if there are several.
    #[must_use]
    pub fn layer(&self) -> Option<u32> {
        self.items.iter().rev().find_map(|item| match item {
            Item::Layer(layer) => Some(*layer),
            _ => None,
        })
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|item| writeln!(f, "{item}"))
    }
}

/// One thing in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A constructor or a function, by the section in which it stands.
    Definition(Definition),
    /// `---types---` or `---functions---`.
    Section(Section),
    /// `// LAYER 158`, or `===8===` in old files.
    Layer(u32),
    /// What stands behind `//`.
    Comment(String),
    /// An empty line.
    Blank,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition(definition) => write!(f, "{definition};"),
            Self::Section(section) => write!(f, "---{section}---"),
            Self::Layer(layer) => write!(f, "// LAYER {layer}"),
            Self::Comment(text) => write!(f, "//{text}"),
            Self::Blank => Ok(()),
        }
    }
}

/// What the definitions that follow are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Constructors.
    Types,
    /// Functions.
    Functions,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Types => "types",
            Self::Functions => "functions",
        })
    }
}

/// A combinator: `name#id field:type ... = Result`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Where its name begins.
    pub position: Position,
    /// The name with its namespace, `messages.sendMessage`.
    pub name: String,
    /// The id that is written behind the name.
    pub id: Option<WrittenId>,
    /// Everything between the name and `=`.
    pub params: Vec<Param>,
    /// What stands behind `=`.
    pub result: Type,
}

/// An id as a file writes it: some leave leading zeros out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenId {
    /// The id.
    pub value: u32,
    /// With how many digits it is written, 1 to 8.
    pub digits: usize,
}

impl Definition {
    /// The id of the definition: the written one, or else the one that follows from the text.
    #[must_use]
    pub fn effective_id(&self) -> u32 {
        self.id.map_or_else(|| self.computed_id(), |id| id.value)
    }

    /// The named fields.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.params.iter().filter_map(|param| match param {
            Param::Field(field) => Some(field),
            _ => None,
        })
    }

    /// Writes the id with all eight digits, whether it was there or not.
    #[must_use]
    pub fn with_full_id(mut self) -> Self {
        self.id = Some(WrittenId { value: self.effective_id(), digits: 8 });
        self
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(WrittenId { value, digits }) = self.id {
            write!(f, "#{value:0digits$x}")?;
        }
        for param in &self.params {
            write!(f, " {param}")?;
        }
        write!(f, " = {}", self.result)
    }
}

/// One of the things between a combinator's name and its `=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// `{X:Type}`.
    Generic(String),
    /// `name:type`.
    Field(Field),
    /// A type without a name: the `#` of `vector`, the `long long` of some `int128`.
    Anonymous(Type),
    /// `[ t ]`, or `4*[ int ]`.
    Repetition {
        /// How often, where it is written.
        count: Option<u32>,
        /// What is repeated.
        params: Vec<Param>,
    },
    /// `?`: the type is built into the language (`int ? = Int`).
    Primitive,
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generic(name) => write!(f, "{{{name}:Type}}"),
            Self::Field(field) => write!(f, "{field}"),
            Self::Anonymous(ty) => write!(f, "{ty}"),
            Self::Repetition { count, params } => {
                if let Some(count) = count {
                    write!(f, "{count}*")?;
                }
                f.write_str("[ ")?;
                for param in params {
                    write!(f, "{param} ")?;
                }
                f.write_str("]")
            }
            Self::Primitive => f.write_str("?"),
        }
    }
}

/// A named field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// When it is there, if not always.
    pub condition: Option<Condition>,
    /// What it holds.
    pub ty: Type,
}

impl Field {
    /// Whether the field is only a bit of a flags word: `x:flags.0?true`.
    #[must_use]
    pub fn is_true_flag(&self) -> bool {
        self.condition.is_some() && matches!(&self.ty, Type::Plain(name) if name == "true")
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.name)?;
        if let Some(condition) = &self.condition {
            write!(f, "{condition}")?;
        }
        write!(f, "{}", self.ty)
    }
}

/// `flags.3?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The name of the flags word.
    pub word: String,
    /// The bit, 0 to 31.
    pub bit: u32,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}?", self.word, self.bit)
    }
}

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `#`: a flags word.
    Natural,
    /// `int`, `string`, `InputPeer`, `formattedText`, `t`.
    Plain(String),
    /// `%Message`: the only constructor of the type, without its id.
    Bare(String),
    /// `!X`: any function that returns `X`.
    Variable(String),
    /// A type with an argument.
    Applied {
        /// `Vector` or `vector`.
        name: String,
        /// The argument.
        argument: Box<Type>,
        /// How it is written.
        form: Application,
    },
}

/// The ways to write a type with an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// `Vector<int>`.
    Angle,
    /// `(vector int)`.
    Grouped,
    /// `Vector t`, only as a result.
    Spaced,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Natural => f.write_str("#"),
            Self::Plain(name) => f.write_str(name),
            Self::Bare(name) => write!(f, "%{name}"),
            Self::Variable(name) => write!(f, "!{name}"),
            Self::Applied { name, argument, form } => match form {
                Application::Angle => write!(f, "{name}<{argument}>"),
                Application::Grouped => write!(f, "({name} {argument})"),
                Application::Spaced => write!(f, "{name} {argument}"),
            },
        }
    }
}
