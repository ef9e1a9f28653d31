//! A client's side of the exchange, written from the specification, and everything it may do wrong.

use std::sync::LazyLock;

use super::*;
use crate::clock::SystemSource;
use crate::testing::Scheme;

static KEYS: LazyLock<Vec<KeyPair>> = LazyLock::new(|| {
    let source = SystemSource::new().unwrap();
    vec![KeyPair::generate(&mut SourceRng(&source)).unwrap()]
});

const NONCE: [u8; 16] = [1; 16];
const NEW_NONCE: [u8; 32] = [2; 32];

/// RSA without padding, as the protocol uses it.
fn rsa(data: &[u8; 256]) -> Vec<u8> {
    KEYS[0].public().encrypt(data).unwrap()
}

fn old_scheme(data: &[u8]) -> Vec<u8> {
    Scheme::Sha1.encrypt(&KEYS[0].public(), data)
}

fn rsa_pad(data: &[u8]) -> Vec<u8> {
    Scheme::Pad.encrypt(&KEYS[0].public(), data)
}

struct Client {
    exchange: Exchange,
    source: SystemSource,
    server_nonce: [u8; 16],
    pq: Vec<u8>,
    p: Vec<u8>,
    q: Vec<u8>,
}

impl Client {
    fn send(&mut self, body: &[u8]) -> Result<Step, ExchangeError> {
        self.receive(body, false)
    }

    fn receive(&mut self, body: &[u8], is_taken: bool) -> Result<Step, ExchangeError> {
        let server = Environment { source: &self.source, keys: &KEYS, is_taken: &|_| is_taken };
        self.exchange.receive(body, &server)
    }

    fn reply(&mut self, body: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        match self.send(body)? {
            Step::Reply(answer) => Ok(answer),
            other => panic!("{other:?}"),
        }
    }

    /// A client that has the challenge and its solution.
    fn challenged() -> Self {
        let source = SystemSource::new().unwrap();
        let exchange = Exchange::default();
        let mut client = Self { exchange, source, server_nonce: [0; 16], pq: vec![], p: vec![], q: vec![] };
        let answer = client.reply(&bytes(&functions::ReqPqMulti { nonce: NONCE })).unwrap();
        let enums::ResPq::Pq(answer) = piltover_layers::decode_exact(&answer).unwrap();
        assert_eq!(answer.nonce, NONCE);
        assert_eq!(answer.server_public_key_fingerprints, [KEYS[0].fingerprint()]);
        let State::Challenged { challenge, .. } = &client.exchange.state else { panic!() };
        (client.p, client.q) = (challenge.p.to_be_bytes().to_vec(), challenge.q.to_be_bytes().to_vec());
        (client.server_nonce, client.pq) = (answer.server_nonce, answer.pq);
        client
    }

    fn inner(&self) -> types::PQInnerData {
        types::PQInnerData {
            pq: self.pq.clone(),
            p: self.p.clone(),
            q: self.q.clone(),
            nonce: NONCE,
            server_nonce: self.server_nonce,
            new_nonce: NEW_NONCE,
        }
    }

    fn request(&self, encrypted_data: Vec<u8>) -> functions::ReqDhParams {
        functions::ReqDhParams {
            nonce: NONCE,
            server_nonce: self.server_nonce,
            p: self.p.clone(),
            q: self.q.clone(),
            public_key_fingerprint: KEYS[0].fingerprint(),
            encrypted_data,
        }
    }

    /// A client to which the server has sent its g_a, and the temporary key.
    fn offered(encrypt: fn(&[u8]) -> Vec<u8>) -> (Self, Vec<u8>, TemporaryKey) {
        let mut client = Self::challenged();
        let inner = bytes(&enums::PQInnerData::from(client.inner()));
        let answer = client.reply(&bytes(&client.request(encrypt(&inner)))).unwrap();
        let enums::ServerDhParams::Ok(answer) = piltover_layers::decode_exact(&answer).unwrap() else {
            panic!()
        };
        let temporary = TemporaryKey::new(&NEW_NONCE, &client.server_nonce);
        let offer = temporary.open("server_DH_inner_data", &answer.encrypted_answer).unwrap();
        let enums::ServerDhInnerData::Data(offer) = offer;
        assert_eq!((offer.g, offer.g_a.len()), (3, 256));
        (client, offer.g_a, temporary)
    }

