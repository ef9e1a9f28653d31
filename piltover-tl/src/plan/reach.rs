//! Which types a layer sends which way.

use std::collections::{BTreeMap, BTreeSet};

use super::Direction;
use crate::history::History;
use crate::schema::{Kind, Schema};

/// For each layer: the types that its requests carry, and those that its answers and updates carry.
#[derive(Debug)]
pub struct Reach<'a>(BTreeMap<(Direction, i32), BTreeSet<&'a str>>);

impl<'a> Reach<'a> {
    /// Walks each layer's schema, from its functions' arguments and from their results.
    #[must_use]
    pub fn new(history: &'a History) -> Self {
        let mut sets = BTreeMap::new();
        for &layer in history.layers() {
            let schema = history.schema(layer);
            for direction in [Direction::Up, Direction::Down] {
                sets.insert((direction, layer), closure(&schema, roots(&schema, direction)));
            }
        }
        Self(sets)
    }

    /// Whether values of the type travel this way in the layer.
    #[must_use]
    pub fn contains(&self, direction: Direction, layer: i32, ty: &str) -> bool {
        self.0.get(&(direction, layer)).is_some_and(|types| types.contains(ty))
    }
}

fn roots<'a>(schema: &Schema<'a>, direction: Direction) -> Vec<&'a str> {
    let functions = schema.combinators().filter(|combinator| combinator.kind == Kind::Function);
    match direction {
        Direction::Up => functions
            .flat_map(|function| &function.fields)
            .filter_map(|field| field.kind.value_type()?.boxed_name())
            .collect(),
        // Updates are pushed without being asked for.
        Direction::Down => {
            functions.filter_map(|function| function.result.boxed_name()).chain(["Updates"]).collect()
        }
    }
}

fn closure<'a>(schema: &Schema<'a>, mut pending: Vec<&'a str>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    while let Some(ty) = pending.pop() {
        if reached.insert(ty) {
            let fields = schema.constructors(ty).iter().flat_map(|constructor| &constructor.fields);
            pending.extend(fields.filter_map(|field| field.kind.value_type()?.boxed_name()));
        }
    }
    reached
}
