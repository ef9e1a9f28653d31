//! The small proof of work at the beginning of the key exchange.

use rand::Rng;

/// `pq` and its factors, `p < q`, each a prime of 31 bits. `pq` is below 2^62.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// The smaller factor.
    pub p: u32,
    /// The greater factor.
    pub q: u32,
}

impl Challenge {
    /// Two random primes.
    pub fn random(rng: &mut impl Rng) -> Self {
        let a = random_prime(rng);
        let b = loop {
            let b = random_prime(rng);
            if b != a {
                break b;
            }
        };
        Self { p: a.min(b), q: a.max(b) }
    }

    /// The product.
    #[must_use]
    pub fn pq(&self) -> u64 {
        u64::from(self.p) * u64::from(self.q)
    }

    /// The product as the protocol writes it: big-endian, without leading zeros.
    #[must_use]
    pub fn pq_bytes(&self) -> Vec<u8> {
        minimal(&self.pq().to_be_bytes())
    }

    /// Whether a client's `p` and `q` are the factors, leading zeros or not.
    #[must_use]
    pub fn is_solved_by(&self, p: &[u8], q: &[u8]) -> bool {
        minimal(p) == minimal(&self.p.to_be_bytes()) && minimal(q) == minimal(&self.q.to_be_bytes())
    }
}

/// Bytes without leading zeros.
fn minimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

fn random_prime(rng: &mut impl Rng) -> u32 {
    loop {
        let candidate = rng.next_u32() >> 1 | 1 << 30 | 1;
        if is_prime(candidate) {
            return candidate;
        }
    }
}

/// Miller and Rabin's test with the first twelve primes as bases, which decides all numbers of 64 bits.
///
/// <https://doi.org/10.1090/mcom/3134>
#[must_use]
pub fn is_prime(n: impl Into<u64>) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    let n = n.into();
    if n < 2 || BASES.iter().any(|base| n.is_multiple_of(*base)) {
        return BASES.contains(&n);
    }
    let product = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let power = |mut base: u64, mut exponent: u64| {
        let mut result = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = product(result, base);
            }
            base = product(base, base);
            exponent >>= 1;
        }
        result
    };
    let twos = (n - 1).trailing_zeros();
    let odd = (n - 1) >> twos;
    BASES.into_iter().all(|base| {
        let mut x = power(base, odd);
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = product(x, x);
            x == n - 1
        })
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn primes_are_told_from_others() {
        let by_division = |n: u32| n > 1 && !(2..=n.isqrt()).any(|d| n.is_multiple_of(d));
        for n in (0..2000).chain(2_147_480_000..2_147_483_647) {
            assert_eq!(is_prime(n), by_division(n), "{n}");
        }
        assert!(is_prime(u64::MAX - 58) && is_prime((1u64 << 61) - 1));
        // A product of two primes that few bases tell from one; and the greatest square of a prime.
        assert!(!is_prime(3_825_123_056_546_413_051u64) && !is_prime(4_294_967_291u64 * 4_294_967_291));
    }

    #[test]
    fn challenges_are_products_of_two_different_primes() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let challenge = Challenge::random(&mut rng);
            assert!(challenge.p < challenge.q && challenge.pq() < 1 << 62);
            assert_eq!(challenge.pq_bytes().len(), 8, "Android takes no other length");
            let (p, q) = (challenge.p.to_be_bytes(), challenge.q.to_be_bytes());
            assert!(challenge.is_solved_by(&p, &q));
            assert!(!challenge.is_solved_by(&q, &p));
        }
    }
}
