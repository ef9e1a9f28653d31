//! What is doubtful in a schema file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::ast::{Definition, Field, File, Param, Position, Section, Type};
use crate::id::is_proven;

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lint {
    /// An id that does not follow from the text, and is no known exception.
    WrongId,
    /// A name that stands for two definitions.
    DuplicateName,
    /// An id that stands for two definitions.
    DuplicateId,
    /// A field name that stands twice in a definition.
    DuplicateField,
    /// A type without a constructor.
    UnknownType,
    /// A type that no field and no answer has.
    UnusedType,
    /// A flag bit that governs values of different types.
    SharedBit,
    /// A file that does not state its layer.
    NoLayer,
}

impl Lint {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::WrongId,
        Self::DuplicateName,
        Self::DuplicateId,
        Self::DuplicateField,
        Self::UnknownType,
        Self::UnusedType,
        Self::SharedBit,
        Self::NoLayer,
    ];

    /// The kind's name, `wrong-id`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongId => "wrong-id",
            Self::DuplicateName => "duplicate-name",
            Self::DuplicateId => "duplicate-id",
            Self::DuplicateField => "duplicate-field",
            Self::UnknownType => "unknown-type",
            Self::UnusedType => "unused-type",
            Self::SharedBit => "shared-bit",
            Self::NoLayer => "no-layer",
        }
    }
}