    fn set_client(&self, temporary: &TemporaryKey, g_b: &[u8], retry_id: i64) -> Vec<u8> {
        let inner = types::ClientDhInnerData {
            nonce: NONCE,
            server_nonce: self.server_nonce,
            retry_id,
            g_b: g_b.to_vec(),
        };
        let inner = bytes(&enums::ClientDhInnerData::from(inner));
        bytes(&functions::SetClientDhParams {
            nonce: NONCE,
            server_nonce: self.server_nonce,
            encrypted_data: temporary.seal(&inner, |_| {}),
        })
    }
}

const SECRET: [u8; 256] = [0x42; 256];

#[test]
fn both_schemes_end_with_one_key() {
    for encrypt in [old_scheme, rsa_pad] {
        let (mut client, g_a, temporary) = Client::offered(encrypt);
        let key = AuthKey::new(dh::shared(&g_a, &SECRET).unwrap());
        let request = client.set_client(&temporary, &dh::public(&SECRET), 0);
        let Step::Done(reply) = client.send(&request).unwrap() else { panic!() };
        assert_eq!(reply.key.key.id(), key.id());
        let enums::SetClientDhParamsAnswer::DhGenOk(answer) =
            piltover_layers::decode_exact(&reply.answer).unwrap()
        else {
            panic!()
        };
        let proof = sha1(&[&NEW_NONCE, &[1], &key.aux_hash().to_le_bytes()]);
        assert_eq!(answer.new_nonce_hash1, proof[4..]);
        let salt: Vec<u8> = NEW_NONCE[..8].iter().zip(client.server_nonce).map(|(a, b)| a ^ b).collect();
        assert_eq!(reply.key.salt.to_le_bytes(), *salt);
        assert_eq!(client.reply(&request).unwrap(), reply.answer, "a lost answer is sent again");
    }
}

#[test]
fn data_centres_and_lifetimes_are_taken() {
    let mut client = Client::challenged();
    let inner = client.inner();
    let types::PQInnerData { pq, p, q, nonce, server_nonce, new_nonce } = inner;
    let inner =
        types::PQInnerDataTempDc { pq, p, q, nonce, server_nonce, new_nonce, dc: -10_002, expires_in: 60 };
    let sealed = |expires_in| {
        rsa_pad(&bytes(&enums::PQInnerData::from(types::PQInnerDataTempDc { expires_in, ..inner.clone() })))
    };
    let request = bytes(&client.request(sealed(60)));
    client.reply(&request).unwrap();
    let State::Offered(offer) = &client.exchange.state else { panic!() };
    assert_eq!((offer.dc, offer.expires_in), (Some(-10_002), Some(60)));
    for seconds in [0, -1, MAX_EXPIRY + 1] {
        let mut other = Client::challenged();
        let sealed = {
            let inner = other.inner();
            let types::PQInnerData { pq, p, q, nonce, server_nonce, new_nonce } = inner;
            let inner =
                types::PQInnerDataTemp { pq, p, q, nonce, server_nonce, new_nonce, expires_in: seconds };
            rsa_pad(&bytes(&enums::PQInnerData::from(inner)))
        };
        let request = bytes(&other.request(sealed));
        assert_eq!(other.send(&request).unwrap_err(), ExchangeError::Expiry { seconds });
    }
}

#[test]
fn every_wrong_value_is_named() {
    let refused = |change: fn(&mut functions::ReqDhParams, &mut types::PQInnerData)| {
        let mut client = Client::challenged();
        let (mut inner, mut request) = (client.inner(), client.request(vec![]));
        change(&mut request, &mut inner);
        if request.encrypted_data.is_empty() {
            request.encrypted_data = rsa_pad(&bytes(&enums::PQInnerData::from(inner)));
        }
        client.send(&bytes(&request)).unwrap_err()
    };
    let mismatch = |message, field| ExchangeError::Mismatch { message, field };
    assert_eq!(refused(|request, _| request.nonce[0] ^= 1), mismatch("req_DH_params", "nonce"));
    assert_eq!(
        refused(|request, _| request.server_nonce[15] ^= 1),
        mismatch("req_DH_params", "server_nonce")
    );
    assert_eq!(refused(|request, _| request.p[3] ^= 2), ExchangeError::Factors { message: "req_DH_params" });
    assert_eq!(
        refused(|request, _| std::mem::swap(&mut request.p, &mut request.q)),
        ExchangeError::Factors { message: "req_DH_params" }
    );
    assert_eq!(
        refused(|request, _| request.public_key_fingerprint = 5),
        ExchangeError::Fingerprint { fingerprint: 5 }
    );
    assert_eq!(
        refused(|request, _| request.encrypted_data = vec![1; 255]),
        ExchangeError::Rsa(crate::crypto::RsaError::Length { got: 255 })
    );
    assert_eq!(
        refused(|request, _| request.encrypted_data = vec![0xff; 256]),
        ExchangeError::Rsa(crate::crypto::RsaError::Range)
    );
    assert!(matches!(
        refused(|request, _| request.encrypted_data = vec![1; 256]),
        ExchangeError::Rsa(_) | ExchangeError::Decode { .. }
    ));
    assert_eq!(refused(|_, inner| inner.nonce[0] ^= 1), mismatch("p_q_inner_data", "nonce"));
    assert_eq!(refused(|_, inner| inner.server_nonce[0] ^= 1), mismatch("p_q_inner_data", "server_nonce"));
    assert_eq!(refused(|_, inner| inner.pq[0] ^= 1), mismatch("p_q_inner_data", "pq"));
    assert_eq!(refused(|_, inner| inner.q[0] ^= 1), ExchangeError::Factors { message: "p_q_inner_data" });
}

