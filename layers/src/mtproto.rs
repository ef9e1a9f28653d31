//! The MTProto service schema: key exchange and service messages. It has no layers; encode with layer 0.
//!
//! <https://core.telegram.org/schema/mtproto>

piltover_macros::layers! {
    schema: "schema/mtproto.tl",
    module: crate::mtproto,
}
