//! The TL (Type Language) toolkit: what is true of schemas, without a server.
//!
//! # Layout
//! - [`parse_file`], [`parse_definition`]: text to syntax tree ([`ast`]), which prints back
//! - [`id`]: the rule by which a definition's text gives its 32-bit id
//! - [`schema`]: one layer, names resolved
//! - [`history`]: all layers together: each combinator with its versions and the layers of each
//! - [`diff`]: what changed between two layers, field by field
//! - [`lint`]: what is doubtful in a schema file
//! - [`plan`]: how older versions become the newest ones, and back
//! - [`dynamic`]: values without generated types: read and written by any layer's schema, to and from JSON
//! - [`wire`]: the binary format over byte slices
//!
//! The language: <https://core.telegram.org/mtproto/TL>.

pub mod ast;
pub mod diff;
pub mod dynamic;
pub mod history;
pub mod id;
pub mod lint;
mod parse;
pub mod plan;
pub mod schema;
pub mod wire;

pub use parse::{ParseError, parse_definition, parse_file};
