//! Bytes as a value, by the schemas alone: what is read is written as the same bytes, by way of JSON, too, and
//! takes no more memory than a small multiple of its bytes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use piltover_layers::{LAYERS, history, service};
use piltover_tl::dynamic::{Dictionary, Value};
use piltover_tl::schema::TypeRef;

static ALL: LazyLock<Dictionary<'static>> =
    LazyLock::new(|| Dictionary::of_all(history()).with(service().schema(0)));

static LAYER: LazyLock<Dictionary<'static>> =
    LazyLock::new(|| Dictionary::of_layer(history(), LAYERS[LAYERS.len() / 2]));

/// Types without an id of their own, and those that lead far.
static TYPES: LazyLock<Vec<TypeRef>> = LazyLock::new(|| {
    let names = ["Vector<long>", "Vector<string>", "vector<user>", "Vector<Vector<PageBlock>>", "Updates"];
    names.iter().map(|name| name.parse().expect("a type")).collect()
});

/// How many values a value holds, itself included.
fn size(value: &Value<'_>) -> usize {
    1 + match value {
        Value::Vector(items) => items.iter().map(size).sum(),
        // Bits are no values: they take no memory of their own.
        Value::Object(object) => object
            .fields()
            .filter(|(_, value)| **value != Value::Bool(true))
            .map(|(_, value)| size(value))
            .sum(),
        _ => 0,
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    let ty = TYPES.get(usize::from(*first)).unwrap_or(&TypeRef::Any);
    for dictionary in [&*ALL, &*LAYER] {
        let _ = dictionary.inner_request(bytes);
        let Ok(value) = dictionary.decode_as(ty, bytes) else { continue };
        assert!(size(&value) <= 2 * bytes.len() + 1, "{} values in {} bytes", size(&value), bytes.len());
        assert_eq!(value.to_bytes_as(ty).as_deref(), Ok(bytes));
        let text = serde_json::to_string(&value).expect("every value has a JSON form");
        let json = serde_json::from_str(&text).expect("its own JSON");
        let again = dictionary.from_json_as(ty, &json).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(again.to_bytes_as(ty).as_deref(), Ok(bytes), "{text}");
        let _ = value.to_string();
    }
});
