//! The MTProto service schema: key exchange and service messages. It has no layers; encode with layer 0.
//!
//! <https://core.telegram.org/schema/mtproto>

/// The schema file.
pub const SCHEMA: &str = include_str!("../schema/mtproto.tl");

/// The bytes of an object of the service schema. These are short: only a string beyond TL's limit of
/// 2^24 - 1 bytes has no form, and gives none.
#[must_use]
pub fn bytes(object: &impl crate::Encode) -> Vec<u8> {
    object.to_bytes(0).unwrap_or_default()
}

piltover_macros::layers! {
    schema: "schema/mtproto.tl",
    module: crate::mtproto,
}
