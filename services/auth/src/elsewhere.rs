//! What other processes need of the auth service to know who asks: its published keys, fetched now and then,
//! and which sessions were ended, in the cache that they share. Nobody waits for the service itself.

use std::sync::{Arc, OnceLock, RwLock};

use backends::{backoff::Backoff, cache::Cache};
use reqwest::Url;
use tokens::{Access, KeySet};
use web::{Authenticate, Check, Clock, Counter, Metrics, Problem};

use crate::{
    AuthError,
    gatekeeper::Gatekeeper,
    limits::{
        Allowances, KEY_LEAD_MS, KEYS_FETCH_PERIOD, KEYS_FETCH_RETRY_MAX, KEYS_FETCH_RETRY_MIN,
    },
    oidc::Fetcher,
    service::verified,
};

/// The keys of an auth service elsewhere, as they were when it last answered. Cheap to clone.
#[derive(Clone)]
pub struct RemoteKeys(Arc<Inner>);

struct Inner {
    url: Url,
    fetcher: Fetcher,
    keys: RwLock<Arc<KeySet>>,
    /// None where nobody asked for it.
    fetches: OnceLock<Counter>,
}

impl RemoteKeys {
    /// Of the service at this address, which is within the processes' own network. Until [`Self::run`] has
    /// fetched them there are none, and callers are asked to come again.
    ///
    /// # Errors
    /// A sentence, if that is no address.
    pub fn new(service_url: &str) -> Result<Self, String> {
        let url = format!(
            "{}/.well-known/jwks.json",
            service_url.trim_end_matches('/')
        );
        Ok(Self(Arc::new(Inner {
            url: Url::parse(&url).map_err(|error| format!("{url}: {error}"))?,
            fetcher: Fetcher::new()?,
            keys: RwLock::default(),
            fetches: OnceLock::new(),
        })))
    }

    /// Counts from now on how often they were fetched, and were not.
    pub fn count_in(&self, metrics: &Metrics) {
        let help = "How often the keys of accounts were fetched, by what came of it.";
        let counter = metrics.counter("auth_keys_fetches_total", help, "outcome");
        // Who counts already goes on.
        let _ = self.0.fetches.set(counter);
    }

    pub fn now(&self) -> Arc<KeySet> {
        let keys = self.0.keys.read().expect("no holder panics");
        keys.clone()
    }

    /// Fetches for ever. A key is published an hour before it signs, so what is known may be old.
    pub async fn run(&self) {
        let mut backoff = Backoff::new(KEYS_FETCH_RETRY_MIN, KEYS_FETCH_RETRY_MAX);
        loop {
            let fetched = self.fetch().await;
            if let Some(fetches) = self.0.fetches.get() {
                fetches.add_one(if fetched.is_ok() { "ok" } else { "failed" });
            }
            match fetched {
                Ok(()) => {
                    backoff.reset();
                    tokio::time::sleep(KEYS_FETCH_PERIOD).await;
                }
                Err(error) => {
                    tracing::warn!(error, url = %self.0.url, "the keys of accounts were not to be had");
                    backoff.wait().await;
                }
            }
        }
    }

    /// Fetches once.
    ///
    /// # Errors
    /// A sentence; what was known stays.
    pub async fn fetch(&self) -> Result<(), String> {
        let url = self.0.url.clone();
        let document: serde_json::Value = self.0.fetcher.get_inside(url).await?;
        let keys = KeySet::from_json(&document.to_string()).filter(|keys| !keys.is_empty());
        let keys = keys.ok_or_else(|| "that is no set of keys".to_owned())?;
        *self.0.keys.write().expect("no holder panics") = Arc::new(keys);
        Ok(())
    }

    /// For readiness: without keys nobody is known.
    pub fn check(&self) -> Check {
        let keys = self.clone();
        Check::new("auth_keys", move || {
            let is_there = !keys.now().is_empty();
            std::future::ready(match is_there {
                true => Ok(()),
                false => Err("not fetched yet".to_owned()),
            })
        })
    }
}

/// Says whose an access token is, away from the auth service. Cheap to clone.
#[derive(Clone)]
pub struct Guard {
    keys: RemoteKeys,
    gatekeeper: Gatekeeper,
    clock: Clock,
}

impl Guard {
    /// `cache` is that of the auth service.
    pub fn new(keys: RemoteKeys, cache: &Cache, clock: Clock) -> Self {
        let gatekeeper = Gatekeeper::new(cache, Allowances::default());
        Self {
            keys,
            gatekeeper,
            clock,
        }
    }
}

impl Authenticate<Access> for Guard {
    async fn authenticate(&self, token: &str) -> Result<Access, Problem> {
        let keys = self.keys.now();
        if keys.is_empty() {
            // Whoever it is might be known in a moment: nobody has to sign in again because this has just begun.
            return Err(Problem::unavailable(KEYS_WAIT_S));
        }
        let access = verified(token, &keys, self.clock.now_ms())?;
        let is_revoked = self.gatekeeper.is_revoked(access.session).await;
        match is_revoked.map_err(AuthError::from)? {
            true => Err(Problem::unauthorized()),
            false => Ok(access),
        }
    }
}

/// How long a caller is asked to wait for the first keys.
const KEYS_WAIT_S: u64 = 1;

const _: () = assert!(KEYS_FETCH_PERIOD.as_millis() < KEY_LEAD_MS as u128);
