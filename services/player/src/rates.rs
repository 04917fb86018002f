//! How often an account may bother others, over all processes. When the cache is away it may not.

use backends::cache::Cache;
use web::Problem;

use crate::{
    PlayerError,
    limits::{Allowance, Allowances},
};

#[derive(Clone)]
pub struct Rates {
    cache: Cache,
    allowances: Allowances,
}

impl Rates {
    pub fn new(cache: Cache, allowances: Allowances) -> Self {
        Self { cache, allowances }
    }

    pub async fn admit_invitation(&self, account: i64, now_ms: i64) -> Result<(), PlayerError> {
        let key = format!("invite:{account}");
        self.take(&key, self.allowances.invitations, now_ms).await
    }

    pub async fn admit_friend_request(&self, account: i64, now_ms: i64) -> Result<(), PlayerError> {
        let key = format!("befriend:{account}");
        self.take(&key, self.allowances.friend_requests, now_ms)
            .await
    }

    pub async fn admit_name(&self, account: i64, now_ms: i64) -> Result<(), PlayerError> {
        let key = format!("name:{account}");
        self.take(&key, self.allowances.names, now_ms).await
    }

    async fn take(&self, key: &str, allowance: Allowance, now_ms: i64) -> Result<(), PlayerError> {
        let count = self.cache.count(key, allowance.window, now_ms).await?;
        if count.count <= allowance.count_max {
            return Ok(());
        }
        Err(Problem::too_many(count.window_left.as_secs() + 1).into())
    }
}
