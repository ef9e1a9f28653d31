use piltover_layers::mtproto::{bytes, enums, functions, types};
use piltover_layers::{Decode, Encode, Reader, decode_exact};
use thiserror::Error;

use super::client::Client;
use crate::clock::Source;
use crate::crypto::pq::is_prime;
use crate::crypto::{AuthKey, PublicKey, dh, ige_decrypt, ige_encrypt, part, sha1, sha256};
use crate::exchange;

/// How the inner data are padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSA_PAD.
    Pad,
    /// SHA-1, data, padding.
    Sha1,
}

/// What a client says in the key exchange.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The data centre.
    pub dc: Option<i32>,
    /// The lifetime of a temporary key, in seconds.
    pub expires_in: Option<i32>,
    /// The padding.
    pub scheme: Scheme,
    /// Whether it begins with `req_pq_multi`, rather than `req_pq`.
    pub multi: bool,
    /// Whether it acknowledges what the server says in the exchange, as Android does.
    pub acknowledges: bool,
    /// The id of all its messages, where its clock is not to give one.
    pub msg_id: Option<i64>,
}

impl Default for Handshake {
    /// A permanent key of no named data centre, as most libraries make it.
    fn default() -> Self {
        Self {
            dc: None,
            expires_in: None,
            scheme: Scheme::Sha1,
            multi: true,
            acknowledges: false,
            msg_id: None,
        }
    }
}

impl Handshake {
    /// The form of the inner data that says what the client has to say.
    fn inner(&self, inner: types::PQInnerData) -> enums::PQInnerData {
        let types::PQInnerData { pq, p, q, nonce, server_nonce, new_nonce } = inner;
        macro_rules! inner {
            ($name:ident { $($extra:ident),* }) => {
                types::$name { pq, p, q, nonce, server_nonce, new_nonce, $($extra),* }.into()
            };
        }
        match (self.dc, self.expires_in) {
            (None, None) => inner!(PQInnerData {}),
            (Some(dc), None) => inner!(PQInnerDataDc { dc }),
            (None, Some(expires_in)) => inner!(PQInnerDataTemp { expires_in }),
            (Some(dc), Some(expires_in)) => inner!(PQInnerDataTempDc { dc, expires_in }),
        }
    }
}

/// A number that is no product of two primes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} is no product of two primes")]
pub struct NoProduct(pub u64);

/// The smaller prime factor of a product of two primes, by Pollard's rho method.
///
/// # Errors
/// There are no two factors.
pub fn factor(pq: u64) -> Result<u64, NoProduct> {
    if pq < 4 || is_prime(pq) {
        return Err(NoProduct(pq));
    }
    let root = pq.isqrt();
    let mut small = [2, 3, 5, 7, root].into_iter();
    if let Some(found) = small.find(|n| pq.is_multiple_of(*n)) {
        return Ok(found.min(pq / found));
    }
    let step = |x: u64, c: u64| ((u128::from(x) * u128::from(x) + u128::from(c)) % u128::from(pq)) as u64;
    let gcd = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let (mut c, mut slow, mut fast) = (1, 2, 2);
    loop {
        slow = step(slow, c);
        fast = step(step(fast, c), c);
        match gcd(slow.abs_diff(fast), pq) {
            1 => {}
            // This sequence found nothing: another one.
            found if found == pq => (c, slow, fast) = (c + 1, 2, 2),
            found => return Ok(found.min(pq / found)),
        }
    }
}

impl Scheme {
    /// Encrypts inner data for the server.
    #[must_use]
    pub fn encrypt(self, key: &PublicKey, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => {
                let mut plain = [&[0][..], &sha1(&[data]), data].concat();
                plain.resize(256, 7);
                key.encrypt(&part(&plain, 0)).unwrap()
            }
            Self::Pad => {
                let mut padded = data.to_vec();
                padded.resize(192, 7);
                // A key for which the result is below the modulus.
                (0u8..)
                    .find_map(|seed| {
                        let temporary = [seed; 32];
                        let mut encrypted = padded.clone();
                        encrypted.reverse();
                        encrypted.extend(sha256(&[&temporary, &padded]));
                        ige_encrypt(&temporary, &[0; 32], &mut encrypted);
                        let mask = sha256(&[&encrypted]);
                        let hidden: Vec<u8> = temporary.iter().zip(mask).map(|(a, b)| a ^ b).collect();
                        key.encrypt(&part(&[hidden, encrypted].concat(), 0))
                    })
                    .unwrap()
            }
        }
    }
}

