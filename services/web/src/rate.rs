//! Allowances by address, in this process's memory: the first line against floods. Limits that must hold
//! over all processes are a service's own, in its cache.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// So many requests a second, and so many at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

/// Each address's moment at which its allowance will be whole again (GCRA), in microseconds.
pub struct AddressRates {
    rate: Rate,
    addresses_max: usize,
    whole_at_us: Mutex<HashMap<Option<IpAddr>, i64>>,
}

impl AddressRates {
    pub fn new(rate: Rate, addresses_max: usize) -> Self {
        let whole_at_us = Mutex::default();
        Self {
            rate,
            addresses_max,
            whole_at_us,
        }
    }

    /// Takes one from the address's allowance, or says after how many seconds there is one again.
    pub fn take(&self, address: IpAddr, now_ms: i64) -> Result<(), u64> {
        let now_us = now_ms.saturating_mul(1_000);
        let step_us = 1_000_000 / i64::from(self.rate.per_second);
        let room_us = step_us * i64::from(self.rate.burst);
        let lock = self.whole_at_us.lock();
        let mut addresses = lock.unwrap_or_else(PoisonError::into_inner);
        let mut key = Some(address);
        if addresses.len() >= self.addresses_max && !addresses.contains_key(&key) {
            addresses.retain(|_, whole_at_us| *whole_at_us > now_us);
            if addresses.len() >= self.addresses_max {
                key = None;
            }
        }
        let whole_at_us = addresses.entry(key).or_insert(now_us);
        let next_us = (*whole_at_us).max(now_us) + step_us;
        if next_us - now_us > room_us {
            let wait_us = next_us - now_us - room_us;
            return Err(wait_us.unsigned_abs().div_ceil(1_000_000));
        }
        *whole_at_us = next_us;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 2,
        burst: 3,
    };

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn an_allowance_is_spent_and_comes_back() {
        let rates = AddressRates::new(RATE, 10);
        let taken = |now_ms| {
            (0..10)
                .filter(|_| rates.take(address(1), now_ms).is_ok())
                .count()
        };
        assert_eq!(taken(0), 3);
        assert_eq!(rates.take(address(1), 0), Err(1));
        assert_eq!(taken(1_000), 2);
        assert_eq!(taken(1_000_000), 3);
        assert!(rates.take(address(2), 0).is_ok());
    }

    #[test]
    fn a_flood_of_addresses_takes_bounded_memory() {
        let rates = AddressRates::new(RATE, 4);
        let taken = (0..100).filter(|&last| rates.take(address(last), 0).is_ok());
        assert_eq!(
            taken.count(),
            4 + 3,
            "four of their own, the rest share one"
        );
        let kept = rates.whole_at_us.lock().expect("no panic").len();
        assert_eq!(kept, 5);
        assert!(rates.take(address(200), 60_000).is_ok());
        assert_eq!(rates.whole_at_us.lock().expect("no panic").len(), 1);
    }
}
