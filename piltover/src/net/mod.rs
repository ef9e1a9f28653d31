//! Sockets: the only place with I/O. Bytes go to the state machines, and what these say goes out.

mod connection;
mod engine;
mod guard;
mod listener;
mod poll;
mod requests;
mod trail;

pub use engine::{Engine, Parts};
pub use listener::serve;
