//! Values without generated types: read and written by walking the definitions, to show them, to take
//! them to JSON and back, and to check generated codecs against another one.
//!
//! Nothing here knows the generated code; the two share the primitives of [`wire`](crate::wire) alone.
//!
//! - [`Dictionary`]: the definitions, of one layer or of all
//! - [`Value`]: what was read; prints on one line, and is [`serde::Serialize`]
//! - [`Dictionary::from_json`]: JSON to a value, checked against the definitions
//!
//! ```
//! use piltover_tl::dynamic::Dictionary;
//! use piltover_tl::history::{History, Source};
//!
//! let text = "peerUser#59511722 user_id:long = Peer;";
//! let history = History::new([Source { layer: 158, file: "158.tl", text }])?;
//! let dictionary = Dictionary::of_layer(&history, 158);
//! let bytes = [0x22, 0x17, 0x51, 0x59, 42, 0, 0, 0, 0, 0, 0, 0];
//!
//! let value = dictionary.decode(&bytes)?;
//! assert_eq!(value.to_string(), "peerUser(user_id: 42)");
//! assert_eq!(serde_json::to_string(&value)?, r#"{"_":"peerUser","user_id":42}"#);
//!
//! let json = serde_json::json!({ "_": "peerUser", "user_id": "42" });
//! assert_eq!(dictionary.from_json(&json)?.to_bytes()?, bytes);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dictionary;
mod error;
mod json;
mod read;
mod value;
mod write;

pub use dictionary::{Dictionary, Known};
pub use error::{Path, ReadError, ReadErrorKind, ValueError};
pub use value::{Object, Value};

/// How deep objects and vectors may nest, so that hostile bytes cannot exhaust the stack. Readers of JSON
/// often stop at 128.
pub const MAX_NESTING: usize = 120;

#[cfg(test)]
mod tests;
