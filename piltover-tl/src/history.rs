//! All layers together: every combinator's versions, each with the layers in which it stands.

mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use thiserror::Error;

use crate::ast::{Definition, Item, Section};
use crate::schema::{Combinator, Field, FieldKind, Kind, ResolveError, Schema};
use crate::{ParseError, parse_definition, parse_file};

pub use table::TableError;

/// A set of layers; prints as `133-158 181`, where a dash spans only layers that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerSet(BTreeSet<i32>);

impl LayerSet {
    /// Whether the layer is in the set.
    #[must_use]
    pub fn contains(&self, layer: i32) -> bool {
        self.0.contains(&layer)
    }

    /// The layers, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = i32> + '_ {
        self.0.iter().copied()
    }

    /// The oldest layer.
    #[must_use]
    pub fn first(&self) -> Option<i32> {
        self.0.first().copied()
    }

    /// The newest layer.
    #[must_use]
    pub fn last(&self) -> Option<i32> {
        self.0.last().copied()
    }

    /// The maximal runs of layers that follow each other in `known`, which is in ascending order.
    #[must_use]
    pub fn runs(&self, known: &[i32]) -> Vec<(i32, i32)> {
        known
            .split(|layer| !self.contains(*layer))
            .filter_map(|run| Some((*run.first()?, *run.last()?)))
            .collect()
    }

    /// The set as text, with dashes over layers that follow each other in `known`.
    #[must_use]
    pub fn display(&self, known: &[i32]) -> String {
        let runs = self.runs(known).into_iter().map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        });
        runs.collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<i32> for LayerSet {
    fn from_iter<I: IntoIterator<Item = i32>>(layers: I) -> Self {
        Self(layers.into_iter().collect())
    }
}

/// One text of a definition.
#[derive(Debug, Clone)]
pub struct Form {
    /// The definition.
    pub combinator: Combinator,
    /// Where it stands to the letter.
    pub layers: LayerSet,
}

/// All texts with one id. They differ only in fields that are bits, so that one struct serves all. A bit that moved
/// is a field at each of its places.
#[derive(Debug, Clone)]
pub struct Version {
    /// The id.
    pub id: u32,
    /// The texts, oldest first.
    pub forms: Vec<Form>,
    /// The newest text with the bits that only older ones have.
    pub union: Combinator,
    /// Where any of the texts stands.
    pub layers: LayerSet,
}

impl Version {
    fn new(mut forms: Vec<Form>) -> Option<Self> {
        forms.sort_by_key(|form| form.layers.last());
        let (newest, older) = forms.split_last()?;
        let mut union = newest.combinator.clone();
        for field in older.iter().rev().flat_map(|form| &form.combinator.fields) {
            let known = |(word, bit): (&str, u32)| union.known_bits(word) >> bit & 1 == 1;
            if field.kind.value_type().is_none() && field.kind.bit().is_some_and(|bit| !known(bit)) {
                union.fields.push(field.clone());
            }
        }
        let layers = forms.iter().flat_map(|form| form.layers.iter()).collect();
        Some(Self { id: union.id, union, layers, forms })
    }

    /// The text that stands in a layer.
    #[must_use]
    pub fn form(&self, layer: i32) -> Option<&Form> {
        self.forms.iter().find(|form| form.layers.contains(layer))
    }
}

/// A combinator through all layers.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// Constructor or function.
    pub kind: Kind,
    /// Its versions, oldest first; never empty.
    pub versions: Vec<Version>,
    /// Where any version stands.
    pub layers: LayerSet,
}

impl Entry {
    /// The version that stands in a layer.
    #[must_use]
    pub fn version(&self, layer: i32) -> Option<&Version> {
        self.versions.iter().find(|version| version.layers.contains(layer))
    }

    /// The newest version, to which all others are converted.
    #[must_use]
    pub fn canonical(&self) -> Option<&Version> {
        self.versions.last()
    }
}

/// Why schema files could not be put together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// A file is not TL.
    #[error("{}", .error.in_file(.file))]
    Parse {
        /// The file's name.
        file: String,
        /// What and where.
        error: ParseError,
    },
    /// A definition has no wire form.
    #[error("{file}: {error}")]
    Resolve {
        /// The file's name.
        file: String,
        /// What and why.
        error: ResolveError,
    },
    /// A name stands for a constructor in one layer and for a function in another.
    #[error("{name} is a constructor in one layer and a function in another")]
    KindChanged {
        /// The name.
        name: String,
    },
}

/// All layers.
#[derive(Debug, Clone, Default)]
pub struct History {
    layers: Vec<i32>,
    entries: BTreeMap<String, Entry>,
}