#[test]
fn the_hash_of_the_old_scheme_is_checked() {
    let mut client = Client::challenged();
    let inner = bytes(&enums::PQInnerData::from(client.inner()));
    let mut plain = [&[0][..], &sha1(&[&inner]), &inner].concat();
    plain[1] ^= 1;
    plain.resize(256, 7);
    let request = bytes(&client.request(rsa(&part(&plain, 0))));
    assert_eq!(client.send(&request).unwrap_err(), ExchangeError::Hash { message: "p_q_inner_data" });
}

#[test]
fn the_last_step_is_checked() {
    let mut one = [0; 256];
    one[255] = 1;
    for g_b in [&one[..], &[0xff; 256], &[], &[1; 257]] {
        let (mut client, _, temporary) = Client::offered(old_scheme);
        let request = client.set_client(&temporary, g_b, 0);
        assert_eq!(client.send(&request).unwrap_err(), ExchangeError::Public);
        assert!(
            matches!(client.send(&request).unwrap_err(), ExchangeError::Order { .. }),
            "a refusal ends it"
        );
    }
    let (mut client, _, temporary) = Client::offered(old_scheme);
    let request = client.set_client(&temporary, &dh::public(&SECRET), 1);
    let expected = ExchangeError::Mismatch { message: "client_DH_inner_data", field: "retry_id" };
    assert_eq!(client.send(&request).unwrap_err(), expected);
    let (mut client, _, _) = Client::offered(old_scheme);
    let other = TemporaryKey::new(&[9; 32], &client.server_nonce);
    let request = client.set_client(&other, &dh::public(&SECRET), 0);
    assert_eq!(client.send(&request).unwrap_err(), ExchangeError::Hash { message: "client_DH_inner_data" });
}

#[test]
fn a_key_id_that_is_taken_is_asked_for_again() {
    let (mut client, g_a, temporary) = Client::offered(old_scheme);
    let request = client.set_client(&temporary, &dh::public(&SECRET), 0);
    let Step::Reply(answer) = client.receive(&request, true).unwrap() else { panic!() };
    let enums::SetClientDhParamsAnswer::DhGenRetry(answer) = piltover_layers::decode_exact(&answer).unwrap()
    else {
        panic!()
    };
    let key = AuthKey::new(dh::shared(&g_a, &SECRET).unwrap());
    assert_eq!(answer.new_nonce_hash2, sha1(&[&NEW_NONCE, &[2], &key.aux_hash().to_le_bytes()])[4..]);
    let retry_id = key.aux_hash() as i64;
    let request = client.set_client(&temporary, &dh::public(&[0x43; 256]), retry_id);
    assert!(matches!(client.send(&request).unwrap(), Step::Done(_)));
}

