//! A layer-aware MTProto server, as a library: every Telegram client, old and new, can connect to it.
//!
//! ```no_run
//! # async fn example() -> Result<(), piltover::ServerError> {
//! use piltover::{Options, Server};
//!
//! let server = Server::open(Options::memory()).await?.listen("127.0.0.1:0").await?;
//! println!("listening on {}", server.address());
//! server.serve(std::future::pending()).await;
//! # Ok(()) }
//! ```
//!
//! # Layout
//! Data flows one way; each module is a step of the way.
//! - [`net`] - sockets
//! - [`transport`] - which framing a client speaks, and its payloads
//! - [`exchange`] - the key exchange
//! - [`crypto`], [`clock`] - what the steps need of the world
//! - [`rules`], [`limits`] - what a client may not do, by name; how much of everything it may
//! - [`session`] - messages, acknowledgments, containers; live sessions
//! - [`layer`] - the wrappers around a request, and the layer that they negotiate
//! - [`dispatch`] - [`macro@handler`]s, and the router that finds them
//! - [`api`] - the methods of the API
//! - [`model`], [`store`] - users, messages, boxes; SQLite
//! - [`testing`] - a client, for tests
//! - [`render`], [`updates`] - the model as TL, and to whom it is pushed

// `#[handler]` names this crate by its name, also inside of it.
extern crate self as piltover;

pub mod api;
pub mod clock;
pub mod crypto;
pub mod dispatch;
pub mod exchange;
pub mod layer;
pub mod limits;
pub mod model;
pub mod net;
pub mod render;
pub mod rules;
mod server;
pub mod session;
pub mod store;
pub mod testing;
pub mod transport;
pub mod updates;

pub use piltover_layers as layers;
pub use piltover_macros::handler;
pub use server::{Data, Listening, Options, Server, ServerError, rotate as rotate_key};
