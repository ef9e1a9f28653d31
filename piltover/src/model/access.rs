use crate::crypto::{part, sha256};

/// Makes access hashes: a keyed hash of who looks and at whom, so that there is nothing to store, and a hash
/// that one user has seen is of no use to another.
///
/// <https://core.telegram.org/api/peers#access-hash>
#[derive(Clone)]
pub struct AccessHasher([u8; 32]);

impl AccessHasher {
    /// A hasher with the server's secret, 32 random bytes.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The access hash of user `user_id` for `viewer`. It is never 0, which some clients take for "none".
    #[must_use]
    pub fn user(&self, viewer: i64, user_id: i64) -> i64 {
        let hash = sha256(&[&self.0, b"user", &viewer.to_le_bytes(), &user_id.to_le_bytes()]);
        match i64::from_le_bytes(part(&hash, 0)) {
            0 => 1,
            hash => hash,
        }
    }
}

impl std::fmt::Debug for AccessHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessHasher")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_differ_by_viewer_user_and_secret() {
        let hasher = AccessHasher::new([1; 32]);
        let hash = hasher.user(1, 2);
        assert_eq!(hash, hasher.user(1, 2));
        assert!(
            ![hasher.user(2, 1), hasher.user(1, 3), AccessHasher::new([2; 32]).user(1, 2)].contains(&hash)
        );
    }
}
