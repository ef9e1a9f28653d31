//! The wrappers around a request, and the layer that they negotiate.
//!
//! ```text
//! invokeWithLayer(158, initConnection(..., help.getConfig))
//! invokeAfterMsg(id, gzip_packed(messages.sendMessage))
//! ```
//!
//! <https://core.telegram.org/api/invoking>

mod init;

use piltover_layers::{DecodeError, LAYERS, Method, NEWEST, Reader, enums, functions};
use thiserror::Error;

pub use init::Client;

use crate::limits::MAX_WRAPPERS;
use crate::session::gzip::{self, GzipError};

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
    /// The lowest and the highest id of the messages to which the answer is to be confined.
    pub range: Option<(i32, i32)>,
    /// The takeout in which the request belongs.
    pub takeout: Option<i64>,
    /// The business connection on whose behalf the request is made.
    pub business_connection: Option<String>,
    /// The proofs of a person or an application that the client brings, by the wrapper. The server asks for
    /// none of them.
    pub proofs: Vec<&'static str>,
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
    #[error("wrappers nest deeper than {MAX_WRAPPERS}")]
    TooDeep,
}

/// Takes the wrappers off a request.
///
/// # Errors
/// A wrapper that cannot be decoded.
pub fn unwrap(body: Vec<u8>) -> Result<Call, UnwrapError> {
    let mut call = Call { body, ..Call::default() };
    for _ in 0..=MAX_WRAPPERS {
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
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithMessagesRange>(id, &mut reader)? {
        let enums::MessageRange::Range(range) = wrapper.range;
        call.range = Some((range.min_id, range.max_id));
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithTakeout>(id, &mut reader)? {
        call.takeout = Some(wrapper.takeout_id);
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithBusinessConnection>(id, &mut reader)? {
        call.business_connection = Some(wrapper.connection_id);
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithGooglePlayIntegrity>(id, &mut reader)? {
        call.proofs.push("Google Play Integrity");
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithApnsSecret>(id, &mut reader)? {
        call.proofs.push("APNS");
        wrapper.query
    } else if let Some(wrapper) = wrapper::<functions::InvokeWithReCaptcha>(id, &mut reader)? {
        call.proofs.push("reCAPTCHA");
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
    fn wrappers_of_special_requests_come_off_too() {
        let query =
            bytes(&functions::InvokeWithReCaptcha { token: "t".to_owned(), query: Raw(QUERY.to_vec()) });
        let (nonce, secret) = ("n".to_owned(), "s".to_owned());
        let query = bytes(&functions::InvokeWithApnsSecret { nonce: nonce.clone(), secret, query });
        let token = "t".to_owned();
        let query = bytes(&functions::InvokeWithGooglePlayIntegrity { nonce, token, query });
        let connection_id = "c".to_owned();
        let query = bytes(&functions::InvokeWithBusinessConnection { connection_id, query });
        let query = bytes(&functions::InvokeWithTakeout { takeout_id: 9, query });
        let range = enums::MessageRange::from(piltover_layers::types::MessageRange { min_id: 3, max_id: 7 });
        let query = bytes(&functions::InvokeWithMessagesRange { range, query });
        let call = unwrap(query.0).unwrap();
        assert_eq!((call.takeout, call.business_connection.as_deref()), (Some(9), Some("c")));
        assert_eq!(call.proofs, ["Google Play Integrity", "APNS", "reCAPTCHA"]);
        assert_eq!(call.range, Some((3, 7)));
        assert_eq!(call.body, QUERY);
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
        for _ in 0..MAX_WRAPPERS + 1 {
            query = bytes(&functions::InvokeWithoutUpdates { query });
        }
        assert!(matches!(unwrap(query.0), Err(UnwrapError::TooDeep)));
    }

    #[test]
    fn every_client_has_a_layer() {
        assert_eq!(served(NEWEST + 1), Some(NEWEST));
        assert_eq!(served(158), Some(158));
        assert_eq!(served(157), Some(156));
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
