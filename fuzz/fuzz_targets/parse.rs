//! TL text: it parses or it does not, what parses prints back, and whatever else reads the tree holds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use piltover_tl::history::{History, Source};
use piltover_tl::lint::lint;
use piltover_tl::parse_file;

fuzz_target!(|text: &str| {
    let Ok(file) = parse_file(text) else { return };
    let printed = file.to_string();
    let again = parse_file(&printed).unwrap_or_else(|error| panic!("{printed:?}: {error}"));
    assert_eq!(again.to_string(), printed);
    let _ = lint(&file);
    for (_, definition) in file.definitions() {
        let _ = definition.computed_id();
    }
    let source = Source { layer: 1, file: "fuzz.tl", text };
    if let Ok(history) = History::new([source]) {
        let table = history.to_table();
        let again = History::from_table(&table, history.layers()).expect("its own table");
        assert_eq!(again.to_table(), table);
    }
});
