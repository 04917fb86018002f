//! The service: what it is made of, and the steps that several routes share.

use std::sync::Arc;

use backends::{broker::Broker, cache::Cache, sql::Database};
use tokens::{Access, KeySet, Role, Token, limits::ACCESS_LIFE_MS};
use tokio::{sync::watch, time};
use utoipa_axum::router::OpenApiRouter;
use web::{Authenticate, Check, ClientAddress, Clock, Counter, Metrics, Problem};

use crate::{
    AuthError,
    characters::Partners,
    gatekeeper::Gatekeeper,
    keys::KeyRing,
    limits::{Allowances, KEY_PERIOD, SESSION_LIFE_MS},
    magistrate::Magistrate,
    mail::MailQueue,
    oidc::{Provider, Providers},
    password::{Hasher, PasswordCost},
    random::{self, Secret},
    routes,
    seal::{MasterKey, Seal},
    store::{Account, Event, Kind, Session, Store},
};

/// Who access tokens are for: every service of the game.
const AUDIENCE: &str = "voxelheim";

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    pub master_key: MasterKey,
    /// Who signs, as tokens name it: the service's public URL.
    pub issuer: String,
    /// The page that mailed links open; a link puts its token behind `#`, which no server sees.
    pub page_url: String,
    pub allowances: Allowances,
    /// The default is the right one.
    pub password_cost: PasswordCost,
    /// Others by whom one may sign in.
    pub providers: Vec<Provider>,
}

/// Cheap to clone; the clones are one service.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

pub struct Inner {
    pub config: Config,
    pub store: Store,
    pub gatekeeper: Gatekeeper,
    pub keys: KeyRing,
    pub hasher: Hasher,
    pub seal: Seal,
    pub mails: MailQueue,
    pub providers: Providers,
    pub clock: Clock,
    /// Logins by what became of them.
    pub logins: Counter,
    pub partners: Partners,
}

impl std::ops::Deref for Auth {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// An account that has shown that it is one's own, and how.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    pub account: &'a Account,
    pub has_second_factor: bool,
    /// What the log calls it.
    pub action: &'static str,
}

/// A session's tokens.
pub struct Signed {
    pub role: Role,
    pub is_guest: bool,
    pub account: i64,
    pub access: String,
    pub access_expires_ms: i64,
    pub refresh: String,
    pub refresh_expires_ms: i64,
}

impl Auth {
    /// Makes the tables or brings them up to date.
    ///
    /// # Errors
    /// [`AuthError::Sql`].
    pub async fn migrate(database: &Database) -> Result<(), AuthError> {
        Ok(Store::new(database.clone()).migrate().await?)
    }

    /// On a database whose tables are up to date.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn open(
        config: Config,
        (database, cache): (&Database, &Cache),
        partners: Partners,
        metrics: &Metrics,
        clock: Clock,
    ) -> Result<Self, AuthError> {
        let store = Store::new(database.clone());
        let seal = Seal::new(&config.master_key);
        let keys = KeyRing::open(&store, &seal, clock.now_ms()).await?;
        Ok(Self(Arc::new(Inner {
            gatekeeper: Gatekeeper::new(cache, config.allowances),
            hasher: Hasher::new(config.password_cost),
            mails: MailQueue::new(),
            providers: Providers::new(config.providers.clone())?,
            logins: metrics.counter(
                "auth_logins_total",
                "Logins by what became of them.",
                "outcome",
            ),
            config,
            store,
            keys,
            seal,
            clock,
            partners,
        })))
    }

    /// What access tokens and tickets are checked with now.
    pub fn key_set(&self) -> Arc<KeySet> {
        self.keys.now().published
    }

    /// To be mounted under `/auth`.
    pub fn router(&self) -> OpenApiRouter {
        routes::router().with_state(self.clone())
    }

    /// For readiness.
    pub fn checks(&self) -> [Check; 2] {
        let (store, cache) = (self.clone(), self.clone());
        let database = Check::new("auth_database", move || {
            let auth = store.clone();
            async move { auth.store.ping().await.map_err(|error| error.to_string()) }
        });
        let cache = Check::new("auth_cache", move || {
            let auth = cache.clone();
            async move {
                auth.gatekeeper
                    .ping()
                    .await
                    .map_err(|error| error.to_string())
            }
        });
        [database, cache]
    }

    /// Sends mail and events, turns keys and sweeps, until `stop` is true.
    pub async fn run(&self, broker: &Broker, mut stop: watch::Receiver<bool>) {
        let (store, clock) = (&self.store, &self.clock);
        tokio::select! {
            () = store.outbox().run(store.database(), broker, || clock.now_ms()) => {}
            () = self.mails.run(self.partners.mail.clone()) => {}
            () = self.keep_house() => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn keep_house(&self) {
        let mut turns = time::interval(KEY_PERIOD);
        loop {
            turns.tick().await;
            if let Err(error) = self.turn().await {
                tracing::warn!(%error, "keys were not turned; tried again in a while");
            }
        }
    }

    /// What [`Self::run`] does every few minutes.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn turn(&self) -> Result<(), AuthError> {
        let now_ms = self.clock.now_ms();
        self.keys.refresh(&self.store, &self.seal, now_ms).await?;
        self.store.sweep_links(now_ms).await?;
        let forgotten = self.store.sweep_guests(now_ms).await?;
        if forgotten > 0 {
            tracing::info!(forgotten, "guests who never came back were forgotten");
        }
        Ok(())
    }

    /// Who judges for staff, here and in other services.
    pub fn magistrate(&self) -> Magistrate {
        let (store, gatekeeper) = (self.store.clone(), self.gatekeeper.clone());
        Magistrate::of(store, gatekeeper, self.clock.clone())
    }

    /// Gives the account of a mail address a role, for the first admin; nobody is asked. On tables that are up to
    /// date, whether the service runs or not.
    ///
    /// # Errors
    /// [`AuthError::Refused`] if there is no such account.
    pub async fn appoint(
        database: &Database,
        clock: &Clock,
        (email, role): (&str, Role),
    ) -> Result<(), AuthError> {
        let store = Store::new(database.clone());
        let key = email.to_ascii_lowercase();
        let account = store.account_of_email(&key).await?;
        let account = account.ok_or_else(Problem::not_found)?.id;
        let event = Event {
            account,
            at_ms: clock.now_ms(),
            actor: account,
            action: "appointed",
            detail: role.name(),
            address: "",
        };
        store.set_role(role, &event).await?;
        Ok(())
    }
}

