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

pub use machine::{Environment, Exchange, NewKey, Reply, Step, begins};
pub use plain::{PlainError, open, seal};

use piltover_layers::DecodeError;
use thiserror::Error;

use crate::crypto::RsaError;
use crate::rules::{self, Refusal};

/// The rule of the exchange that a client broke. The server answers a transport error: -404, and -444 for a
/// data centre that there is not.
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
    /// A data centre that there is not.
    #[error("p_q_inner_data.dc is {dc}")]
    Dc {
        /// What the client names.
        dc: i32,
    },
}

impl ExchangeError {
    /// The rule that was broken.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Decode { message, error } => {
                Refusal::new(&rules::EXCHANGE_MESSAGE, *message, error.to_string())
            }
            Self::Order { message } => {
                Refusal::new(&rules::EXCHANGE_ORDER, "the step before it", format!("{message} alone"))
            }
            Self::Mismatch { message, field: "retry_id" } => Refusal::new(
                &rules::EXCHANGE_RETRY_ID,
                "what was sent before",
                format!("another in {message}"),
            ),
            Self::Mismatch { message, field } => Refusal::new(
                &rules::EXCHANGE_NONCE,
                "what was sent before",
                format!("another {field} in {message}"),
            ),
            Self::Factors { message } => {
                Refusal::new(&rules::EXCHANGE_FACTORS, "p < q, p * q = pq", format!("others in {message}"))
            }
            Self::Fingerprint { fingerprint } => Refusal::new(
                &rules::EXCHANGE_FINGERPRINT,
                "one of those in resPQ",
                format!("{:016x}", fingerprint.cast_unsigned()),
            ),
            Self::Rsa(error) => Refusal::new(&rules::EXCHANGE_RSA, "RSA_PAD or SHA1", error.to_string()),
            Self::Hash { message } => {
                Refusal::new(&rules::EXCHANGE_HASH, "the SHA-1 of the data", format!("another in {message}"))
            }
            Self::Blocks { len } => {
                Refusal::new(&rules::EXCHANGE_BLOCKS, "whole blocks of 16 bytes", format!("{len} bytes"))
            }
            Self::Expiry { seconds: got } => {
                Refusal::new(&rules::EXCHANGE_EXPIRY, "1 to 604800 seconds", format!("{got} seconds"))
            }
            Self::Public => {
                Refusal::new(&rules::EXCHANGE_G_B, "2^1984 to dh_prime - 2^1984", "a value outside of that")
            }
            Self::Dc { dc } => Refusal::new(&rules::EXCHANGE_DC, "1 to 5", dc.to_string()),
        }
    }
}
