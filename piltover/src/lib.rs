//! A layer-aware MTProto server, as a library.

// `#[handler]` names this crate by its name, also inside of it.
extern crate self as piltover;

pub mod api;
pub mod clock;
pub mod crypto;
pub mod dispatch;
pub mod exchange;
pub mod layer;
pub mod model;
pub mod net;
pub mod render;
mod server;
pub mod session;
pub mod store;
pub mod transport;
pub mod updates;
pub use piltover_layers as layers;
pub use piltover_macros::handler;
pub use server::{Data, Listening, Options, Server, ServerError};
