//! What the protocol costs, each beside the parts that it cannot do without.
//!
//! `cargo bench -p piltover`. A whole key exchange is `exchange::offer` and `exchange::finish`; its limit is
//! `limit::rsa`, `limit::g_a` and `limit::g_ab`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use piltover::clock::{Source, SourceRng, SystemSource};
use piltover::crypto::KeyPair;

static SOURCE: LazyLock<SystemSource> = LazyLock::new(|| SystemSource::new().unwrap());
static KEYS: LazyLock<Vec<KeyPair>> =
    LazyLock::new(|| vec![KeyPair::generate(&mut SourceRng(&*SOURCE)).unwrap()]);

fn main() {
    divan::main();
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SOURCE.fill(&mut bytes);
    bytes
}

mod limit {
    use piltover::crypto::dh;

    use super::*;

    /// One private operation of RSA-2048, blinded.
    #[divan::bench]
    fn rsa(bencher: Bencher<'_, '_>) {
        let mut number = random::<256>();
        number[0] &= 0x7f;
        let encrypted = KEYS[0].public().encrypt(&number).unwrap();
        bencher.bench_local(|| drop(KEYS[0].decrypt(&mut SourceRng(&*SOURCE), black_box(&encrypted))));
    }

    #[divan::bench]
    fn g_a(bencher: Bencher<'_, '_>) {
        let secret = random::<256>();
        // The first one makes the table.
        black_box(dh::public(&secret));
        bencher.bench_local(|| dh::public(black_box(&secret)));
    }

    #[divan::bench]
    fn g_ab(bencher: Bencher<'_, '_>) {
        let (secret, g_b) = (random::<256>(), dh::public(&random()));
        bencher.bench_local(|| dh::shared(black_box(&g_b), &secret).unwrap());
    }
}

mod exchange {
    use piltover::crypto::{dh, ige_decrypt, ige_encrypt, sha1};
    use piltover::exchange::{Environment, Exchange, Step};
    use piltover::layers::mtproto::{bytes, enums, functions, types};
    use piltover::layers::{Decode, Reader, decode_exact};
    use piltover::testing::{Scheme, factor};

    use super::*;

    fn environment() -> Environment<'static> {
        Environment { source: &*SOURCE, keys: &KEYS, is_taken: &|_| false }
    }

    fn reply(exchange: &mut Exchange, body: &[u8]) -> Vec<u8> {
        match exchange.receive(body, &environment()).unwrap() {
            Step::Reply(reply) => reply,
            _ => panic!(),
        }
    }

    fn factors(pq: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let pq = pq.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let p = factor(pq).unwrap();
        ((p as u32).to_be_bytes().to_vec(), ((pq / p) as u32).to_be_bytes().to_vec())
    }

    /// An exchange that is challenged, and the client's next message.
    fn challenged() -> (Exchange, Vec<u8>, [u8; 16], [u8; 32]) {
        let (nonce, new_nonce) = (random(), random());
        let mut exchange = Exchange::default();
        let answer = reply(&mut exchange, &bytes(&functions::ReqPqMulti { nonce }));
        let enums::ResPq::Pq(answer) = decode_exact(&answer).unwrap();
        let (p, q) = factors(&answer.pq);
        let inner = types::PQInnerData {
            pq: answer.pq,
            p: p.clone(),
            q: q.clone(),
            nonce,
            server_nonce: answer.server_nonce,
            new_nonce,
        };
        let key = KEYS[0].public();
        let request = functions::ReqDhParams {
            nonce,
            server_nonce: answer.server_nonce,
            p,
            q,
            public_key_fingerprint: key.fingerprint(),
            encrypted_data: Scheme::Pad.encrypt(&key, &bytes(&enums::PQInnerData::from(inner))),
        };
        (exchange, bytes(&request), answer.server_nonce, new_nonce)
    }

    /// `req_DH_params`: one private operation of RSA, one power of the generator.
    #[divan::bench(sample_count = 20, sample_size = 1)]
    fn offer(bencher: Bencher<'_, '_>) {
        bencher
            .with_inputs(challenged)
            .bench_local_values(|(mut exchange, request, ..)| reply(&mut exchange, &request));
    }

    /// `set_client_DH_params`: one power of any number.
    #[divan::bench(sample_count = 20, sample_size = 1)]
    fn finish(bencher: Bencher<'_, '_>) {
        let offered = || {
            let (mut exchange, request, server_nonce, new_nonce) = challenged();
            let answer = reply(&mut exchange, &request);
            let enums::ServerDhParams::Ok(answer) = decode_exact(&answer).unwrap() else { panic!() };
            let (a, b, c) = (
                sha1(&[&new_nonce, &server_nonce]),
                sha1(&[&server_nonce, &new_nonce]),
                sha1(&[&new_nonce, &new_nonce]),
            );
            let key = [&a[..], &b[..12]].concat().try_into().unwrap();
            let iv = [&b[12..], &c, &new_nonce[..4]].concat().try_into().unwrap();
            let mut data = answer.encrypted_answer;
            ige_decrypt(&key, &iv, &mut data);
            let enums::ServerDhInnerData::Data(inner) =
                enums::ServerDhInnerData::decode(&mut Reader::new(&data[20..])).unwrap();
            let g_b = dh::public(&random()).to_vec();
            let nonce = inner.nonce;
            let inner = types::ClientDhInnerData { nonce, server_nonce, retry_id: 0, g_b };
            let inner = bytes(&enums::ClientDhInnerData::from(inner));
            let mut encrypted_data = [&sha1(&[&inner])[..], &inner].concat();
            encrypted_data.resize(encrypted_data.len().next_multiple_of(16), 0);
            ige_encrypt(&key, &iv, &mut encrypted_data);
            (exchange, bytes(&functions::SetClientDhParams { nonce, server_nonce, encrypted_data }))
        };
        bencher.with_inputs(offered).bench_local_values(|(mut exchange, request)| {
            exchange.receive(&request, &environment()).unwrap()
        });
    }
}

