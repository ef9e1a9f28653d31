//! Encrypted messages: any frame, and any plaintext under a right msg_key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use piltover::crypto::{AuthKey, Plaintext, Side, decrypt, decrypt_binding, encrypt, encrypt_binding};

fuzz_target!(|input: (i64, i32, Vec<u8>)| {
    let (msg_id, seq_no, bytes) = input;
    let key = AuthKey::new([3; 256]);
    if let Err(error) = decrypt(&key, Side::Client, &bytes) {
        let _ = error.refusal().to_string();
    }
    let _ = decrypt_binding(&key, &bytes);
    let sealed = encrypt_binding(&key, &[1; 16], msg_id, &bytes);
    let opened = decrypt_binding(&key, &sealed);
    assert_eq!(opened.is_ok(), bytes.len() == 40);
    let body: Vec<u8> = bytes[..bytes.len() / 4 * 4].to_vec();
    let message = Plaintext { salt: 1, session_id: 2, msg_id, seq_no, body };
    let sealed = encrypt(&key, Side::Client, &message, |padding| padding.fill(4));
    assert_eq!(decrypt(&key, Side::Client, &sealed).map(|(message, _)| message), Ok(message));
});
