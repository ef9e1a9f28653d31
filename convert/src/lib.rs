//! Bytes of one layer to bytes of another, whatever they hold: by the generated types, which are found by the
//! id with which the bytes begin.
//!
//! A crate of its own, since every type is compiled into the table of them: neither the types nor the server
//! pay for it.
//!
//! ```
//! // `peerUser` has the same form in all layers from 133 on.
//! let bytes = [0x22, 0x17, 0x51, 0x59, 42, 0, 0, 0, 0, 0, 0, 0];
//! let newest = piltover_convert::convert(&bytes, piltover_layers::NEWEST)?;
//! assert_eq!(newest, bytes);
//! # Ok::<(), piltover_convert::ConvertError>(())
//! ```

mod registry;

use std::collections::HashMap;
use std::sync::LazyLock;

use piltover_layers::{DecodeError, EncodeError, history};
use piltover_tl::dynamic::{Dictionary, ReadError};
use piltover_tl::history::Entry;
use piltover_tl::schema::{Kind, TypeRef};
use piltover_tl::wire::{BOOL_FALSE, BOOL_TRUE, MAX_DEPTH};
use thiserror::Error;

pub use registry::{Answer, Value};

/// `invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X`.
const INVOKE_WITH_LAYER: u32 = 0xda9b_0d0d;

/// The combinators of all layers, by the ids of all of their versions.
static BY_ID: LazyLock<HashMap<u32, &Entry>> = LazyLock::new(|| {
    let entries = history().entries();
    entries.flat_map(|entry| entry.versions.iter().map(move |version| (version.id, entry))).collect()
});

static ALL: LazyLock<Dictionary<'_>> = LazyLock::new(|| Dictionary::of_all(history()));