/// One layer's schema file.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The layer.
    pub layer: i32,
    /// The file's name, for errors.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl History {
    /// Puts the layers together. A line that stands in many files is parsed once.
    ///
    /// # Errors
    /// The first file that is not TL, or a definition that has no wire form.
    pub fn new<'a>(sources: impl IntoIterator<Item = Source<'a>>) -> Result<Self, HistoryError> {
        let mut builder = Builder::default();
        let mut layers = BTreeSet::new();
        for source in sources {
            layers.insert(source.layer);
            builder.add(source)?;
        }
        builder.build(layers)
    }

    /// Gives the newest versions the fields of older ones that they are to carry along, by the names of
    /// combinators and fields.
    ///
    /// # Errors
    /// What no older version has, as `name.field`.
    pub fn carry<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), String> {
        for (name, field) in fields {
            let entry = self.entries.get_mut(name);
            let versions = entry.and_then(|entry| entry.versions.split_last_mut());
            let ty = versions.as_ref().and_then(|(_, older)| {
                older.iter().rev().find_map(|version| version.union.field(field)?.kind.value_type().cloned())
            });
            let (Some((canonical, _)), Some(ty)) = (versions, ty) else {
                return Err(format!("{name}.{field}"));
            };
            if canonical.union.field(field).is_some() {
                return Err(format!("{name}.{field}"));
            }
            canonical.union.fields.push(Field { name: field.to_owned(), kind: FieldKind::Carried(ty) });
        }
        Ok(())
    }

    /// The layers, oldest first.
    #[must_use]
    pub fn layers(&self) -> &[i32] {
        &self.layers
    }

    /// The newest layer.
    #[must_use]
    pub fn newest(&self) -> i32 {
        self.layers.last().copied().unwrap_or_default()
    }

    /// The layer that serves a client of `layer`: itself, else the nearest lower one.
    #[must_use]
    pub fn nearest(&self, layer: i32) -> Option<i32> {
        self.layers.iter().rev().find(|known| **known <= layer).copied()
    }

    /// All combinators, by name.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The combinator of this name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The schema of one layer.
    #[must_use]
    pub fn schema(&self, layer: i32) -> Schema<'_> {
        self.entries()
            .filter_map(|entry| entry.version(layer)?.form(layer))
            .map(|form| &form.combinator)
            .collect()
    }
}

/// A definition as it was first met, and where it stands.
struct Seen {
    combinator: Combinator,
    layers: BTreeSet<i32>,
}

#[derive(Default)]
struct Builder<'a> {
    /// By the line's text, for files with one definition a line.
    lines: HashMap<(Section, &'a str), Option<usize>>,
    /// By the definition's own text.
    texts: HashMap<(Section, String), usize>,
    seen: Vec<Seen>,
}

impl<'a> Builder<'a> {
    fn add(&mut self, source: Source<'a>) -> Result<(), HistoryError> {
        let one_a_line = source.text.lines().all(|line| {
            line.is_empty() || line.ends_with(';') || line.starts_with("//") || line.starts_with("---")
        });
        let parse_error = |error| HistoryError::Parse { file: source.file.to_owned(), error };
        if !one_a_line {
            let file = parse_file(source.text).map_err(parse_error)?;
            for (section, definition) in file.definitions() {
                self.define(source, section, definition)?;
            }
            return Ok(());
        }
        let mut section = Section::Types;
        for (index, line) in source.text.lines().enumerate() {
            if line.is_empty() || line.starts_with("//") {
                continue;
            }
            if line.starts_with("---") {
                let file = parse_file(line).map_err(parse_error)?;
                section = match file.items.first() {
                    Some(Item::Section(section)) => *section,
                    _ => section,
                };
                continue;
            }
            let seen = match self.lines.get(&(section, line)) {
                Some(seen) => *seen,
                None => {
                    let definition = parse_definition(line).map_err(|mut error| {
                        error.position.line = index + 1;
                        parse_error(error)
                    })?;
                    let seen = self.define(source, section, &definition)?;
                    self.lines.insert((section, line), seen);
                    seen
                }
            };
            if let Some(seen) = seen.and_then(|seen| self.seen.get_mut(seen)) {
                seen.layers.insert(source.layer);
            }
        }
        Ok(())
    }

    fn define(
        &mut self,
        source: Source<'a>,
        section: Section,
        definition: &Definition,
    ) -> Result<Option<usize>, HistoryError> {
        let resolved = Combinator::resolve(definition, section)
            .map_err(|error| HistoryError::Resolve { file: source.file.to_owned(), error })?;
        let Some(combinator) = resolved else { return Ok(None) };
        let next = self.seen.len();
        let index = *self.texts.entry((section, combinator.text.clone())).or_insert(next);
        if index == next {
            self.seen.push(Seen { combinator, layers: BTreeSet::new() });
        }
        if let Some(seen) = self.seen.get_mut(index) {
            seen.layers.insert(source.layer);
        }
        Ok(Some(index))
    }