mod ige {
    use aes::Aes256;
    use aes::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};

    use super::*;

    const SIZES: [usize; 3] = [128, 1024, 65_536];

    #[divan::bench(args = SIZES)]
    fn encrypt(bencher: Bencher<'_, '_>, len: usize) {
        let (key, iv) = (random(), random());
        let bencher = bencher.counter(BytesCount::new(len));
        let mut data = vec![1; len];
        bencher.bench_local(|| piltover::crypto::ige_encrypt(&key, &iv, black_box(&mut data)));
    }

    #[divan::bench(args = SIZES)]
    fn encrypt_limit(bencher: Bencher<'_, '_>, len: usize) {
        let (key, iv): ([u8; 32], [u8; 32]) = (random(), random());
        let bencher = bencher.counter(BytesCount::new(len));
        let mut data = vec![Block::<Aes256>::default(); len / 16];
        bencher.bench_local(|| {
            ::ige::Encryptor::<Aes256>::new(&key.into(), &iv.into()).encrypt_blocks(black_box(&mut data));
        });
    }

    #[divan::bench(args = SIZES)]
    fn decrypt(bencher: Bencher<'_, '_>, len: usize) {
        let (key, iv) = (random(), random());
        let bencher = bencher.counter(BytesCount::new(len));
        let mut data = vec![1; len];
        bencher.bench_local(|| piltover::crypto::ige_decrypt(&key, &iv, black_box(&mut data)));
    }

    #[divan::bench(args = SIZES)]
    fn decrypt_limit(bencher: Bencher<'_, '_>, len: usize) {
        let (key, iv): ([u8; 32], [u8; 32]) = (random(), random());
        let bencher = bencher.counter(BytesCount::new(len));
        let mut data = vec![Block::<Aes256>::default(); len / 16];
        bencher.bench_local(|| {
            ::ige::Decryptor::<Aes256>::new(&key.into(), &iv.into()).decrypt_blocks(black_box(&mut data));
        });
    }
}

mod session {
    use piltover::clock::Timestamp;
    use piltover::crypto::{AuthKey, Plaintext, Side, decrypt, encrypt};
    use piltover::layers::mtproto::{bytes, functions};
    use piltover::session::{Salts, Session};

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000_000);
    /// Pings in one read.
    const PINGS: i64 = 64;

    /// From sealed pings to sealed pongs, without a socket.
    #[divan::bench]
    fn pings(bencher: Bencher<'_, '_>) {
        let key = AuthKey::new(random());
        let salts = Salts::new(key.clone(), NOW, 5);
        let mut session = Session::new(1, 2);
        let mut last = NOW.msg_id();
        let body = bytes(&functions::Ping { ping_id: 1 });
        let sealed = || {
            let one = |_| {
                last += 4;
                let message = Plaintext {
                    salt: salts.current(NOW),
                    session_id: 1,
                    msg_id: last,
                    seq_no: 0,
                    body: body.clone(),
                };
                encrypt(&key, Side::Client, &message, |_| {})
            };
            (0..PINGS).map(one).collect::<Vec<_>>()
        };
        bencher
            .counter(divan::counter::ItemsCount::new(PINGS as usize))
            .with_inputs(sealed)
            .bench_local_values(|frames| {
                for frame in &frames {
                    let (message, _) = decrypt(&key, Side::Client, frame).unwrap();
                    session.receive(message, NOW, &salts);
                }
                let messages = session.flush(NOW, &salts, 1, usize::MAX);
                messages
                    .iter()
                    .map(|message| encrypt(&key, Side::Server, message, |_| {}))
                    .collect::<Vec<_>>()
            });
    }
}