/// Why bytes could not be converted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConvertError {
    /// They are too short for an id.
    #[error("no id")]
    NoId,
    /// They begin with an id that no layer has.
    #[error("no layer has {id:08x}")]
    UnknownId {
        /// The id.
        id: u32,
    },
    /// No layer has a function of this name.
    #[error("no layer has a function {name}")]
    UnknownFunction {
        /// The name.
        name: String,
    },
    /// Requests that carry requests are nested without end.
    #[error("requests nest deeper than {MAX_DEPTH}")]
    TooDeep,
    /// What a request carries could not be found.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// They are not what the layers say.
    #[error("{0}")]
    Decode(#[from] DecodeError),
    /// The value has no form in the layer.
    #[error("{0}")]
    Encode(#[from] EncodeError),
}

/// Reads a constructor's value or a request, of whatever layer; gives its bytes in any layer.
///
/// # Errors
/// An unknown id, or bytes that are not what the layers say.
pub fn decode(bytes: &[u8]) -> Result<Value, ConvertError> {
    let id = id(bytes)?;
    if let BOOL_TRUE | BOOL_FALSE = id {
        return Ok(registry::value::<bool>(bytes)?);
    }
    let entry = *BY_ID.get(&id).ok_or(ConvertError::UnknownId { id })?;
    let decode = match (entry.kind, entry.canonical().map(|version| &version.union.result)) {
        (Kind::Function, _) => registry::function(&entry.name).map(|function| function.decode),
        (Kind::Constructor, Some(TypeRef::Boxed(ty))) => registry::decode_type(ty),
        _ => None,
    };
    let value = decode.ok_or(ConvertError::UnknownId { id })?(bytes)?;
    match entry.kind {
        Kind::Function => Ok(Box::new(move |layer| request(entry, &value, layer))),
        Kind::Constructor => Ok(value),
    }
}

/// The bytes of a request: the generated types have a form of each in all layers, also where it does not stand.
fn request(entry: &'static Entry, value: &Value, layer: i32) -> Result<Vec<u8>, EncodeError> {
    let known = history().nearest(layer).is_some_and(|layer| entry.version(layer).is_some());
    if known { value(layer) } else { Err(EncodeError::NotInLayer { combinator: &entry.name, layer }) }
}

/// Reads an answer to a function, of whatever layer; gives its bytes for any version of the function, in any
/// layer.
///
/// # Errors
/// An unknown function, or bytes that are not what the layers say.
pub fn decode_answer(function: &str, bytes: &[u8]) -> Result<Answer, ConvertError> {
    let known = registry::function(function);
    let known = known.ok_or_else(|| ConvertError::UnknownFunction { name: function.to_owned() })?;
    Ok((known.answer)(bytes)?)
}

/// The bytes of a constructor's value or a request in another layer. What a request carries
/// (`invokeWithLayer`, `initConnection`) is converted with it, and `invokeWithLayer` names the new layer.
///
/// # Errors
/// As [`decode`], and a value that has no form in the layer.
pub fn convert(bytes: &[u8], layer: i32) -> Result<Vec<u8>, ConvertError> {
    // What requests carry stands at the end of them, so it is all taken apart before it is put together.
    let (mut outer, mut rest) = (Vec::new(), bytes);
    id(bytes)?;
    while let Some(offset) = ALL.inner_request(rest)? {
        let (prefix, inner) = rest.split_at_checked(offset).unwrap_or((rest, &[]));
        if outer.len() >= usize::from(MAX_DEPTH) {
            return Err(ConvertError::TooDeep);
        }
        outer.push(prefix);
        rest = inner;
    }
    let mut converted = decode(rest)?(layer)?;
    for prefix in outer.into_iter().rev() {
        let mut whole = prefix.to_vec();
        if id(prefix) == Ok(INVOKE_WITH_LAYER) {
            whole.truncate(4);
            whole.extend(layer.to_le_bytes());
        }
        whole.append(&mut converted);
        converted = decode(&whole)?(layer)?;
    }
    Ok(converted)
}

fn id(bytes: &[u8]) -> Result<u32, ConvertError> {
    bytes.first_chunk().map(|id| u32::from_le_bytes(*id)).ok_or(ConvertError::NoId)
}

#[cfg(test)]
mod tests {
    use piltover_layers::{Encode, LAYERS, Method, NEWEST, enums, functions, types};

    use super::*;

    #[test]
    fn the_requests_in_requests_are_converted() {
        // An older form of some function, and its newest one.
        let function = functions::messages::SendMessage::VERSIONS;
        let layer = function.first().unwrap().layers.last().unwrap().1;
        let send = |layer| {
            let dictionary = Dictionary::of_layer(history(), layer);
            let json = serde_json::json!({
                "_": "messages.sendMessage", "peer": {"_": "inputPeerSelf"}, "message": "hi", "random_id": 1,
            });
            dictionary.from_json(&json).unwrap().to_bytes().unwrap()
        };
        let whole = |layer: i32| {
            let query = piltover_layers::Raw(send(layer));
            functions::InvokeWithLayer { layer, query }.to_bytes(layer).unwrap()
        };
        assert_ne!(send(layer)[..4], send(NEWEST)[..4]);
        assert_eq!(convert(&whole(layer), NEWEST).unwrap(), whole(NEWEST));
    }

    #[test]
    fn answers_are_converted_for_a_version_of_their_function() {
        let dc = types::NearestDc { country: "NL".to_owned(), this_dc: 2, nearest_dc: 2 };
        let bytes = enums::NearestDc::from(dc).to_bytes(NEWEST).unwrap();
        let answer = decode_answer("help.getNearestDc", &bytes).unwrap();
        assert_eq!(answer(0x1fb3_3026, LAYERS[0]).unwrap(), bytes);
        assert!(matches!(decode_answer("no.such", &bytes), Err(ConvertError::UnknownFunction { .. })));
    }

    #[test]
    fn requests_that_a_layer_does_not_know_have_no_form_there() {
        let inner = functions::messages::CheckQuickReplyShortcut { shortcut: "hi".to_owned() };
        let inner = inner.to_bytes(NEWEST).unwrap();
        let whole = functions::InvokeWithoutUpdates { query: piltover_layers::Raw(inner.clone()) };
        for bytes in [inner, whole.to_bytes(NEWEST).unwrap()] {
            assert_eq!(convert(&bytes, NEWEST).as_ref(), Ok(&bytes));
            let combinator = "messages.checkQuickReplyShortcut";
            let refused = ConvertError::Encode(EncodeError::NotInLayer { combinator, layer: 160 });
            assert_eq!(convert(&bytes, 160), Err(refused));
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        assert_eq!(convert(&[1], NEWEST), Err(ConvertError::NoId));
        assert_eq!(convert(&[1, 0, 0, 0], NEWEST), Err(ConvertError::UnknownId { id: 1 }));
        let nested = [INVOKE_WITH_LAYER.to_le_bytes(), 158i32.to_le_bytes()].concat().repeat(10_000);
        assert_eq!(convert(&nested, NEWEST), Err(ConvertError::TooDeep));
        assert_eq!(convert(&BOOL_TRUE.to_le_bytes(), NEWEST).unwrap(), BOOL_TRUE.to_le_bytes());
    }
}
