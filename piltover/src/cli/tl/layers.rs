//! `layers`: what is shipped.

use std::collections::{BTreeMap, BTreeSet};

use piltover_layers::{LAYERS, MANIFEST, history, secret, service};
use piltover_tl::schema::{Kind, Schema};
use serde_json::json;

use super::Outcome;
use super::output::{Output, STRONG, Table, styled};

/// The options of `piltover tl layers`.
#[derive(Debug, clap::Args)]
pub struct Layers {}

/// What one schema holds.
pub struct Counts {
    pub types: usize,
    pub constructors: usize,
    pub functions: usize,
}

impl Counts {
    pub fn of(schema: &Schema<'_>) -> Self {
        let of = |kind| schema.combinators().filter(|combinator| combinator.kind == kind).count();
        let constructors = schema.combinators().filter(|combinator| combinator.kind == Kind::Constructor);
        let types: BTreeSet<String> = constructors.map(|combinator| combinator.result.to_string()).collect();
        Self { types: types.len(), constructors: of(Kind::Constructor), functions: of(Kind::Function) }
    }
}

impl Layers {
    pub fn run(self, json: bool) -> Outcome {
        let sources = sources();
        let layers = LAYERS.iter().map(|layer| (layer.to_string(), history().schema(*layer)));
        let layers = layers
            .chain([("mtproto".to_owned(), service().schema(0)), ("secret".to_owned(), secret().schema(0))]);
        let mut table =
            Table::new(["layer", "types", "constructors", "functions", "source"]).right([1, 2, 3]);
        let mut values = Vec::new();
        for (layer, schema) in layers {
            let Counts { types, constructors, functions } = Counts::of(&schema);
            let source = sources.get(layer.as_str()).copied().unwrap_or_default();
            values.push(json!({
                "layer": layer, "types": types, "constructors": constructors, "functions": functions,
                "source": source,
            }));
            let numbers = [types, constructors, functions].map(|number| number.to_string());
            let [types, constructors, functions] = numbers;
            table.row([styled(STRONG, layer), types, constructors, functions, source.to_owned()]);
        }
        match json {
            true => Output::json(&values),
            false => Ok(Output::text(table.render())),
        }
    }
}

/// The package of each layer, by the manifest.
pub fn sources() -> BTreeMap<&'static str, &'static str> {
    let mut lines = MANIFEST.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let headings = lines.next().unwrap_or_default();
    let column = |name: &str| headings.iter().position(|heading| *heading == name);
    let (Some(layer), Some(package)) = (column("layer").or(column("name")), column("package")) else {
        return BTreeMap::new();
    };
    lines.filter_map(|line| Some((*line.get(layer)?, *line.get(package)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_a_source_and_definitions() {
        for layer in LAYERS {
            assert!(
                sources().get(layer.to_string().as_str()).is_some_and(|source| source.contains(':')),
                "{layer}"
            );
            let counts = Counts::of(&history().schema(*layer));
            assert!(
                counts.types > 100 && counts.constructors > counts.types && counts.functions > 100,
                "{layer}"
            );
        }
    }
}
