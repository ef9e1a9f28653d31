use piltover_layers::mtproto::types::FutureSalt;

use crate::clock::Timestamp;
use crate::crypto::{AuthKey, part, sha256};

/// A new salt begins every half hour ...
const WINDOW: i64 = 30 * 60;
/// ... and is valid for two windows, so that there is always one that will last for half an hour.
const LIFETIME: i64 = 2 * WINDOW;
/// `get_future_salts` gives this many at most.
const MAX_FUTURE: i32 = 64;

/// The server salts of one auth key. They follow from the key and the time, so that there is nothing to
/// store but the salt that the key exchange agreed on, which holds for the key's first hour.
///
/// <https://core.telegram.org/mtproto/description#server-salt>
#[derive(Debug, Clone)]
pub struct Salts {
    key: AuthKey,
    first: i64,
    created: Timestamp,
}

impl Salts {
    /// The salts of `key`, which was made at `created`, when `first` was agreed on.
    #[must_use]
    pub fn new(key: AuthKey, created: Timestamp, first: i64) -> Self {
        Self { key, first, created }
    }

    /// When the key was made.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The salt that the key exchange agreed on.
    #[must_use]
    pub fn first(&self) -> i64 {
        self.first
    }

    /// The salt that a client should use now.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> i64 {
        self.of_window(now.seconds().div_euclid(WINDOW))
    }

    /// Whether a message may bear this salt now.
    #[must_use]
    pub fn is_valid(&self, salt: i64, now: Timestamp) -> bool {
        let window = now.seconds().div_euclid(WINDOW);
        let age = now.seconds() - self.created.seconds();
        salt == self.of_window(window)
            || salt == self.of_window(window - 1)
            || salt == self.first && (-LIFETIME..LIFETIME).contains(&age)
    }

    /// The present salt and those that follow, as many as asked for; a number that nobody may ask for is taken for the
    /// next one of 1 to 64. The present salt holds for more than half an hour yet, so that who asks for a single one
    /// needs no other for that long.
    ///
    /// <https://core.telegram.org/mtproto/service_messages#request-for-several-future-salts>
    #[must_use]
    pub fn future(&self, count: i32, now: Timestamp) -> Vec<FutureSalt> {
        let window = now.seconds().div_euclid(WINDOW);
        let date = |window: i64| Timestamp::from_seconds(window.saturating_mul(WINDOW)).date();
        let windows = window..window + i64::from(count.clamp(1, MAX_FUTURE));
        let salt = |window| FutureSalt {
            valid_since: date(window),
            valid_until: date(window + LIFETIME / WINDOW),
            salt: self.of_window(window),
        };
        windows.map(salt).collect()
    }

    fn of_window(&self, window: i64) -> i64 {
        i64::from_le_bytes(part(&sha256(&[self.key.as_bytes(), &window.to_le_bytes()]), 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_overlap_and_expire() {
        let start = Timestamp::from_seconds(1_700_000_000 / WINDOW * WINDOW);
        let at = |seconds| Timestamp::from_seconds(start.seconds() + seconds);
        let salts = Salts::new(AuthKey::new([1; 256]), start, 77);
        let future = salts.future(3, at(10));
        assert_eq!(future[0].salt, salts.current(at(10)));
        assert!(i64::from(future[0].valid_until) > at(10).seconds() + 30 * 60);
        for salt in &future {
            let since = Timestamp::from_seconds(salt.valid_since.into());
            let until = Timestamp::from_seconds(salt.valid_until.into());
            assert!(salts.is_valid(salt.salt, since));
            assert!(salts.is_valid(salt.salt, Timestamp::from_seconds(until.seconds() - 1)));
            assert!(!salts.is_valid(salt.salt, until));
            assert!(!salts.is_valid(salt.salt, Timestamp::from_seconds(since.seconds() - 1)));
        }
        assert!(salts.is_valid(77, at(3599)) && !salts.is_valid(77, at(3600)));
        assert!(!salts.is_valid(0, at(0)));
    }

    #[test]
    fn as_many_salts_are_told_as_asked_for_and_the_first_is_the_present_one() {
        let start = 1_700_000_000 / WINDOW * WINDOW;
        let salts = Salts::new(AuthKey::new([1; 256]), Timestamp::default(), 77);
        for seconds in [0, 1, WINDOW / 2, WINDOW - 1] {
            let now = Timestamp::from_seconds(start + seconds);
            for (asked, told) in [(1, 1), (2, 2), (64, 64), (65, 64), (i32::MAX, 64), (0, 1), (-1, 1)] {
                let future = salts.future(asked, now);
                assert_eq!(future.len(), told, "{asked}");
                let first = &future[0];
                assert!(first.salt == salts.current(now) && i64::from(first.valid_since) <= now.seconds());
                assert!(i64::from(first.valid_until) > now.seconds() + 30 * 60, "{first:?} at {seconds}");
                for pair in future.windows(2) {
                    assert_eq!(i64::from(pair[1].valid_since), i64::from(pair[0].valid_since) + WINDOW);
                    assert!(pair[0].valid_until > pair[1].valid_since && pair[0].salt != pair[1].salt);
                }
            }
        }
    }
}
