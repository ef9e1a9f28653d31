//! What the types were generated from, at run time: for tools and for what is known of ids alone.

use std::sync::LazyLock;

use piltover_tl::history::{History, Source};
use piltover_tl::plan::Rules;

/// What was decided where no exact rule converts: the text of `rules.txt`.
pub const RULES: &str = include_str!("../rules.txt");

/// Where each schema file is from: a table with tabs, its first line the names of the columns.
pub const MANIFEST: &str = include_str!("../schema/manifest.tsv");

/// All layers, as [`DEFINITIONS`](crate::DEFINITIONS) tells them.
pub fn history() -> &'static History {
    // The table is generated from schemas that were parsed before.
    static HISTORY: LazyLock<History> =
        LazyLock::new(|| History::from_table(crate::DEFINITIONS, crate::LAYERS).unwrap_or_default());
    &HISTORY
}

/// All layers, with the fields that the newest versions carry along for older ones: what a plan is made of.
pub fn planned() -> &'static History {
    // The macro has carried the same fields before.
    static HISTORY: LazyLock<History> = LazyLock::new(|| {
        let mut carrying = history().clone();
        match carrying.carry(rules().carried()) {
            Ok(()) => carrying,
            Err(_) => history().clone(),
        }
    });
    &HISTORY
}

/// The decisions of [`RULES`], which the compiler has read before.
#[must_use]
pub fn rules() -> Rules {
    Rules::parse(RULES).unwrap_or_default()
}

/// The service schema, as a history of the one layer 0. The file hides what clients parse by hand
/// (`msg_container`, `rpc_result`) in comments; here it is not hidden.
pub fn service() -> &'static History {
    static SERVICE: LazyLock<History> = LazyLock::new(|| {
        let text: String = crate::mtproto::SCHEMA.lines().map(|line| shown(line).to_owned() + "\n").collect();
        History::new([Source { layer: 0, file: "mtproto.tl", text: &text }]).unwrap_or_default()
    });
    &SERVICE
}

/// The definition that a comment hides, or else the line.
fn shown(line: &str) -> &str {
    let hidden = line.strip_prefix("//").filter(|comment| comment.contains("parsed manually"));
    let definition = hidden.and_then(|comment| comment.split_inclusive(';').next()).map(str::trim);
    definition.filter(|text| piltover_tl::parse_definition(text).is_ok()).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_schema_has_what_clients_parse_by_hand() {
        for name in ["msg_container", "message", "rpc_result", "gzip_packed", "ping", "resPQ"] {
            assert!(service().entry(name).is_some(), "{name}");
        }
    }
}
