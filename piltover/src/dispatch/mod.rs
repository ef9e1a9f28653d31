//! From the bytes of a request to its handler, and back.
//!
//! ```
//! use piltover::dispatch::{Router, RpcError};
//! use piltover::handler;
//! use piltover::layers::{enums, functions, types};
//!
//! /// Tells every client that it is in Europe.
//! #[handler]
//! async fn get_nearest_dc(_: functions::help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
//!     Ok(types::NearestDc { country: "NL".to_owned(), this_dc: 2, nearest_dc: 2 }.into())
//! }
//!
//! let router = Router::new().on(get_nearest_dc);
//! assert_eq!(router.methods(), ["help.getNearestDc"]);
//! ```

mod context;
mod dictionary;
mod error;
mod router;

pub use context::{Context, FromContext, State, Viewer};
pub use dictionary::Shown;
pub use error::RpcError;
pub use router::{Handler, Router};