#[test]
fn a_key_id_that_stays_taken_ends_the_exchange() {
    let (mut client, g_a, temporary) = Client::offered(rsa_pad);
    let mut retry_id = 0;
    for n in 0..=MAX_RETRIES {
        let secret = [0x40 + n; 256];
        let request = client.set_client(&temporary, &dh::public(&secret), retry_id);
        let Step::Reply(answer) = client.receive(&request, true).unwrap() else { panic!() };
        let key = AuthKey::new(dh::shared(&g_a, &secret).unwrap());
        let proof = |number: u8| sha1(&[&NEW_NONCE, &[number], &key.aux_hash().to_le_bytes()]);
        match piltover_layers::decode_exact(&answer).unwrap() {
            enums::SetClientDhParamsAnswer::DhGenRetry(answer) if n < MAX_RETRIES => {
                assert_eq!(answer.new_nonce_hash2, proof(2)[4..]);
            }
            enums::SetClientDhParamsAnswer::DhGenFail(answer) if n == MAX_RETRIES => {
                assert_eq!(answer.new_nonce_hash3, proof(3)[4..]);
            }
            other => panic!("{other:?}"),
        }
        retry_id = key.aux_hash() as i64;
    }
    let request = client.set_client(&temporary, &dh::public(&SECRET), retry_id);
    assert!(matches!(client.send(&request).unwrap_err(), ExchangeError::Order { .. }));
}

#[test]
fn a_number_may_come_without_its_leading_zeros() {
    let (mut client, g_a, temporary) = Client::offered(old_scheme);
    let secret = (0u16..).map(|n| {
        let mut secret = SECRET;
        secret[..2].copy_from_slice(&n.to_be_bytes());
        secret
    });
    let secret = secret.into_iter().find(|secret| dh::public(secret)[0] == 0).unwrap();
    let request = client.set_client(&temporary, &dh::public(&secret)[1..], 0);
    let Step::Done(reply) = client.send(&request).unwrap() else { panic!() };
    assert_eq!(reply.key.key.id(), AuthKey::new(dh::shared(&g_a, &secret).unwrap()).id());
}

#[test]
fn every_exchange_has_a_challenge_of_its_own_under_the_known_prime() {
    let (first, second) = (Client::challenged(), Client::challenged());
    assert!(first.pq != second.pq && first.server_nonce != second.server_nonce);
    assert!(first.pq.len() == 8 && first.p.len() == 4 && first.q.len() == 4);
    // Clients test any other one at length, or refuse it.
    let prime = dh::prime();
    assert_eq!(prime[..4], [0xc7, 0x1c, 0xae, 0xb9]);
    assert_eq!(prime[253..], [0x2f, 0xcc, 0x5b]);
}

#[test]
fn steps_come_in_order_and_may_begin_anew() {
    let (mut client, _, temporary) = Client::offered(old_scheme);
    let request = client.set_client(&temporary, &dh::public(&SECRET), 0);
    let mut fresh = Client::challenged();
    assert_eq!(fresh.send(&request).unwrap_err(), ExchangeError::Order { message: "set_client_DH_params" });
    client.reply(&bytes(&functions::ReqPq { nonce: NONCE })).unwrap();
    assert_eq!(client.send(&request).unwrap_err(), ExchangeError::Order { message: "set_client_DH_params" });
    let ack = types::MsgsAck { msg_ids: vec![5] };
    assert!(matches!(client.send(&bytes(&enums::MsgsAck::from(ack))).unwrap(), Step::Ignore));
    assert!(matches!(client.send(&[1, 2, 3, 4]).unwrap_err(), ExchangeError::Decode { .. }));
}

#[test]
fn padding_behind_a_message_is_none_of_it() {
    let (mut client, g_a, temporary) = Client::offered(rsa_pad);
    let request = client.set_client(&temporary, &dh::public(&SECRET), 0);
    let padded = |len: usize, byte: u8| [request.clone(), vec![byte; len]].concat();
    assert!(matches!(client.send(&padded(256, 1)).unwrap_err(), ExchangeError::Decode { .. }));
    let (mut client, g_a_again, temporary) = Client::offered(rsa_pad);
    assert_ne!(g_a, g_a_again, "the exchange is another one");
    let request = client.set_client(&temporary, &dh::public(&SECRET), 0);
    let Step::Done(reply) = client.send(&[request.clone(), vec![1; 255]].concat()).unwrap() else { panic!() };
    // Sent again it has other padding.
    for len in [0, 12, 255] {
        assert_eq!(client.reply(&[request.clone(), vec![2; len]].concat()).unwrap(), reply.answer);
    }
    let padded = [bytes(&functions::ReqPqMulti { nonce: NONCE }), vec![7; 236]].concat();
    let enums::ResPq::Pq(answer) = piltover_layers::decode_exact(&client.reply(&padded).unwrap()).unwrap();
    assert_eq!(answer.nonce, NONCE);
}
