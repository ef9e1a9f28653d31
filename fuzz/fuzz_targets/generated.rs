//! Bytes as a value or a request of whatever layer, by the generated types: what is read can be written for
//! every layer, or has no form there; what was written for a layer is a value of that layer's schema, and is
//! written again as the same bytes.

#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use piltover_convert::{ConvertError, decode, decode_answer};
use piltover_layers::{LAYERS, NEWEST, history};
use piltover_tl::dynamic::{Dictionary, MAX_NESTING, ReadErrorKind};
use piltover_tl::plan::Reach;
use piltover_tl::schema::Kind;

/// Functions whose answers are vectors or lead far: the first byte of the input picks one of them, or none.
const ANSWERS: &[&str] = &[
    "messages.getHistory",
    "updates.getDifference",
    "messages.getWebPage",
    "users.getUsers",
    "help.getConfig",
];

static DICTIONARIES: LazyLock<BTreeMap<i32, Dictionary<'static>>> =
    LazyLock::new(|| LAYERS.iter().map(|layer| (*layer, Dictionary::of_layer(history(), *layer))).collect());

static REACH: LazyLock<Reach<'static>> = LazyLock::new(|| Reach::new(history()));

/// A few layers, of all ages: all of them would take all the time.
fn layers() -> impl Iterator<Item = i32> {
    let step = LAYERS.len().div_ceil(6);
    LAYERS.iter().copied().step_by(step).chain([NEWEST])
}

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    if let Some(function) = ANSWERS.get(usize::from(*first)) {
        let Ok(answer) = decode_answer(function, bytes) else { return };
        let entry = history().entry(function).expect("a function of the newest layer");
        for version in &entry.versions {
            let _ = answer(version.id, version.layers.last().unwrap_or(NEWEST));
        }
        return;
    }
    let value = match decode(bytes) {
        Ok(value) => value,
        Err(ConvertError::UnknownId { id }) => {
            // The table of types must know every constructor that the schemas know.
            let known = history().entries().flat_map(|entry| &entry.versions).any(|version| version.id == id);
            assert!(!known, "{id:08x} is known, but has no type");
            return;
        }
        Err(_) => return,
    };
    for layer in layers() {
        let Ok(written) = value(layer) else { continue };
        let dictionary = &DICTIONARIES[&layer];
        let id = written.first_chunk().map(|id| u32::from_le_bytes(*id)).unwrap_or_default();
        let known = dictionary.known(id).map(|known| known.combinator);
        let ty = known.filter(|it| it.kind == Kind::Constructor).and_then(|it| it.result.boxed_name());
        match dictionary.decode(&written) {
            Ok(read) => assert_eq!(read.to_bytes().as_deref(), Ok(written.as_slice())),
            Err(error) if error.kind == ReadErrorKind::TooDeep => assert!(written.len() > MAX_NESTING),
            // Nobody sends it in this layer, so it need have no form there.
            Err(_) if !ty.is_some_and(|ty| REACH.contains(layer, ty)) => continue,
            Err(error) => panic!("layer {layer}: {error}"),
        }
        if layer == NEWEST && ty.is_some() {
            let again = decode(&written).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again(layer).as_deref(), Ok(written.as_slice()));
        }
    }
});
