//! Who may begin how much: limits that hold over connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Timestamp;

/// Counts what lives; each [`Counted`] is one.
#[derive(Debug, Default)]
pub(super) struct Counter(Arc<AtomicUsize>);

/// One that is counted, for as long as it lives.
#[derive(Debug)]
pub(super) struct Counted(Arc<AtomicUsize>);

impl Counter {
    /// One more, unless there are `most` already.
    pub(super) fn one_more(&self, most: usize) -> Option<Counted> {
        let counted = Counted(self.0.clone());
        // If it is one too many, it is taken off again here.
        (self.0.fetch_add(1, Ordering::Relaxed) < most).then_some(counted)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What each address did in the present minute.
#[derive(Debug, Default)]
pub(super) struct PerAddress(Mutex<(i64, HashMap<IpAddr, u32>)>);

impl PerAddress {
    /// Counts one more of an address. Tells whether these are `most` at most in this minute.
    pub(super) fn one_more(&self, address: IpAddr, most: u32, now: Timestamp) -> bool {
        let minute = now.seconds() / 60;
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.0 != minute {
            *counts = (minute, HashMap::new());
        }
        let count = counts.1.entry(network(address)).or_default();
        *count = count.saturating_add(1);
        *count <= most
    }
}

/// One client has a whole IPv6 network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_counts_no_more() {
        let counter = Counter::default();
        let first = counter.one_more(1);
        assert!(first.is_some());
        assert!(counter.one_more(1).is_none());
        drop(first);
        assert!(counter.one_more(1).is_some());
    }

    #[test]
    fn addresses_have_their_own_counts_and_minutes() {
        let addresses = PerAddress::default();
        let one_more = |address: &str, seconds| {
            addresses.one_more(address.parse().unwrap(), 2, Timestamp::from_seconds(seconds))
        };
        assert!(one_more("10.0.0.1", 0) && one_more("10.0.0.1", 1) && !one_more("10.0.0.1", 2));
        assert!(one_more("10.0.0.2", 2));
        assert!(one_more("10.0.0.1", 60));
        assert!(one_more("2001:db8::1", 60) && one_more("2001:db8::2", 60) && !one_more("2001:db8::3", 60));
        assert!(one_more("2001:db8:0:1::1", 60));
    }
}
