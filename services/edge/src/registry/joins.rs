//! How fast players may join, from one address and in all.

use std::{collections::HashMap, net::IpAddr, time::Instant};

use crate::{limits, rate::TokenBucket};

/// See the module.
pub struct Joins {
    all: TokenBucket,
    /// At most [`limits::ADDRESSES_MAX`].
    by_address: HashMap<IpAddr, TokenBucket>,
}

impl Joins {
    pub fn new(now: Instant) -> Self {
        Self {
            all: TokenBucket::new(limits::JOINS_PER_SECOND, limits::JOINS_BURST, now),
            by_address: HashMap::new(),
        }
    }

    /// Whether another may join now, which counts.
    pub fn allow(&mut self, address: IpAddr, now: Instant) -> bool {
        if self.by_address.len() >= limits::ADDRESSES_MAX {
            self.by_address
                .retain(|_, bucket| bucket.level(now) < limits::ADDRESS_JOINS_BURST);
        }
        if self.by_address.len() >= limits::ADDRESSES_MAX {
            self.by_address.clear();
        }
        let bucket = self.by_address.entry(address).or_insert_with(|| {
            TokenBucket::new(
                limits::ADDRESS_JOINS_PER_SECOND,
                limits::ADDRESS_JOINS_BURST,
                now,
            )
        });
        bucket.take(1, now) && self.all.take(1, now)
    }
}
