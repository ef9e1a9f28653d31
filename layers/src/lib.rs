//! Telegram's API schema in every published layer, as Rust types.
//!
//! - [`types`]: a struct for each constructor, in its newest form
//! - [`enums`]: an enum for each type, with a variant for each constructor that ever stood in it
//! - [`functions`]: a struct for each function, in its newest form; each is a [`Method`]
//! - [`older`]: the older versions of all of these
//! - [`mtproto`]: the service schema, which has no layers
//! - [`history`], [`rules`], [`service`]: what all of these were generated from, for tools
//! - [`secret()`], [`secret_layers`]: the schema of secret chats, for tools too; no types are generated from it
//!
//! Every type decodes what clients and servers of any layer send, and encodes for the layer that its [`Encoder`] names.
//!
//! ```
//! use piltover_layers::{decode_exact, enums, types, Encode};
//!
//! let peer = enums::Peer::from(types::PeerUser { user_id: 777_000 });
//! // Until layer 133 user ids had 32 bits.
//! let bytes = peer.to_bytes(133)?;
//! let again: enums::Peer = decode_exact(&bytes)?;
//! assert!(matches!(again, enums::Peer::User(types::PeerUser { user_id: 777_000 })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What no exact rule converts is decided in `rules.txt` or written in `bridges`; a step between two
//! layers that nothing covers is a compile error.

// The generator writes code for this crate alone: `ok!` and `method` are what it finds here.
macro_rules! ok {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use ok;

mod bridges;
mod method;
pub mod mtproto;
mod secret;
mod tables;

pub use method::{Boxed, Method, Version, decode_request};
#[doc(hidden)]
pub use piltover_macros::__facade;
pub use piltover_tl::wire::{
    Decode, DecodeError, DecodeErrorKind, Encode, EncodeError, Encoder, Raw, Reader, decode_exact,
};
pub use secret::{secret, secret_layers};
pub use tables::{MANIFEST, RULES, history, planned, rules, service};

piltover_macros::layers! {
    schema: "schema",
    rules: "rules.txt",
    module: crate,
    bridges: crate::bridges,
}
