//! Any bytes as a connection, cut anywhere: every transport, fake TLS, obfuscation, MTProxy secrets.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use piltover::clock::SystemSource;
use piltover::transport::{Link, Secret, SecretKind, Setup};

static SOURCE: LazyLock<SystemSource> = LazyLock::new(|| SystemSource::new().unwrap());
static SETUP: LazyLock<Setup> = LazyLock::new(|| {
    let kinds = [SecretKind::Plain, SecretKind::Padded, SecretKind::FakeTls("a.b".to_owned())];
    let secrets: Vec<Secret> = kinds.into_iter().map(|kind| Secret::new([7; 16], kind)).collect();
    Setup { secrets: secrets.into(), tls: None }
});

fuzz_target!(|input: (u8, &[u8])| {
    let (cut, bytes) = input;
    let mut link = Link::new(SETUP.clone());
    for piece in bytes.chunks(usize::from(cut).max(1)) {
        if link.feed(piece, &*SOURCE).is_err() {
            return;
        }
        loop {
            match link.next_frame() {
                Ok(Some(frame)) => {
                    assert!(frame.payload.len() <= piltover::limits::MAX_PAYLOAD);
                    link.pack(&[1; 8], |padding| padding.fill(2));
                    link.pack_quick_ack(3);
                }
                Ok(None) => break,
                Err(error) => {
                    link.pack_error(-404);
                    let _ = error.refusal().to_string();
                    return;
                }
            }
        }
        link.output().clear();
        link.shrink();
    }
});
