//! Sockets: the only place with I/O. Bytes go to the state machines, and what these say goes out.

mod connection;
mod engine;
mod listener;
mod requests;

pub use engine::Engine;
pub use listener::serve;