impl Inner {
    /// Refuses who is banned or suspended, and says why and until when.
    pub async fn require_no_sanction(&self, account: i64) -> Result<(), AuthError> {
        let now_ms = self.clock.now_ms();
        let Some(sanction) = self.store.sanction_in_force(account, now_ms).await? else {
            return Ok(());
        };
        let status = axum::http::StatusCode::FORBIDDEN;
        let problem = match sanction.kind {
            Kind::Ban => Problem::new(status, "banned", "This account is banned"),
            Kind::Suspension => Problem::new(status, "suspended", "This account is suspended"),
        };
        Err(problem
            .detail(sanction.reason)
            .until_ms(sanction.until_ms)
            .into())
    }

    pub async fn begin_session(
        &self,
        proof: Proof<'_>,
        address: ClientAddress,
    ) -> Result<Signed, AuthError> {
        let account = proof.account;
        self.require_no_sanction(account.id).await?;
        let now_ms = self.clock.now_ms();
        let secret: Secret = random::bytes();
        let address = address.0.to_string();
        let session = Session {
            account: account.id,
            id: web::ids::new_id(),
            secret_hash: random::digest_hex(&secret),
            previous_hash: None,
            created_ms: now_ms,
            rotated_ms: now_ms,
            expires_ms: now_ms + SESSION_LIFE_MS,
            revoked_ms: None,
            has_second_factor: proof.has_second_factor,
            address: address.clone(),
        };
        let event = Event {
            account: account.id,
            at_ms: now_ms,
            actor: account.id,
            action: proof.action,
            detail: "",
            address: &address,
        };
        self.store.open_session(&session, &event).await?;
        Ok(self.sign(account, &session, &secret))
    }

    /// The tokens of a session whose newest secret this is.
    pub fn sign(&self, account: &Account, session: &Session, secret: &Secret) -> Signed {
        let now_ms = self.clock.now_ms();
        let is_proven = session.has_second_factor || !account.role.is_staff();
        let role = if is_proven {
            account.role
        } else {
            Role::Player
        };
        let access = Access {
            issuer: self.config.issuer.clone(),
            audience: AUDIENCE.to_owned(),
            account: account.id,
            session: session.id,
            role,
            guest: account.is_guest,
            issued_ms: now_ms,
            expires_ms: now_ms + ACCESS_LIFE_MS,
        };
        let refresh = RefreshToken {
            account: account.id,
            session: session.id,
            secret: *secret,
        };
        Signed {
            role,
            is_guest: access.guest,
            account: account.id,
            access_expires_ms: access.expires_ms,
            access: access.sign(&self.keys.now().signing),
            refresh: refresh.to_text(&self.seal),
            refresh_expires_ms: session.expires_ms,
        }
    }

    /// Ends all sessions of an account, but for one that may stay, and their access tokens at once.
    pub async fn end_sessions(&self, but: Option<i64>, event: &Event<'_>) -> Result<(), AuthError> {
        self.gatekeeper.end_sessions(&self.store, but, event).await
    }

    /// The account that an access token is of.
    pub async fn account_of(&self, access: &Access) -> Result<Account, AuthError> {
        let account = self.store.account(access.account).await?;
        Ok(account.ok_or_else(Problem::unauthorized)?)
    }
}

/// A token that the service signed and that is not over; its session may have been ended since.
///
/// # Errors
/// 401.
pub fn verified(token: &str, keys: &KeySet, now_ms: i64) -> Result<Access, Problem> {
    Access::verify(token, keys, AUDIENCE, now_ms).map_err(|_| Problem::unauthorized())
}

impl Authenticate<Access> for Auth {
    async fn authenticate(&self, token: &str) -> Result<Access, Problem> {
        let access = verified(token, &self.keys.now().published, self.clock.now_ms())?;
        let is_revoked = self.gatekeeper.is_revoked(access.session).await;
        match is_revoked.map_err(AuthError::from)? {
            true => Err(Problem::unauthorized()),
            false => Ok(access),
        }
    }
}

/// What a refresh token says. Its mark shows that it was ours once, before anything is looked up.
#[derive(Clone, Copy)]
pub struct RefreshToken {
    pub account: i64,
    pub session: i64,
    pub secret: Secret,
}

impl RefreshToken {
    const KIND: &'static str = "refresh";

    pub fn to_text(self, seal: &Seal) -> String {
        let (account, session) = (self.account.to_le_bytes(), self.session.to_le_bytes());
        seal.mark(Self::KIND, &[&account[..], &session, &self.secret].concat())
    }

    pub fn of_text(seal: &Seal, text: &str) -> Option<Self> {
        let bytes = seal.unmark(Self::KIND, text)?;
        let (account, rest) = bytes.split_first_chunk()?;
        let (session, secret) = rest.split_first_chunk()?;
        Some(Self {
            account: i64::from_le_bytes(*account),
            session: i64::from_le_bytes(*session),
            secret: secret.try_into().ok()?,
        })
    }
}
