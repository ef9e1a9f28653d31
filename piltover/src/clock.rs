//! Time and randomness, from one injected source, so that a server can be replayed, frozen and seeded.

use std::convert::Infallible;
use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryCryptoRng, TryRng};

/// A moment: nanoseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    const NANOS: i64 = 1_000_000_000;

    /// The moment at which a Unix second begins.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(Self::NANOS))
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(Self::NANOS)
    }

    /// Whole seconds as TL's `int` dates have them.
    #[must_use]
    pub fn date(self) -> i32 {
        i32::try_from(self.seconds()).unwrap_or(i32::MAX)
    }

    /// The lowest id of a message that is sent at this moment: seconds in the upper 32 bits, their fraction in
    /// the lower ones, divisible by four.
    ///
    /// <https://core.telegram.org/mtproto/description#message-identifier-msg-id>
    #[must_use]
    pub fn msg_id(self) -> i64 {
        let fraction = (self.subsecond_nanos() << 32) / Self::NANOS;
        (self.seconds() << 32 | fraction) & !3
    }

    /// Nanoseconds within the second.
    #[must_use]
    pub fn subsecond_nanos(self) -> i64 {
        self.0.rem_euclid(Self::NANOS)
    }
}

/// Where time and randomness come from.
pub trait Source: Send + Sync + fmt::Debug {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Fills a buffer with random bytes, fit for keys.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's clock, and a generator seeded by the system.
#[derive(Debug)]
pub struct SystemSource(Mutex<StdRng>);

impl SystemSource {
    /// Seeds the generator.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn new() -> Result<Self, <SysRng as TryRng>::Error> {
        Ok(Self(Mutex::new(StdRng::try_from_rng(&mut SysRng)?)))
    }
}

impl Source for SystemSource {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// A source as a random number generator.
pub struct SourceRng<'a>(pub &'a dyn Source);

impl fmt::Debug for SourceRng<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceRng")
    }
}

impl TryRng for SourceRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for SourceRng<'_> {}
