//! Diffie-Hellman in the group that all clients know: a safe prime of 2048 bits, generator 3.
//!
//! Numbers are big-endian, 256 bytes. <https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication>

use std::sync::LazyLock;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{CtAssign, CtEq, Odd, U2048};

/// The generator.
pub const G: i32 = 3;

/// The prime.
pub const PRIME: &str = "C71CAEB9C6B1C9048E6C522F70F13F73980D40238E3E21C14934D037563D930F\
48198A0AA7C14058229493D22530F4DBFA336F6E0AC925139543AED44CCE7C37\
20FD51F69458705AC68CD4FE6B6B13ABDC9746512969328454F18FAF8C595F64\
2477FE96BB2A941D5BCD1D4AC8CC49880708FA9B378E3C4F3A9060BEE67CF9A4\
A4A695811051907E162753B56B0F6B410DBA74D8A84B2A14B3144E0EF1284754\
FD17ED950D5965B4B9DD46582DB1178D169C6BC465B0D6FF9CA3928FEF5B9AE4\
E418FC15E83EBEA0F87FA9FF5EED70050DED2849F47BF959D956850CE929851F\
0D8115F635B105EE2E4E15D04B2454BF6F4FADF034B10403119CD8E3B92FCC5B";

struct Group {
    prime: U2048,
    params: FixedMontyParams<{ U2048::LIMBS }>,
    lowest: U2048,
    highest: U2048,
}

static GROUP: LazyLock<Group> = LazyLock::new(|| {
    let prime = U2048::from_be_hex(PRIME);
    // 2^(2048 - 64), the margin on both sides.
    let margin = U2048::ONE.shl(2048 - 64);
    Group {
        params: FixedMontyParams::new_vartime(Odd::<U2048>::from_be_hex(PRIME)),
        lowest: margin,
        highest: prime.wrapping_sub(&margin),
        prime,
    }
});

type Number = FixedMontyForm<{ U2048::LIMBS }>;

/// Powers of the generator: for each four bits of the exponent, `g` to each value that they may have there.
/// Two megabytes, made at the first exchange in the time of four of them; `g^a` then takes a quarter.
static POWERS: LazyLock<Vec<[Number; 16]>> = LazyLock::new(|| {
    let mut base = Number::new(&U2048::from_u64(G as u64), &GROUP.params);
    let row = |base: &Number| {
        let mut power = Number::one(&GROUP.params);
        core::array::from_fn(|index| {
            if index > 0 {
                power = power.mul(base);
            }
            power
        })
    };
    let rows = (0..2048 / 4).map(|_| {
        let row: [Number; 16] = row(&base);
        base = (0..4).fold(base, |base, _| base.square());
        row
    });
    rows.collect()
});

/// The prime, big-endian.
#[must_use]
pub fn prime() -> [u8; 256] {
    GROUP.prime.to_be_bytes().into()
}

/// Whether a public value lies between 2^1984 and p - 2^1984.
///
/// Shorter values are read as if zeros stood before them; longer ones are refused.
/// <https://core.telegram.org/mtproto/security_guidelines#g-a-and-g-b-validation>
#[must_use]
pub fn is_valid_public(value: &[u8]) -> bool {
    number(value).is_some_and(|value| value >= GROUP.lowest && value <= GROUP.highest)
}

/// `g^a mod p`.
#[must_use]
pub fn public(secret: &[u8; 256]) -> [u8; 256] {
    // From the lowest bits up, as the table is.
    let nibbles = secret.iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
    let mut product = Number::one(&GROUP.params);
    for (row, nibble) in POWERS.iter().zip(nibbles) {
        // Which power is taken shows neither in time nor in the addresses that are read.
        let mut factor = Number::one(&GROUP.params);
        for (value, power) in (0u8..).zip(row) {
            factor.ct_assign(power, value.ct_eq(&nibble));
        }
        product = product.mul(&factor);
    }
    product.retrieve().to_be_bytes().into()
}

/// `g_b^a mod p`, if `g_b` is a valid public value.
#[must_use]
pub fn shared(other: &[u8], secret: &[u8; 256]) -> Option<[u8; 256]> {
    let other = number(other).filter(|_| is_valid_public(other))?;
    Some(power(other, secret))
}

fn power(base: U2048, secret: &[u8; 256]) -> [u8; 256] {
    let exponent = U2048::from_be_slice(secret);
    FixedMontyForm::new(&base, &GROUP.params).pow_amm(&exponent).retrieve().to_be_bytes().into()
}

fn number(bytes: &[u8]) -> Option<U2048> {
    let mut padded = [0; 256];
    let start = padded.len().checked_sub(bytes.len())?;
    padded.get_mut(start..)?.copy_from_slice(bytes);
    Some(U2048::from_be_slice(&padded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree() {
        let (a, b) = ([0x5a; 256], [0x33; 256]);
        let (g_a, g_b) = (public(&a), public(&b));
        assert!(is_valid_public(&g_a) && is_valid_public(&g_b));
        assert_eq!(shared(&g_b, &a), shared(&g_a, &b));
        assert!(shared(&g_b, &a).is_some());
    }

    #[test]
    fn the_table_gives_what_the_power_is() {
        for secret in [[0; 256], [1; 256], [0xff; 256], core::array::from_fn(|i| (i * 37) as u8)] {
            assert_eq!(public(&secret), power(U2048::from_u64(G as u64), &secret));
        }
    }

    #[test]
    fn values_near_the_ends_are_refused() {
        let mut one = [0; 256];
        one[255] = 1;
        let mut minus_one = prime();
        minus_one[255] -= 1;
        for bad in [&[][..], &one, &prime(), &minus_one, &[0xff; 256], &[1; 257], &[0xff; 247]] {
            assert!(!is_valid_public(bad));
        }
        let mut edge = [0; 256];
        edge[7] = 1;
        assert!(is_valid_public(&edge), "2^1984 itself");
        // Clients write the number without its leading zeros.
        assert!(is_valid_public(&edge[7..]));
    }
}
