use std::borrow::Cow;

use piltover_layers::mtproto::{bytes, enums, types};
use piltover_layers::{DecodeError, DecodeErrorKind};
use thiserror::Error;

/// The error of a request, as Telegram names it.
///
/// <https://core.telegram.org/api/errors>
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code} {message}")]
pub struct RpcError {
    /// The class of the error, as HTTP has them.
    pub code: i32,
    /// `PEER_ID_INVALID` and the like.
    pub message: Cow<'static, str>,
}

impl RpcError {
    /// An error of this class and name.
    pub fn new(code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// 400: the request is wrong, and will not be right when it is repeated.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, message)
    }

    /// 401: nobody is signed in with this key.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "AUTH_KEY_UNREGISTERED")
    }

    /// 500: the fault is the server's. What it was is in the log, not in the answer.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(500, "INTERNAL_SERVER_ERROR")
    }

    /// The error for a request whose bytes are not TL.
    #[must_use]
    pub fn from_decode(method: u32, error: &DecodeError) -> Self {
        Self::bad_request(match error.kind() {
            DecodeErrorKind::UnexpectedConstructor { id, .. } => {
                format!("INPUT_CONSTRUCTOR_INVALID_{id:08X}")
            }
            DecodeErrorKind::TooDeep | DecodeErrorKind::VectorCount { .. } => {
                "INPUT_REQUEST_TOO_LONG".to_owned()
            }
            DecodeErrorKind::InvalidUtf8 => "INPUT_TEXT_INVALID".to_owned(),
            _ => format!("INPUT_FETCH_ERROR_{method:08X}"),
        })
    }

    /// The error as TL: what stands in an `rpc_result`.
    #[must_use]
    pub fn to_tl(&self) -> Vec<u8> {
        let error = types::RpcError { error_code: self.code, error_message: self.message.to_string() };
        bytes(&enums::RpcError::from(error))
    }
}
