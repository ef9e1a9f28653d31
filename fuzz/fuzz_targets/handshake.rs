//! Unencrypted messages in any order, right up to where the fuzzer would need the RSA key.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use piltover::clock::{SourceRng, SystemSource};
use piltover::crypto::KeyPair;
use piltover::exchange::{Environment, Exchange, Step, open};
use piltover::layers::mtproto::{bytes, enums, functions};
use piltover::layers::decode_exact;
use piltover::testing::factor;

static SOURCE: LazyLock<SystemSource> = LazyLock::new(|| SystemSource::new().unwrap());
static KEYS: LazyLock<Vec<KeyPair>> =
    LazyLock::new(|| vec![KeyPair::generate(&mut SourceRng(&*SOURCE)).unwrap()]);

fuzz_target!(|input: (bool, u8, Vec<u8>, Vec<u8>)| {
    let (begins, kind, encrypted_data, raw) = input;
    let environment = Environment { source: &*SOURCE, keys: &KEYS, is_taken: &|_| false };
    let mut exchange = Exchange::default();
    if begins {
        let nonce = [1; 16];
        let Ok(Step::Reply(answer)) = exchange.receive(&bytes(&functions::ReqPqMulti { nonce }), &environment)
        else {
            panic!("a right message is answered")
        };
        let enums::ResPq::Pq(res) = decode_exact(&answer).unwrap();
        let server_nonce = res.server_nonce;
        let body = if kind % 8 == 0 {
            // Past the factors, to RSA and what is under it.
            let pq = res.pq.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
            let p = factor(pq).unwrap();
            bytes(&functions::ReqDhParams {
                nonce,
                server_nonce,
                p: (p as u32).to_be_bytes().to_vec(),
                q: ((pq / p) as u32).to_be_bytes().to_vec(),
                public_key_fingerprint: KEYS[0].fingerprint(),
                encrypted_data,
            })
        } else if kind % 2 == 0 {
            let (p, q) = (raw.clone(), encrypted_data.clone());
            let public_key_fingerprint = KEYS[0].fingerprint();
            bytes(&functions::ReqDhParams { nonce, server_nonce, p, q, public_key_fingerprint, encrypted_data })
        } else {
            bytes(&functions::SetClientDhParams { nonce, server_nonce, encrypted_data })
        };
        if let Err(error) = exchange.receive(&body, &environment) {
            let _ = error.refusal().to_string();
        }
    }
    let _ = open(&raw);
    let _ = exchange.receive(&raw, &environment);
});
