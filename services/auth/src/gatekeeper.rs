//! What all processes of the service must agree on at once, in the cache: how often something was tried,
//! and which access tokens no longer count. When the cache is away nothing is let through.

use std::time::Duration;

use backends::cache::{Cache, CacheError};
use tokens::limits::ACCESS_LIFE_MS;
use web::{ClientAddress, Problem};

use crate::{
    AuthError,
    limits::{Allowance, Allowances},
    random,
    store::{Event, Store},
};

#[derive(Clone)]
pub struct Gatekeeper {
    cache: Cache,
    allowances: Allowances,
}

/// For as long as a token that was signed a moment ago lives, and the clocks' difference.
const REVOCATION_TTL: Duration = Duration::from_millis(ACCESS_LIFE_MS as u64 + 60_000);

impl Gatekeeper {
    pub fn new(cache: &Cache, allowances: Allowances) -> Self {
        Self {
            cache: cache.namespace("auth"),
            allowances,
        }
    }

    pub async fn ping(&self) -> Result<(), CacheError> {
        self.cache.ping().await
    }

    /// A password or code tried for an account, known or not, named by its address or id.
    pub async fn admit_try(
        &self,
        account: &str,
        address: ClientAddress,
        now_ms: i64,
    ) -> Result<(), AuthError> {
        let account = random::digest_hex(account.as_bytes());
        let subscriber = address.subscriber();
        let of_both = format!("try:{account}:{subscriber}");
        let of_account = format!("try:{account}");
        let of_address = format!("try:{subscriber}");
        let tries = [
            (of_address, self.allowances.address_tries),
            (of_both, self.allowances.account_tries_by_address),
            (of_account, self.allowances.account_tries),
        ];
        for (key, allowance) in tries {
            self.take(&key, allowance, now_ms).await?;
        }
        Ok(())
    }

    pub async fn admit_guest(&self, address: ClientAddress, now_ms: i64) -> Result<(), AuthError> {
        let key = format!("guest:{}", address.subscriber());
        self.take(&key, self.allowances.address_guests, now_ms)
            .await
    }

    /// A mail that somebody at this address has sent to this one.
    pub async fn admit_mail(
        &self,
        email_key: &str,
        address: ClientAddress,
        now_ms: i64,
    ) -> Result<(), AuthError> {
        let by = format!("mail:{}", address.subscriber());
        self.take(&by, self.allowances.address_mails, now_ms)
            .await?;
        let to = format!("mail:{}", random::digest_hex(email_key.as_bytes()));
        self.take(&to, self.allowances.email_mails, now_ms).await
    }

    pub async fn admit_ticket(&self, account: i64, now_ms: i64) -> Result<(), AuthError> {
        let key = format!("ticket:{account}");
        self.take(&key, self.allowances.account_tickets, now_ms)
            .await
    }

    async fn take(&self, key: &str, allowance: Allowance, now_ms: i64) -> Result<(), AuthError> {
        let count = self.cache.count(key, allowance.window, now_ms).await?;
        if count.count <= allowance.count_max {
            return Ok(());
        }
        let seconds = count.window_left.as_secs() + 1;
        Err(Problem::too_many(seconds).into())
    }

    /// From now on the session's access tokens do not count.
    pub async fn revoke_session(&self, session: i64) -> Result<(), CacheError> {
        let key = format!("revoked:session:{session}");
        self.cache.set(&key, b"", REVOCATION_TTL).await
    }

    /// Ends all sessions of an account, but for one that may stay, and their access tokens at once.
    pub async fn end_sessions(
        &self,
        store: &Store,
        but: Option<i64>,
        event: &Event<'_>,
    ) -> Result<(), AuthError> {
        // First the cache: if it is away nothing is done, and the same may be asked again.
        for session in store.sessions(event.account, event.at_ms).await? {
            if Some(session.id) != but {
                self.revoke_session(session.id).await?;
            }
        }
        Ok(store.end_sessions(but, event).await?)
    }

    pub async fn is_revoked(&self, session: i64) -> Result<bool, CacheError> {
        let key = format!("revoked:session:{session}");
        Ok(self.cache.get(&key).await?.is_some())
    }

    /// Keeps something for one who comes back for it once.
    pub async fn keep_once(
        &self,
        key: &str,
        value: &[u8],
        ttl: Duration,
    ) -> Result<(), CacheError> {
        self.cache.set(&format!("once:{key}"), value, ttl).await
    }

    pub async fn take_once(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        self.cache.take(&format!("once:{key}")).await
    }
}
