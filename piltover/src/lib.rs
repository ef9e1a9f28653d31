//! A layer-aware MTProto server, as a library.

pub mod crypto;
pub mod exchange;
pub mod session;
pub mod transport;
