//! The schema of secret chats. Clients put what it describes into encrypted messages; a server never sees it.
//!
//! <https://core.telegram.org/schema/end-to-end>

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use piltover_tl::history::{History, Source};
use piltover_tl::parse_file;

/// The schema file: all forms of everything together.
const SCHEMA: &str = include_str!("../schema/secret.tl");

/// With which layer each of them came.
const SINCE: &str = include_str!("../secret-layers.txt");

/// The schema of secret chats, as a history of the one layer 0. Its own layers stand behind the names of what has
/// changed: `decryptedMessage8`.
pub fn secret() -> &'static History {
    static SECRET: LazyLock<History> = LazyLock::new(|| {
        History::new([Source { layer: 0, file: "secret.tl", text: SCHEMA }]).unwrap_or_default()
    });
    &SECRET
}

/// The schema of secret chats as a history of its own layers, those in which something came: `decryptedMessage8` is
/// the form of `decryptedMessage` in layer 8.
pub fn secret_layers() -> &'static History {
    static LAYERS: LazyLock<History> = LazyLock::new(|| {
        let texts = texts();
        let sources = texts.iter().map(|(layer, text)| Source { layer: *layer, file: "secret.tl", text });
        History::new(sources).unwrap_or_default()
    });
    &LAYERS
}

/// The text of each layer's schema: what has come so far, the newest form of each name.
fn texts() -> BTreeMap<i32, String> {
    let since: HashMap<&str, i32> = since().collect();
    // The tests have read the file before.
    let file = parse_file(SCHEMA).unwrap_or_default();
    let mut came: BTreeMap<i32, Vec<(String, String)>> = BTreeMap::new();
    for (section, definition) in file.definitions() {
        let Some(layer) = since.get(definition.name.as_str()) else { continue };
        let definition = definition.clone().without_layer();
        let text = format!("---{section}---\n{definition};\n");
        came.entry(*layer).or_default().push((definition.name, text));
    }
    let mut stands = BTreeMap::new();
    let texts = came.into_iter().map(|(layer, came)| {
        stands.extend(came);
        (layer, stands.values().map(String::as_str).collect())
    });
    texts.collect()
}

/// The names of the schema file, each with its layer.
fn since() -> impl Iterator<Item = (&'static str, i32)> {
    let lines = SINCE.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter_map(|(layer, names)| Some((layer.parse::<i32>().ok()?, names)))
        .flat_map(|(layer, names)| names.split_whitespace().map(move |name| (name, layer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_has_one_layer() {
        let mut names: Vec<_> = since().map(|(name, _)| name).collect();
        names.sort_unstable();
        let shipped: Vec<_> = secret().entries().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, shipped);
        let forms = secret_layers().entries().flat_map(|entry| &entry.versions).count();
        assert_eq!((forms, shipped.len()), (shipped.len(), 81));
    }

    #[test]
    fn what_has_a_layer_behind_its_name_stands_in_that_layer() {
        let mut found = 0;
        for entry in secret().entries().filter(|entry| secret_layers().entry(&entry.name).is_none()) {
            let name = entry.name.trim_end_matches(|char: char| char.is_ascii_digit());
            let layer = entry.name.strip_prefix(name).unwrap().parse().unwrap();
            let version = secret_layers().entry(name).unwrap().version(layer).unwrap();
            assert_eq!(version.id, entry.versions[0].id, "{}", entry.name);
            found += 1;
        }
        assert_eq!(found, 13);
    }

    #[test]
    fn a_form_stands_until_the_next_one() {
        let layers = secret_layers();
        assert_eq!(layers.layers(), [8, 17, 20, 23, 45, 46, 66, 73, 101]);
        let forms = |name: &str| {
            let versions = layers.entry(name).unwrap().versions.iter();
            versions.map(|it| (it.layers.display(layers.layers()), it.id)).collect::<Vec<_>>()
        };
        let expected =
            [("8", 0x1f81_4f1f), ("17-23", 0x204d_3878), ("45-66", 0x36b0_91de), ("73-101", 0x91cc_4674)];
        assert_eq!(forms("decryptedMessage"), expected.map(|(layers, id)| (layers.to_owned(), id)));
        // The name without a layer is not always the newest.
        assert_eq!(forms("documentAttributeVideo").last().unwrap(), &("66-101".to_owned(), 0x0ef0_2ce6));
    }
}
