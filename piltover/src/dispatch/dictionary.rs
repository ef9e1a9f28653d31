//! What all layers know, to show requests in logs and to name what is unknown.

use std::fmt;
use std::sync::LazyLock;

use piltover_layers::{DecodeError, DecodeErrorKind};
use piltover_tl::dynamic::Dictionary;

use super::RpcError;

static DICTIONARY: LazyLock<Dictionary<'static>> =
    LazyLock::new(|| Dictionary::of_all(piltover_layers::history()));

/// The error for a method that Telegram has and this server has not, or for an id that nobody has. Never a
/// 5xx: clients repeat those for ever.
pub(super) fn unknown_method(id: u32) -> RpcError {
    RpcError::bad_request(match DICTIONARY.known(id) {
        Some(known) => format!("METHOD_NOT_SUPPORTED: {}", known.combinator.name),
        None => format!("INPUT_METHOD_INVALID_{id:08X}"),
    })
}

/// Why a request of a client of this layer could not be decoded, with the path to the value at fault, and the
/// name and layers of a constructor that has strayed.
pub(super) fn explained(body: &[u8], layer: i32, error: &DecodeError) -> String {
    let path = match DICTIONARY.decode(body) {
        Err(found) if found.offset == error.offset() => format!("{}: ", found.path),
        _ => String::new(),
    };
    let stray = match error.kind() {
        DecodeErrorKind::UnexpectedConstructor { id, .. } => DICTIONARY.known(*id).map(|known| {
            let name = &known.combinator.name;
            format!(" ({name}, layers {}; the client speaks {layer})", known.layers)
        }),
        _ => None,
    };
    format!("{path}{error}{}", stray.unwrap_or_default())
}

/// The bytes of a request, shown as TL when they are logged: in the form in which they came.
#[derive(Debug)]
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DICTIONARY.decode(self.0) {
            Ok(value) => value.fmt(f),
            Err(error) => write!(f, "<{} bytes, {error}>", self.0.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use piltover_layers::{Encode, Encoder, Method, NEWEST, Reader, enums, functions, types};

    use super::*;

    #[test]
    fn known_methods_are_named() {
        assert_eq!(unknown_method(0x1fb3_3026).message, "METHOD_NOT_SUPPORTED: help.getNearestDc");
        assert_eq!(unknown_method(5).message, "INPUT_METHOD_INVALID_00000005");
    }

    fn request() -> functions::messages::SendMessage {
        functions::messages::SendMessage {
            peer: enums::InputPeer::InputPeerSelf,
            message: "hi".to_owned(),
            random_id: 7,
            entities: Some(vec![types::MessageEntityBold { offset: 0, length: 2 }.into()]),
            ..Default::default()
        }
    }

    #[test]
    fn requests_are_shown_in_the_form_of_their_layer() {
        let new = request().to_bytes(NEWEST).unwrap();
        assert_eq!(
            Shown(&new).to_string(),
            "messages.sendMessage(peer: inputPeerSelf, message: \"hi\", random_id: 7, \
             entities: [messageEntityBold(offset: 0, length: 2)])"
        );
        let mut old = Encoder::new(158);
        old.word(0x1cc2_0387);
        old.word(1);
        enums::InputPeer::InputPeerSelf.encode(&mut old);
        5.encode(&mut old);
        "hi".to_owned().encode(&mut old);
        7i64.encode(&mut old);
        assert_eq!(
            Shown(&old.finish().unwrap()).to_string(),
            "messages.sendMessage(peer: inputPeerSelf, reply_to_msg_id: 5, message: \"hi\", random_id: 7)"
        );
        assert!(Shown(&new[..9]).to_string().starts_with("<9 bytes, messages.sendMessage"));
    }

    #[test]
    fn errors_say_where_and_what() {
        let mut bytes = request().to_bytes(NEWEST).unwrap();
        let at = bytes.len() - 12;
        bytes[at..at + 4].copy_from_slice(&0x5951_1722_u32.to_le_bytes());
        let mut reader = Reader::new(&bytes);
        let id = reader.word().unwrap();
        let error = functions::messages::SendMessage::decode(id, &mut reader).unwrap_err();
        let text = explained(&bytes, 158, &error);
        assert!(text.starts_with("messages.sendMessage.entities[0]: at byte"), "{text}");
        assert!(text.contains(&format!("(peerUser, layers 133-{NEWEST}; the client speaks 158)")), "{text}");
    }
}
