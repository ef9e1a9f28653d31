//! The id of a definition: the CRC-32 of its text in a normal form.
//!
//! The normal form has the name without its id, generics without braces, the fields and the result,
//! with one space between them; fields of type `flags.N?true` are left out; `bytes` is written
//! `string` unless it is the argument of a vector; angle brackets become spaces. So fields that are
//! only bits do not enter the id: one id can have several texts.

use std::fmt::Write as _;

use crate::ast::{Definition, Param, Type};

impl Definition {
    /// The id that follows from the text.
    #[must_use]
    pub fn computed_id(&self) -> u32 {
        crc32fast::hash(self.normal_form().as_bytes())
    }

    /// The text of which the id is the CRC-32.
    #[must_use]
    pub fn normal_form(&self) -> String {
        let mut text = self.name.clone();
        for param in &self.params {
            match param {
                Param::Generic(name) => push(&mut text, format_args!("{name}:Type")),
                Param::Field(field) if field.is_true_flag() => {}
                Param::Field(field) => {
                    push(&mut text, format_args!("{}:", field.name));
                    if let Some(condition) = &field.condition {
                        text.push_str(&condition.to_string());
                    }
                    match &field.ty {
                        Type::Plain(name) if name == "bytes" => text.push_str("string"),
                        ty => push_type(&mut text, ty),
                    }
                }
                other => push(&mut text, format_args!("{other}")),
            }
        }
        text.push_str(" = ");
        push_type(&mut text, &self.result);
        text
    }

    /// The definition with its own name, where a layer stands behind it: the schema of secret chats, which holds all
    /// of its layers, writes `decryptedMessage8`. The id proves which name is the own one.
    #[must_use]
    pub fn without_layer(self) -> Self {
        let name = self.name.trim_end_matches(|char: char| char.is_ascii_digit()).to_owned();
        let own = Self { name, ..self.clone() };
        if !is_proven(&self) && is_proven(&own) { own } else { self }
    }
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = write!(text, " {part}");
}

fn push_type(text: &mut String, ty: &Type) {
    match ty {
        Type::Applied { name, argument, .. } => {
            text.push_str(name);
            text.push(' ');
            push_type(text, argument);
        }
        other => text.push_str(&other.to_string()),
    }
}

/// Ids that do not follow from the published text of their definition, with the reason.
///
/// From layer 93 on there is none in the API schema.
pub const EXCEPTIONS: &[(&str, u32, &str)] = &[
    (
        "channel",
        0xc889_74ac,
        "the text behind the id has `feed_id:flags.18?int`, which the published one hides",
    ),
    ("ipPortSecret", 0x3798_2646, "`bytes` was not rewritten to `string`"),
    ("accessPointRule", 0x4679_b65f, "given, not computed"),
    ("help.configSimple", 0x5a59_2a6c, "given, not computed"),
    ("msg_container", 0x73f1_f8dc, "the text behind the id has `vector<message>`"),
];

/// Whether a definition's written id is right: computed from its text, or a known exception.
#[must_use]
pub fn is_proven(definition: &Definition) -> bool {
    let Some(id) = definition.id else { return true };
    id.value == definition.computed_id()
        || EXCEPTIONS.iter().any(|(name, value, _)| *name == definition.name && *value == id.value)
}

#[cfg(test)]
mod tests {
    use crate::parse_definition;

    #[test]
    fn published_ids_follow_from_their_texts() {
        for text in [
            "boolFalse#bc799737 = Bool",
            "vector#1cb5c415 {t:Type} # [ t ] = Vector t",
            "invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X",
            "inputPeerUser#dde8a54c user_id:long access_hash:long = InputPeer",
            "upload.saveFilePart#b304a621 file_id:long file_part:int bytes:bytes = Bool",
            "account.getAllSecureValues#b288bc7d = Vector<SecureValue>",
            "http_wait#9299359f max_delay:int wait_after:int max_wait:int = HttpWait",
            "chatAdminRights#5fb224d5 flags:# change_info:flags.0?true = ChatAdminRights",
        ] {
            let definition = parse_definition(text).unwrap();
            assert_eq!(definition.id.unwrap().value, definition.computed_id(), "{text}");
        }
    }

    #[test]
    fn a_layer_behind_a_name_is_known_by_the_id() {
        let name = |text: &str| parse_definition(text).unwrap().without_layer().name;
        let fields = "random_id:long random_bytes:bytes action:DecryptedMessageAction = DecryptedMessage";
        assert_eq!(name(&format!("decryptedMessageService8#aa48327d {fields}")), "decryptedMessageService");
        // Digits that belong to the name, and an id that proves neither.
        assert_eq!(name("inputMediaPhoto2#ffffffff = InputMedia"), "inputMediaPhoto2");
        let definition = parse_definition("game3 = Game").unwrap().with_full_id();
        assert_eq!(definition.without_layer().name, "game3");
    }
}