    fn build(self, layers: BTreeSet<i32>) -> Result<History, HistoryError> {
        let mut forms: BTreeMap<String, BTreeMap<u32, Vec<Form>>> = BTreeMap::new();
        for Seen { combinator, layers } in self.seen {
            let versions = forms.entry(combinator.name.clone()).or_default();
            let form = Form { layers: LayerSet(layers), combinator };
            versions.entry(form.combinator.id).or_default().push(form);
        }
        let mut entries = BTreeMap::new();
        for (name, versions) in forms {
            let mut versions: Vec<Version> = versions.into_values().filter_map(Version::new).collect();
            versions.sort_by_key(|version| version.layers.last());
            let Some(kind) = versions.last().map(|version| version.union.kind) else { continue };
            let mut forms = versions.iter().flat_map(|version| &version.forms);
            if forms.any(|form| form.combinator.kind != kind) {
                return Err(HistoryError::KindChanged { name });
            }
            let layers = versions.iter().flat_map(|version| version.layers.iter()).collect();
            entries.insert(name.clone(), Entry { name, kind, versions, layers });
        }
        Ok(History { layers: layers.into_iter().collect(), entries })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Constructor => "constructor",
            Self::Function => "function",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str =
        "user#1 flags:# bot:flags.0?true id:int = User;\n---functions---\nget#2 = Vector<User>;\n";
    const MIDDLE: &str =
        "user#3 flags:# bot:flags.0?true id:long = User;\n---functions---\nget#2 = Vector<User>;\n";
    const NEW: &str =
        "user#3 flags:# fake:flags.1?true id:long = User;\n---functions---\nget#2 = Vector<User>;\n";

    fn history() -> History {
        let sources = [(10, OLD), (20, MIDDLE), (30, NEW)];
        History::new(sources.map(|(layer, text)| Source { layer, file: "x.tl", text })).unwrap()
    }

    #[test]
    fn versions_are_by_id_and_forms_by_text() {
        let history = history();
        let user = history.entry("user").unwrap();
        let ids: Vec<_> = user.versions.iter().map(|version| (version.id, version.forms.len())).collect();
        assert_eq!(ids, [(1, 1), (3, 2)]);
        assert_eq!(user.version(20).unwrap().form(20).unwrap().combinator.known_bits("flags"), 1);
        assert_eq!(user.canonical().unwrap().union.known_bits("flags"), 3);
        assert_eq!(history.entry("get").unwrap().layers.display(history.layers()), "10-30");
    }

    #[test]
    fn fields_of_older_versions_are_carried() {
        let texts = [(1, "size#1 at:int w:int = Size;"), (2, "size#2 w:int = Size;")];
        let sources = texts.map(|(layer, text)| Source { layer, file: "x.tl", text });
        let mut history = History::new(sources).unwrap();
        history.carry([("size", "at")]).unwrap();
        let canonical = &history.entry("size").unwrap().canonical().unwrap().union;
        let names: Vec<_> = canonical.members().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["w", "at"]);
        assert_eq!(canonical.field("at").unwrap().kind, FieldKind::Carried(crate::schema::TypeRef::Int));
        // What the newest version has needs no carrying, and what none has cannot be carried.
        assert_eq!(history.carry([("size", "w")]), Err("size.w".to_owned()));
        assert_eq!(history.carry([("size", "h")]), Err("size.h".to_owned()));
    }

    #[test]
    fn a_bit_that_moved_is_one_member() {
        let texts = [
            (1, "call#1 flags:# video:flags.5?true = Call;"),
            (2, "call#1 flags:# video:flags.6?true = Call;"),
        ];
        let history = History::new(texts.map(|(layer, text)| Source { layer, file: "x.tl", text })).unwrap();
        let union = &history.entry("call").unwrap().canonical().unwrap().union;
        assert_eq!((union.members().count(), union.known_bits("flags")), (1, 1 << 5 | 1 << 6));
    }

    #[test]
    fn a_layer_between_two_is_served_the_lower() {
        let history = history();
        assert_eq!(history.nearest(25), Some(20));
        assert_eq!(history.nearest(9), None);
        assert_eq!(history.nearest(99), Some(30));
        assert_eq!(history.schema(10).named("user").unwrap().id, 1);
    }

    #[test]
    fn a_name_is_a_constructor_or_a_function_but_not_both() {
        let text = "a = A;\n---functions---\na = A;\n";
        let error = History::new([Source { layer: 1, file: "x.tl", text }]).unwrap_err();
        assert_eq!(error, HistoryError::KindChanged { name: "a".to_owned() });
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let source = Source { layer: 1, file: "schema/1.tl", text: "a#1 = A;\nb#2 x: = B;\n" };
        let error = History::new([source]).unwrap_err().to_string();
        assert!(error.starts_with("schema/1.tl:2:"), "{error}");
    }
}
