//! The wrappers around a request, and the layer that they negotiate.
//!
//! ```text
//! invokeWithLayer(158, initConnection(..., help.getConfig))
//! invokeAfterMsg(id, gzip_packed(messages.sendMessage))
//! ```
//!
//! <https://core.telegram.org/api/invoking>

mod init;

use piltover_layers::{DecodeError, LAYERS, Method, NEWEST, Reader, functions};
use thiserror::Error;

pub use init::Client;

use crate::session::gzip::{self, GzipError};

/// Wrappers nest this deep at most.
const MAX_DEPTH: usize = 8;

/// A request without its wrappers, and what they said.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Call {
    /// The layer of `invokeWithLayer`.
    pub layer: Option<i32>,
    /// What `initConnection` tells of the client.
    pub client: Option<Client>,
    /// Whether the client wants no updates because of this request.
    pub without_updates: bool,
    /// The requests that must have succeeded before this one begins.
    pub after: Vec<i64>,
    /// The request, its id first.
    pub body: Vec<u8>,
}

/// Why wrappers cannot be taken off.
#[derive(Debug, Error)]
pub enum UnwrapError {
    /// The wrapper is not TL.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The request is packed, and cannot be unpacked.
    #[error(transparent)]
    Gzip(#[from] GzipError),
    /// Too many wrappers.
    #[error("wrappers nest deeper than {MAX_DEPTH}")]
    TooDeep,
}

/// Takes the wrappers off a request.
///
/// # Errors
/// A wrapper that cannot be decoded.
pub fn unwrap(body: Vec<u8>) -> Result<Call, UnwrapError> {
    let mut call = Call { body, ..Call::default() };
    for _ in 0..=MAX_DEPTH {
        match inner(&mut call)? {
            Some(inner) => call.body = inner,
            None => return Ok(call),
        }
    }
    Err(UnwrapError::TooDeep)
}

/// What is in the outermost wrapper, if there is one.
fn inner(call: &mut Call) -> Result<Option<Vec<u8>>, UnwrapError> {
    if gzip::is_packed(&call.body) {
        return Ok(Some(gzip::unpack(&call.body)?));
    }
    let mut reader = Reader::new(&call.body);
    let id = reader.word()?;
    let query = if let Some(wrapper) = wrapper::<functions::InvokeWithLayer>(id, &mut reader)? {
        call.layer = Some(wrapper.layer);
        wrapper.query
    } else if let Some((client, query)) = init::decode(id, &mut reader)? {
        call.client = Some(client);
        query
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithoutUpdates>(id, &mut reader)? {
        call.without_updates = true;
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeAfterMsg>(id, &mut reader)? {
        call.after.push(wrapper.msg_id);
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeAfterMsgs>(id, &mut reader)? {
        call.after.extend(wrapper.msg_ids);
        wrapper.query
    } else {
        return Ok(None);
    };
    Ok(Some(query.0))
}

fn wrapper<W: Method>(id: u32, reader: &mut Reader<'_>) -> Result<Option<W>, DecodeError> {
    match W::has_id(id) {
        true => W::decode(id, reader).map(Some),
        false => Ok(None),
    }
}

/// The shipped layer in which a client is served that speaks `layer`: that layer, else the nearest lower one,
/// and the newest for a client that is newer than it. None for one older than the oldest.
#[must_use]
pub fn served(layer: i32) -> Option<i32> {
    LAYERS.iter().rev().copied().find(|shipped| *shipped <= layer).filter(|_| layer > 0)
}

/// The layer of a client that has named none yet.
pub const UNKNOWN: i32 = NEWEST;

#[cfg(test)]
mod tests {
    use piltover_layers::{Encode, Raw};
    use proptest::prelude::*;

    use super::*;

    const QUERY: [u8; 4] = [1, 2, 3, 4];

    fn bytes(request: &impl Encode) -> Raw {
        Raw(request.to_bytes(NEWEST).unwrap())
    }

    #[test]
    fn wrappers_come_off_in_any_order() {
        let query = bytes(&functions::InvokeWithoutUpdates { query: Raw(QUERY.to_vec()) });
        let query = bytes(&functions::InvokeAfterMsgs { msg_ids: vec![8, 12], query });
        let query = bytes(&functions::InvokeAfterMsg { msg_id: 4, query });
        let init = functions::InitConnection {
            api_id: 5,
            device_model: "model".to_owned(),
            lang_code: "de".to_owned(),
            query,
            ..Default::default()
        };
        let call = unwrap(bytes(&functions::InvokeWithLayer { layer: 158, query: bytes(&init) }).0).unwrap();
        assert_eq!((call.layer, call.without_updates, &*call.after), (Some(158), true, &[4, 8, 12][..]));
        assert_eq!(call.body, QUERY);
        let client = call.client.unwrap();
        assert_eq!((client.api_id, &*client.device_model, &*client.lang_code), (5, "model", "de"));
    }

    #[test]
    fn a_packed_request_is_unpacked_inside_of_a_wrapper() {
        let packed = gzip::pack(&[1; 4000]).unwrap();
        let call = unwrap(bytes(&functions::InvokeAfterMsg { msg_id: 4, query: Raw(packed) }).0).unwrap();
        assert_eq!((call.body, call.after), (vec![1; 4000], vec![4]));
    }

    #[test]
    fn endless_wrappers_are_refused() {
        let mut query = Raw(QUERY.to_vec());
        for _ in 0..MAX_DEPTH + 1 {
            query = bytes(&functions::InvokeWithoutUpdates { query });
        }
        assert!(matches!(unwrap(query.0), Err(UnwrapError::TooDeep)));
    }

    #[test]
    fn every_client_has_a_layer() {
        assert_eq!(served(NEWEST + 1), Some(NEWEST));
        assert_eq!(served(158), Some(158));
        assert_eq!(served(159), Some(158));
        let oldest = LAYERS.first().copied().unwrap();
        assert_eq!(served(oldest - 1), None);
        assert_eq!(served(-1), None);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(which in 0usize..8, rest in proptest::collection::vec(any::<u8>(), 0..80)) {
            let ids = [0xda9b_0d0d_u32, 0x6979_6de9, 0xc748_1da6, 0x7851_88b8, 0xc1cd_5ea9, 0xbf94_59b7, 0x3dc4_b4f0, 0xcb9f_372d];
            let _ = unwrap([&ids[which].to_le_bytes()[..], &rest].concat());
        }
    }
}
