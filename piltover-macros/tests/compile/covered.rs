//! Two layers whose every step is covered: they compile, and convert as they were told.

#![allow(dead_code, unused_imports)]

macro_rules! ok {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use ok;

#[path = "../../../layers/src/method.rs"]
mod method;

mod bridges {
    pub mod deleted {
        use crate::enums::Contact;

        /// Nobody, in layers where contacts cannot be deleted.
        pub fn contact(_: &Contact, _: i32) -> Option<Contact> {
            Some(crate::types::Contact::default().into())
        }
    }
}

piltover_macros::layers! {
    schema: "fixtures/covered",
    rules: "fixtures/covered.txt",
    module: crate,
    bridges: crate::bridges,
}

use piltover_tl::wire::{Encode, EncodeError, decode_exact};

fn main() {
    let contact = enums::Contact::from(types::Contact { user_id: 7, mutual: true, close: true });
    // Layer 1: an `int`, before the flags, in which `close` has no bit.
    assert_eq!(contact.to_bytes(1).unwrap(), [0x0a, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(contact.to_bytes(2).unwrap(), [0x1a, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
    let enums::Contact::Contact(read) = decode_exact(&contact.to_bytes(1).unwrap()).unwrap() else { panic!() };
    assert!(read.user_id == 7 && read.mutual && !read.close);

    // A deleted contact is nobody in layer 1, and nothing is left out around it.
    let deleted = enums::Contact::Deleted;
    assert_eq!(deleted.to_bytes(1).unwrap(), [0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    let huge = types::Contact { user_id: i64::MAX, ..Default::default() };
    let error = EncodeError::IntRange { field: "contact.user_id", value: i64::MAX, layer: 1 };
    assert_eq!(huge.to_bytes(1).unwrap_err(), error);

    // A request of layer 1: the limit, which it does not have, is zero.
    let request = [0x0d, 0, 0, 0, 0x0a, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, b'x', 0, 0];
    let request: functions::greetings::Get = method::decode_request(&request).unwrap();
    assert_eq!((request.limit, request.note.as_str()), (0, "x"));
}
