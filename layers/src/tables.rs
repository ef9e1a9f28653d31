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

/// The decisions of [`RULES`], which the compiler has read before.
#[must_use]
pub fn rules() -> Rules {
    Rules::parse(RULES).unwrap_or_default()
}

/// The service schema, as a history of the one layer 0.
pub fn service() -> &'static History {
    static SERVICE: LazyLock<History> = LazyLock::new(|| {
        let source = Source { layer: 0, file: "mtproto.tl", text: crate::mtproto::SCHEMA };
        History::new([source]).unwrap_or_default()
    });
    &SERVICE
}
