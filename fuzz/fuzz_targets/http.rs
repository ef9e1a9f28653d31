//! What begins as HTTP: requests, pipelines, upgrades, WebSocket frames.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use piltover::clock::SystemSource;
use piltover::transport::{Link, Setup};

static SOURCE: LazyLock<SystemSource> = LazyLock::new(|| SystemSource::new().unwrap());

const BEGINNINGS: [&str; 4] = [
    "POST /api HTTP/1.1\r\n",
    "GET /apiws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: binary\r\nSec-WebSocket-Key: a\r\n\r\n",
    "POST /api HTTP/1.1\r\nContent-Length: 8\r\n\r\nabcdefgh",
    "OPTIONS /api HTTP/1.1\r\n\r\n",
];

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (which, cut, bytes) = input;
    let mut link = Link::new(Setup::default());
    let beginning = BEGINNINGS[usize::from(which) % BEGINNINGS.len()].as_bytes();
    for piece in std::iter::once(beginning).chain(bytes.chunks(usize::from(cut).max(1))) {
        if link.feed(piece, &*SOURCE).is_err() {
            return;
        }
        loop {
            match link.next_frame() {
                Ok(Some(frame)) if frame.payload.len() % 3 == 0 => link.pack_nothing(),
                Ok(Some(_)) => link.pack(&[1; 8], |padding| padding.fill(2)),
                Ok(None) => break,
                Err(_) => return,
            }
        }
        let _ = (link.is_closed(), link.name(), link.dc());
        link.output().clear();
    }
});