impl std::str::FromStr for Lint {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let lint = Self::ALL.into_iter().find(|lint| lint.name() == name);
        lint.ok_or_else(|| format!("one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something doubtful, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The definition, or the file's first line.
    pub position: Position,
    /// The kind.
    pub lint: Lint,
    /// What is wrong.
    pub message: String,
}

/// Types of the language itself.
const BUILT_IN: &[&str] = &[
    "#", "int", "long", "double", "string", "bytes", "int128", "int256", "int32", "int53", "int64", "true",
    "Bool", "Object", "Type", "vector", "Vector", "Int", "Long", "Double", "String", "Bytes", "Int128",
    "Int256", "True", "Null", "Error",
];

/// Types that are sent without being asked for.
const PUSHED: &[&str] = &["Updates"];

/// Looks a file through; findings are in the order of the lines.
#[must_use]
pub fn lint(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.layer().is_none() {
        let position = Position { line: 1, column: 1 };
        findings.push(Finding { position, lint: Lint::NoLayer, message: "no `// LAYER N`".to_owned() });
    }
    duplicates(file, &mut findings);
    for (_, definition) in file.definitions() {
        alone(definition, &mut findings);
    }
    types(file, &mut findings);
    findings.sort_by_key(|finding| (finding.position.line, finding.position.column, finding.lint));
    findings
}

fn duplicates(file: &File, findings: &mut Vec<Finding>) {
    let (mut names, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for (_, definition) in file.definitions() {
        let Definition { position, name, .. } = definition;
        let first: &Definition = names.entry(name.as_str()).or_insert(definition);
        if first.position != *position {
            let message = format!("{name} stands on line {} already", first.position.line);
            findings.push(Finding { position: *position, lint: Lint::DuplicateName, message });
        }
        let id = definition.effective_id();
        let first: &Definition = ids.entry(id).or_insert(definition);
        if first.position != *position && first.name != *name {
            let message = format!("{name} has the id {id:08x} of {}", first.name);
            findings.push(Finding { position: *position, lint: Lint::DuplicateId, message });
        }
    }
}

/// What is wrong with a definition by itself.
fn alone(definition: &Definition, findings: &mut Vec<Finding>) {
    let Definition { position, name, .. } = definition;
    let mut find = |lint, message| findings.push(Finding { position: *position, lint, message });
    if let (Some(id), false) = (definition.id, is_proven(definition)) {
        let computed = definition.computed_id();
        find(Lint::WrongId, format!("{name} has the id {:08x}, but its text gives {computed:08x}", id.value));
    }
    let mut fields: BTreeMap<&str, &Field> = BTreeMap::new();
    let mut bits: BTreeMap<(&str, u32), &Field> = BTreeMap::new();
    for field in definition.fields() {
        if fields.insert(&field.name, field).is_some() {
            find(Lint::DuplicateField, format!("{name} has two fields {}", field.name));
        }
        // A bit alone beside a value only names that the value is there.
        let Some(condition) = field.condition.as_ref().filter(|_| !field.is_true_flag()) else { continue };
        let first = bits.entry((&condition.word, condition.bit)).or_insert(field);
        if first.ty != field.ty {
            find(
                Lint::SharedBit,
                format!(
                    "{name}: {}.{} governs {}:{} and {}:{}",
                    condition.word, condition.bit, first.name, first.ty, field.name, field.ty
                ),
            );
        }
    }
}

fn types(file: &File, findings: &mut Vec<Finding>) {
    // Where each type, and each constructor that may be named as a bare type, is first made.
    let mut made: BTreeMap<&str, &Definition> = BTreeMap::new();
    let mut constructors = BTreeSet::new();
    for (_, definition) in file.definitions().filter(|(section, _)| *section == Section::Types) {
        constructors.insert(definition.name.as_str());
        made.entry(names(&definition.result).next().unwrap_or_default()).or_insert(definition);
    }
    let mut used = BTreeSet::new();
    for (section, definition) in file.definitions() {
        let generics: BTreeSet<&str> = generics(definition).collect();
        let results = (section == Section::Functions).then_some(&definition.result);
        let types = definition.fields().map(|field| &field.ty).chain(results);
        for name in types.flat_map(names).filter(|name| !generics.contains(name)) {
            used.insert(name);
            if !made.contains_key(name) && !constructors.contains(name) && !BUILT_IN.contains(&name) {
                let message = format!("{}: {name} has no constructor", definition.name);
                findings.push(Finding { position: definition.position, lint: Lint::UnknownType, message });
            }
        }
    }
    for (name, definition) in made {
        let known = BUILT_IN.contains(&name) || PUSHED.contains(&name);
        // A constructor may be named instead of its type.
        let constructors = file.definitions().filter(|(section, other)| {
            *section == Section::Types && names(&other.result).next() == Some(name)
        });
        let is_named = constructors.into_iter().any(|(_, other)| used.contains(other.name.as_str()));
        if !known && !used.contains(name) && !is_named {
            let message = format!("no field and no answer is a {name}");
            findings.push(Finding { position: definition.position, lint: Lint::UnusedType, message });
        }
    }
}

fn generics(definition: &Definition) -> impl Iterator<Item = &str> {
    definition.params.iter().filter_map(|param| match param {
        Param::Generic(name) => Some(name.as_str()),
        _ => None,
    })
}

/// The names in a type expression, outermost first.
fn names(ty: &Type) -> impl Iterator<Item = &str> {
    let mut next = Some(ty);
    std::iter::from_fn(move || match next.take()? {
        Type::Natural => Some("#"),
        Type::Plain(name) | Type::Bare(name) | Type::Variable(name) => Some(name),
        Type::Applied { name, argument, .. } => {
            next = Some(argument);
            Some(name)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_file;

    fn found(text: &str) -> Vec<(usize, &'static str)> {
        let findings = lint(&parse_file(text).unwrap());
        findings.iter().map(|finding| (finding.position.line, finding.lint.name())).collect()
    }

    #[test]
    fn a_good_file_has_no_findings() {
        let text = "boolFalse#bc799737 = Bool;\nvector#1cb5c415 {t:Type} # [ t ] = Vector t;\n\
            peerUser#59511722 user_id:long = Peer;\n---functions---\n\
            x.get peers:vector<peerUser> = Vector<Peer>;\n\
            invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X;\n// LAYER 230\n";
        assert_eq!(found(text), []);
    }

    #[test]
    fn each_kind_is_found_where_it_is() {
        let text = "a#1 x:Nope = A;\na = B;\n\
            b flags:# x:flags.0?int y:flags.0?string z:flags.0?true = C;\nc#dc5d6b39 x:int x:A = C;\n\
            ---functions---\nget b:B = C;\n";
        assert_eq!(
            found(text),
            [
                (1, "wrong-id"),
                (1, "unknown-type"),
                (1, "no-layer"),
                (2, "duplicate-name"),
                (3, "shared-bit"),
                (4, "wrong-id"),
                (4, "duplicate-field"),
            ]
        );
        assert_eq!(
            found("a#1 = A;\nb#1 = B;\n// LAYER 1\n")
                .iter()
                .filter(|(_, name)| *name == "duplicate-id")
                .count(),
            1
        );
        assert_eq!(found("a = A;\n// LAYER 1\n"), [(1, "unused-type")]);
    }
}
