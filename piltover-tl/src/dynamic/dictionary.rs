use crate::history::{History, Version};
use crate::schema::{Combinator, Kind, Schema, TypeRef};

/// The definitions by which values are read and written: those of one layer, or those of all.
///
/// Under the definitions of one layer, an id that does not stand in it is an error. Under those of all
/// layers every id is known, a name means its newest definition, and an older one is told by its id:
/// `user#938458c1`.
#[derive(Debug, Clone)]
pub struct Dictionary<'a> {
    /// Types are looked up in the schema of the definition that names them: the service schema has a
    /// `Message` of its own.
    schemas: Vec<Schema<'a>>,
    /// What knows the ids of all layers, to tell where a stray one is from.
    history: Option<&'a History>,
}

/// A definition, and where it stands.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The definition.
    pub combinator: &'a Combinator,
    /// Its layers, as `133-158 181`; empty where there are no layers.
    pub layers: String,
}

/// A definition that was found in one of the schemas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub combinator: &'a Combinator,
    /// The schema in which its types are looked up.
    pub schema: usize,
}

impl<'a> Dictionary<'a> {
    /// The definitions of one schema.
    #[must_use]
    pub fn of_schema(schema: Schema<'a>) -> Self {
        Self { schemas: vec![schema], history: None }
    }

    /// The definitions of one layer; errors tell in which other layers a stray id stands.
    #[must_use]
    pub fn of_layer(history: &'a History, layer: i32) -> Self {
        Self { schemas: vec![history.schema(layer)], history: Some(history) }
    }

    /// The definitions of all layers. Where one id has several texts, their bits together.
    #[must_use]
    pub fn of_all(history: &'a History) -> Self {
        let versions = history.entries().flat_map(|entry| &entry.versions);
        Self { schemas: vec![versions.map(|version| &version.union).collect()], history: Some(history) }
    }

    /// Adds a schema without layers: that of the service messages.
    #[must_use]
    pub fn with(mut self, schema: Schema<'a>) -> Self {
        self.schemas.push(schema);
        self
    }

    /// The definition with this id, in the dictionary or in any layer.
    #[must_use]
    pub fn known(&self, id: u32) -> Option<Known<'a>> {
        if let Some(history) = self.history
            && let Some(version) = version(history, id)
        {
            let layers = version.layers.display(history.layers());
            return Some(Known { combinator: &version.union, layers });
        }
        let combinator = self.with_id(id)?.combinator;
        Some(Known { combinator, layers: String::new() })
    }

    /// The combinator of this name, the newest one, or the one with this id: `user`, `user#938458c1`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'a Combinator> {
        self.find(name).map(|found| found.combinator)
    }

    pub(super) fn find(&self, name: &str) -> Option<Found<'a>> {
        match name.split_once('#') {
            Some((name, id)) => {
                let found = self.with_id(u32::from_str_radix(id, 16).ok()?)?;
                (found.combinator.name == name).then_some(found)
            }
            None => self.schemas.iter().enumerate().find_map(|(schema, definitions)| {
                Some(Found { combinator: definitions.named(name)?, schema })
            }),
        }
    }

    /// The definition that a name means inside of one schema.
    pub(super) fn named_in(&self, schema: usize, name: &str) -> Option<Found<'a>> {
        let schemas = self.schemas.get(schema)?;
        let combinator = match name.split_once('#') {
            Some((name, id)) => {
                let combinator = schemas.with_id(u32::from_str_radix(id, 16).ok()?)?;
                (combinator.name == name).then_some(combinator)
            }
            None => schemas.named(name),
        };
        Some(Found { combinator: combinator?, schema })
    }

    pub(super) fn with_id(&self, id: u32) -> Option<Found<'a>> {
        self.schemas
            .iter()
            .enumerate()
            .find_map(|(schema, definitions)| Some(Found { combinator: definitions.with_id(id)?, schema }))
    }

    /// The constructor of a type that has this id, in one schema.
    pub(super) fn constructor(&self, schema: usize, ty: &str, id: u32) -> Option<Found<'a>> {
        let combinator = self.schemas.get(schema)?.with_id(id)?;
        is_of_type(combinator, ty).then_some(Found { combinator, schema })
    }

    /// The constructor that a bare type names: itself, or as the only one of its type.
    pub(super) fn bare(&self, schema: usize, name: &str) -> Option<Found<'a>> {
        let definitions = self.schemas.get(schema)?;
        let combinator = definitions.named(name).or_else(|| match definitions.constructors(name) {
            [first, rest @ ..] if rest.iter().all(|other| other.name == first.name) => {
                definitions.named(&first.name)
            }
            _ => None,
        })?;
        Some(Found { combinator, schema })
    }

    /// Whether the name alone means another version.
    pub(super) fn is_older(&self, found: Found<'a>) -> bool {
        let named = self.schemas.get(found.schema).and_then(|schema| schema.named(&found.combinator.name));
        named.is_some_and(|named| named.id != found.combinator.id)
    }
}

/// Whether the combinator makes values of the type.
pub(super) fn is_of_type(combinator: &Combinator, ty: &str) -> bool {
    combinator.kind == Kind::Constructor
        && matches!(&combinator.result, TypeRef::Boxed(result) if result == ty)
}

fn version(history: &History, id: u32) -> Option<&Version> {
    history.entries().flat_map(|entry| &entry.versions).find(|version| version.id == id)
}