/// What a client says in the exchange, before it is encrypted and sent.
#[derive(Debug)]
pub enum Said<'a> {
    /// Under RSA in [`Said::ReqDhParams`], which follows.
    Inner(&'a mut types::PQInnerData),
    /// The second step.
    ReqDhParams(&'a mut functions::ReqDhParams),
    /// Under the temporary AES key in [`Said::SetClientDhParams`], which follows.
    ClientInner(&'a mut types::ClientDhInnerData),
    /// The last step.
    SetClientDhParams(&'a mut functions::SetClientDhParams),
}

impl Client {
    /// Sends a step, and gives the answer.
    async fn step<T: Decode>(&mut self, request: &impl Encode, handshake: &Handshake) -> Result<T, i32> {
        let msg_id = handshake.msg_id.unwrap_or_else(|| self.next_id());
        self.wire.send(&exchange::seal(msg_id, &bytes(request))).await;
        if handshake.acknowledges {
            let ack = enums::MsgsAck::from(types::MsgsAck { msg_ids: vec![msg_id] });
            self.wire.send(&exchange::seal(msg_id, &bytes(&ack))).await;
        }
        let payload = self.receive_payload().await.expect("the connection is closed");
        if let Ok(code) = payload.as_slice().try_into() {
            return Err(i32::from_le_bytes(code));
        }
        Ok(decode_exact(exchange::open(&payload).unwrap()).unwrap())
    }

    /// Makes a key, and takes it.
    pub async fn exchange(&mut self, key: &PublicKey, handshake: &Handshake) {
        self.try_exchange(key, handshake, |_| {}).await.expect("a transport error");
    }

    /// As [`Client::exchange`], with changes to what the client says.
    ///
    /// # Errors
    /// The transport error with which the server ends it.
    pub async fn try_exchange(
        &mut self,
        key: &PublicKey,
        handshake: &Handshake,
        mut change: impl FnMut(Said<'_>),
    ) -> Result<(), i32> {
        let (mut nonce, mut new_nonce, mut secret) = ([0; 16], [0; 32], [0; 256]);
        self.source.fill(&mut nonce);
        self.source.fill(&mut new_nonce);
        self.source.fill(&mut secret);
        let enums::ResPq::Pq(res) = match handshake.multi {
            true => self.step(&functions::ReqPqMulti { nonce }, handshake).await?,
            false => self.step(&functions::ReqPq { nonce }, handshake).await?,
        };
        assert_eq!(res.nonce, nonce);
        assert!(res.server_public_key_fingerprints.contains(&key.fingerprint()));
        let number = res.pq.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let p = factor(number).unwrap();
        let (p, q) = ((p as u32).to_be_bytes().to_vec(), ((number / p) as u32).to_be_bytes().to_vec());
        let (server_nonce, pq) = (res.server_nonce, res.pq);
        let mut inner = types::PQInnerData { pq, p: p.clone(), q: q.clone(), nonce, server_nonce, new_nonce };
        change(Said::Inner(&mut inner));
        let encrypted_data = handshake.scheme.encrypt(key, &bytes(&handshake.inner(inner)));
        let public_key_fingerprint = key.fingerprint();
        let mut request =
            functions::ReqDhParams { nonce, server_nonce, p, q, public_key_fingerprint, encrypted_data };
        change(Said::ReqDhParams(&mut request));
        let enums::ServerDhParams::Ok(answer) = self.step(&request, handshake).await? else { panic!() };

        let (a, b, c) = (
            sha1(&[&new_nonce, &server_nonce]),
            sha1(&[&server_nonce, &new_nonce]),
            sha1(&[&new_nonce, &new_nonce]),
        );
        let aes_key = [&a[..], &b[..12]].concat().try_into().unwrap();
        let iv = [&b[12..], &c, &new_nonce[..4]].concat().try_into().unwrap();
        let mut data = answer.encrypted_answer;
        ige_decrypt(&aes_key, &iv, &mut data);
        let mut reader = Reader::new(&data[20..]);
        let enums::ServerDhInnerData::Data(offer) = enums::ServerDhInnerData::decode(&mut reader).unwrap();
        let (object, padding) = data[20..].split_at(reader.offset());
        assert!(sha1(&[object]) == data[..20] && padding.len() < 16);
        assert!(offer.g_a.len() == 256 && dh::is_valid_public(&offer.g_a) && offer.dh_prime == dh::prime());
        let g_b = dh::public(&secret).to_vec();
        let mut inner = types::ClientDhInnerData { nonce, server_nonce, retry_id: 0, g_b };
        change(Said::ClientInner(&mut inner));
        let inner = bytes(&enums::ClientDhInnerData::from(inner));
        let mut data = [&sha1(&[&inner])[..], &inner].concat();
        data.resize(data.len().next_multiple_of(16), 0);
        ige_encrypt(&aes_key, &iv, &mut data);
        let mut request = functions::SetClientDhParams { nonce, server_nonce, encrypted_data: data };
        change(Said::SetClientDhParams(&mut request));
        let answer: enums::SetClientDhParamsAnswer = self.step(&request, handshake).await?;
        let enums::SetClientDhParamsAnswer::DhGenOk(answer) = answer else { panic!("{answer:?}") };
        let auth = AuthKey::new(dh::shared(&offer.g_a, &secret).unwrap());
        let proof = sha1(&[&new_nonce, &[1], &auth.aux_hash().to_le_bytes()]);
        assert_eq!(answer.new_nonce_hash1, proof[4..]);
        self.saved.key = auth;
        let half = |bytes: &[u8]| i64::from_le_bytes(part(bytes, 0));
        self.saved.salt = half(&new_nonce) ^ half(&server_nonce);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_factored_and_others_refused() {
        for (p, q) in [(2, 2), (3, 7), (11, 11), (11, 13), (65_521, 65_537), (2_147_483_629, 2_147_483_647)] {
            assert_eq!(factor(p * q), Ok(p), "{p} {q}");
        }
        for n in [0, 1, 2, 3, 2_147_483_647, (1 << 61) - 1, u64::MAX - 58] {
            assert_eq!(factor(n), Err(NoProduct(n)));
        }
        assert!((4u64..2000).all(|n| factor(n).map_or(is_prime(n), |p| n % p == 0 && p > 1 && p < n)));
    }
}
