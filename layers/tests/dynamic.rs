//! Random values of every definition of every layer, through the codec that walks schemas: bytes to a
//! value, to JSON, and back, must be the same bytes. A failure prints the seed; all seeds are fixed.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

// Only a part of what the conversions use.
#[allow(dead_code)]
#[path = "conversions/generate.rs"]
mod generate;

use generate::Generator;
use piltover_layers::{LAYERS, NEWEST, history, service};
use piltover_tl::dynamic::Dictionary;
use piltover_tl::history::{History, Source};
use piltover_tl::schema::{Kind, TypeRef};

/// Values of each definition in each of its layers.
const SEEDS: u64 = 2;

/// The bytes of the value that `dictionary` reads, by way of JSON text.
fn through_json(dictionary: &Dictionary<'_>, ty: &TypeRef, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let value = dictionary.decode_as(ty, bytes).map_err(|error| error.to_string())?;
    let json = serde_json::to_string(&value).map_err(|error| error.to_string())?;
    let json = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let value = dictionary.from_json_as(ty, &json).map_err(|error| error.to_string())?;
    value.to_bytes_as(ty).map_err(|error| error.to_string())
}

#[test]
fn values_of_every_definition_survive_json() {
    let all = Dictionary::of_all(history());
    let mut failures = Vec::new();
    for &layer in LAYERS {
        let generator = Generator::new(history(), layer);
        let dictionary = Dictionary::of_layer(history(), layer);
        let mut check = |place: &str, ty: &TypeRef, bytes: &[u8]| {
            for (name, dictionary) in [("its layer", &dictionary), ("all layers", &all)] {
                match through_json(dictionary, ty, bytes) {
                    Ok(again) if again == bytes => {}
                    Ok(_) => failures.push(format!("{place} by {name}: other bytes")),
                    Err(error) => failures.push(format!("{place} by {name}: {error}")),
                }
            }
        };
        for combinator in generator.schema.combinators() {
            // Those of the language itself are Rust's own.
            if combinator.result == TypeRef::Bool && combinator.kind == Kind::Constructor {
                continue;
            }
            for seed in 0..SEEDS {
                let place = format!("{} of layer {layer}, seed {seed}", combinator.name);
                check(&place, &TypeRef::Any, &generator.value(combinator, seed));
                if combinator.kind == Kind::Function && combinator.result != TypeRef::Any {
                    let answer = generator.of_type(&combinator.result, seed);
                    check(&format!("answer to {place}"), &combinator.result, &answer);
                }
            }
        }
    }
    let shown = failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} failures:\n{shown}", failures.len());
}

/// Service messages carry values of any layer.
#[test]
fn service_messages_survive_json() {
    // Some ids stand in both, and the first schema wins.
    let dictionary = Dictionary::of_schema(service().schema(0)).with(history().schema(NEWEST));
    let generator = Generator::new(service(), 0);
    for combinator in generator.schema.combinators() {
        for seed in 0..SEEDS * 4 {
            let bytes = generator.value(combinator, seed);
            let again = through_json(&dictionary, &TypeRef::Any, &bytes);
            assert_eq!(again.as_deref(), Ok(bytes.as_slice()), "{}, seed {seed}", combinator.name);
        }
    }
}

/// The table that the binary carries says all that the schema files say.
#[test]
fn the_table_is_the_schema_files() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/schema");
    let read = |layer: &i32| (*layer, std::fs::read_to_string(format!("{root}/{layer}.tl")).unwrap());
    let files: Vec<(i32, String)> = LAYERS.iter().map(read).collect();
    let sources = files.iter().map(|(layer, text)| Source { layer: *layer, file: "N.tl", text });
    let of_files = History::new(sources).unwrap();
    assert!(of_files.to_table() == history().to_table());
    assert_eq!(history().layers(), LAYERS);
}
