//! The exchange that creates an authorization key: a state machine over whole messages, without sockets.
//!
//! ```text
//! client                                   server
//! req_pq_multi(nonce)                 ->
//!                                     <-   resPQ(server_nonce, pq, fingerprints)
//! req_DH_params(p, q, RSA(new_nonce)) ->
//!                                     <-   server_DH_params_ok(AES(g, dh_prime, g_a))
//! set_client_DH_params(AES(g_b))      ->
//!                                     <-   dh_gen_ok(new_nonce_hash1)
//! ```
//!
//! <https://core.telegram.org/mtproto/auth_key>

mod answer;
mod machine;
mod plain;

pub use machine::{Environment, Exchange, NewKey, Reply, Step};
pub use plain::{PlainError, open, seal};

use piltover_layers::DecodeError;
use thiserror::Error;

use crate::crypto::RsaError;

/// The rule of the exchange that a client broke. The server answers a transport error -404.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExchangeError {
    /// The message is none of the exchange, or is not encoded as one.
    #[error("{message} cannot be decoded: {error}")]
    Decode {
        /// What was expected.
        message: &'static str,
        /// Where it stops to be that.
        error: DecodeError,
    },
    /// A step before the one that must precede it.
    #[error("{message} came without the step before it")]
    Order {
        /// The message that came.
        message: &'static str,
    },
    /// A value that must be repeated as the server sent it.
    #[error("{message}.{field} is not what was sent before")]
    Mismatch {
        /// The message at fault.
        message: &'static str,
        /// Its field.
        field: &'static str,
    },
    /// p and q are not the factors of pq, smaller first.
    #[error("{message}: p and q are not the prime factors of pq, p < q")]
    Factors {
        /// The message at fault.
        message: &'static str,
    },
    /// A fingerprint that no key of this server has.
    #[error("public_key_fingerprint {fingerprint:016x} belongs to no key of this server")]
    Fingerprint {
        /// The fingerprint, as it came.
        fingerprint: i64,
    },
    /// `encrypted_data` of `req_DH_params`.
    #[error("req_DH_params.encrypted_data: {0}")]
    Rsa(#[from] RsaError),
    /// The SHA-1 before an encrypted object is not that object's.
    #[error("the SHA-1 in {message} does not fit its data")]
    Hash {
        /// The message at fault.
        message: &'static str,
    },
    /// Encrypted data that is no whole number of blocks.
    #[error("set_client_DH_params.encrypted_data has {len} bytes, which is no whole number of blocks")]
    Blocks {
        /// Its length in bytes.
        len: usize,
    },
    /// A temporary key that would live no time, or too long.
    #[error("expires_in {seconds} is not within 1 and 604800 seconds")]
    Expiry {
        /// What the client asks for.
        seconds: i32,
    },
    /// `g_b` outside of 2^1984 and `dh_prime` - 2^1984.
    #[error("client_DH_inner_data.g_b is not between 2^1984 and dh_prime - 2^1984")]
    Public,
}
