//! A client for tests of servers and of other clients, made of the same parts as the server: it speaks every
//! transport, and sends whatever it is told, right or wrong, byte by byte.
//!
//! ```
//! # #[tokio::main] async fn main() -> Result<(), piltover::ServerError> {
//! use piltover::layers::{enums, functions::help};
//! use piltover::testing::{Client, Dial};
//! use piltover::{Options, Server};
//!
//! let server = Server::open(Options::memory()).await?.listen("127.0.0.1:0").await?;
//! let (address, key) = (server.address(), server.key().public());
//! tokio::spawn(server.serve(std::future::pending()));
//! let mut client = Client::new(address, &Dial::default(), &key).await;
//! let enums::NearestDc::Dc(nearest) = client.ask(&help::GetNearestDc {}).await;
//! assert_eq!(nearest.this_dc, 2);
//! # Ok(()) }
//! ```
//!
//! Whatever goes wrong panics, as a test should.

// The code of tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::missing_panics_doc)]

mod client;
mod handshake;
mod wire;

pub use client::{Client, Message, Saved, container, in_layer};
pub use handshake::{Handshake, NoProduct, Said, Scheme, factor};
pub use wire::{Carrier, Dial, Received, Wire};
