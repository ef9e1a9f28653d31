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

/// Miller and Rabin's test with the bases 2, 3, 5 and 7, which decides all numbers below 3,215,031,751.
fn is_prime(n: u32) -> bool {
    if n < 2 || n.is_multiple_of(2) {
        return n == 2;
    }
    let n64 = u64::from(n);
    let power = |mut base: u64, mut exponent: u32| {
        let mut result = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = result * base % n64;
            }
            base = base * base % n64;
            exponent >>= 1;
        }
        result
    };
    let twos = (n - 1).trailing_zeros();
    let odd = (n - 1) >> twos;
    [2u64, 3, 5, 7].into_iter().filter(|base| base % n64 != 0).all(|base| {
        let mut x = power(base, odd);
        if x == 1 || x == n64 - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = x * x % n64;
            x == n64 - 1
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
    }

    #[test]
    fn challenges_are_products_of_two_different_primes() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let challenge = Challenge::random(&mut rng);
            assert!(challenge.p < challenge.q && challenge.pq() < 1 << 62);
            let (p, q) = (challenge.p.to_be_bytes(), challenge.q.to_be_bytes());
            assert!(challenge.is_solved_by(&p, &q));
            assert!(!challenge.is_solved_by(&q, &p));
        }
    }
}
