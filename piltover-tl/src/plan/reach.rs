//! What a layer's answers and updates carry.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::History;
use crate::schema::{Kind, Schema};

/// For each layer: the types that its answers and updates carry.
#[derive(Debug)]
pub struct Reach<'a>(BTreeMap<i32, BTreeSet<&'a str>>);

impl<'a> Reach<'a> {
    /// Walks each layer's schema from the results of its functions.
    #[must_use]
    pub fn new(history: &'a History) -> Self {
        let sets = history.layers().iter().map(|&layer| {
            let schema = history.schema(layer);
            let reached = closure(&schema, roots(&schema));
            (layer, reached)
        });
        Self(sets.collect())
    }

    /// Whether values of the type are sent to clients of the layer.
    #[must_use]
    pub fn contains(&self, layer: i32, ty: &str) -> bool {
        self.0.get(&layer).is_some_and(|types| types.contains(ty))
    }
}

fn roots<'a>(schema: &Schema<'a>) -> Vec<&'a str> {
    let functions = schema.combinators().filter(|combinator| combinator.kind == Kind::Function);
    // Updates are pushed without being asked for.
    functions.filter_map(|function| function.result.boxed_name()).chain(["Updates"]).collect()
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
