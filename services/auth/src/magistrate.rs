//! Roles, bans and suspensions: who may give, impose and lift which, and what that does. For the service's own routes,
//! and for other services of staff that have its database and cache.

use backends::{cache::Cache, sql::Database};
use tokens::{Access, Role};
use web::{ClientAddress, Clock, Problem};

use crate::{
    AuthError,
    gatekeeper::Gatekeeper,
    limits::{Allowances, MODERATOR_SUSPENSION_MS_MAX},
    store::{Account, Event, Kind, Sanction, Store},
    text,
};

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Magistrate {
    store: Store,
    gatekeeper: Gatekeeper,
    clock: Clock,
}

/// An account as staff see it.
#[derive(Clone, Debug)]
pub struct AccountCard {
    pub account: i64,
    pub role: Role,
    pub is_guest: bool,
    pub created_ms: i64,
    pub email: Option<String>,
}

/// A sanction as somebody wants it.
#[derive(Clone, Debug)]
pub struct NewSanction {
    pub kind: Kind,
    /// As its player is told.
    pub reason: String,
    /// None: for ever, if it is a ban.
    pub until_ms: Option<i64>,
}

/// Who of staff asks, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Official<'a> {
    pub access: &'a Access,
    pub address: ClientAddress,
}

impl From<Account> for AccountCard {
    fn from(account: Account) -> Self {
        Self {
            account: account.id,
            role: account.role,
            is_guest: account.is_guest,
            created_ms: account.created_ms,
            email: account.email,
        }
    }
}

impl Magistrate {
    /// On the accounts' database, whose tables are up to date, and the cache that all services share.
    pub fn new(database: &Database, cache: &Cache, clock: Clock) -> Self {
        let gatekeeper = Gatekeeper::new(cache, Allowances::default());
        Self::of(Store::new(database.clone()), gatekeeper, clock)
    }

    pub(crate) fn of(store: Store, gatekeeper: Gatekeeper, clock: Clock) -> Self {
        Self {
            store,
            gatekeeper,
            clock,
        }
    }

    /// # Errors
    /// [`AuthError::Sql`].
    pub async fn ping(&self) -> Result<(), AuthError> {
        Ok(self.store.ping().await?)
    }

    /// An account by its number.
    ///
    /// # Errors
    /// [`AuthError::Sql`].
    pub async fn account(&self, account: i64) -> Result<Option<AccountCard>, AuthError> {
        let found = self.store.account(account).await?;
        Ok(found.map(AccountCard::from))
    }

    /// An account by its verified mail address.
    ///
    /// # Errors
    /// [`AuthError::Sql`].
    pub async fn account_of_email(&self, email: &str) -> Result<Option<AccountCard>, AuthError> {
        let Some(key) = text::email_key(email) else {
            return Ok(None);
        };
        let found = self.store.account_of_email(&key).await?;
        Ok(found.map(AccountCard::from))
    }

    /// How many sessions an account has.
    ///
    /// # Errors
    /// [`AuthError::Sql`].
    pub async fn sessions_count(&self, account: i64) -> Result<usize, AuthError> {
        let sessions = self.store.sessions(account, self.clock.now_ms()).await?;
        Ok(sessions.len())
    }

    /// The newest first.
    ///
    /// # Errors
    /// [`AuthError::Sql`].
    pub async fn sanctions(&self, account: i64) -> Result<Vec<Sanction>, AuthError> {
        Ok(self.store.sanctions(account).await?)
    }

    /// Suspends or bans an account and ends its sessions; moderators for a week at most, and only whose role is
    /// below one's own.
    ///
    /// # Errors
    /// [`AuthError`]; refused with 403, 404 or 422.
    pub async fn impose(
        &self,
        official: Official<'_>,
        account: i64,
        wanted: NewSanction,
    ) -> Result<Sanction, AuthError> {
        let access = official.access;
        let now_ms = self.clock.now_ms();
        judge(access, &wanted, now_ms)?;
        let account = self.below(access, account).await?;
        let sanction = Sanction {
            account: account.id,
            id: web::ids::ordered_id(now_ms),
            kind: wanted.kind,
            reason: wanted.reason,
            by: access.account,
            from_ms: now_ms,
            until_ms: wanted.until_ms,
            lifted_ms: None,
        };
        let address = official.address.0.to_string();
        let event = Event {
            account: account.id,
            at_ms: now_ms,
            actor: access.account,
            action: "sanction_imposed",
            detail: &sanction.reason,
            address: &address,
        };
        // The database first: it must hold even while the cache is away.
        let sessions = self.store.sessions(account.id, now_ms).await?;
        self.store.impose(&sanction, &event).await?;
        for session in sessions {
            if let Err(error) = self.gatekeeper.revoke_session(session.id).await {
                tracing::warn!(%error, "an access token of a sanctioned account lives until it expires");
            }
        }
        Ok(sanction)
    }

    /// Lifts a sanction: moderators what moderators may impose, operators all.
    ///
    /// # Errors
    /// [`AuthError`]; refused with 403 or 404.
    pub async fn lift(
        &self,
        official: Official<'_>,
        account: i64,
        sanction: i64,
    ) -> Result<(), AuthError> {
        let access = official.access;
        let account = self.below(access, account).await?;
        let sanctions = self.store.sanctions(account.id).await?;
        let found = sanctions.into_iter().find(|it| it.id == sanction);
        let found = found.ok_or_else(Problem::not_found)?;
        require_liftable(access, &found)?;
        match self.note_lifted(official, &found).await? {
            true => Ok(()),
            false => Err(Problem::not_found().into()),
        }
    }

    /// Lifts all that is in force, or nothing if any of it is not for this role to lift; how many were lifted.
    ///
    /// # Errors
    /// [`AuthError`]; refused with 403 or 404.
    pub async fn lift_all(&self, official: Official<'_>, account: i64) -> Result<usize, AuthError> {
        let account = self.below(official.access, account).await?;
        let now_ms = self.clock.now_ms();
        let sanctions = self.store.sanctions(account.id).await?.into_iter();
        let held: Vec<_> = sanctions.filter(|it| it.is_in_force(now_ms)).collect();
        for sanction in &held {
            require_liftable(official.access, sanction)?;
        }
        let mut count = 0;
        for sanction in &held {
            count += usize::from(self.note_lifted(official, sanction).await?);
        }
        Ok(count)
    }

    /// Gives an account a role, whatever it had, and ends its sessions: only admins may, not to themselves, and staff
    /// roles not to guests nor to those without a password, who cannot have a second factor. The role before.
    ///
    /// # Errors
    /// [`AuthError`]; refused with 403, 404 or 422.
    pub async fn give_role(
        &self,
        official: Official<'_>,
        account: i64,
        role: Role,
    ) -> Result<Role, AuthError> {
        let access = official.access;
        require(access, Role::Admin)?;
        let account = self.store.account(account).await?;
        let account = account.ok_or_else(Problem::not_found)?;
        if account.id == access.account {
            return Err(Problem::forbidden("nobody changes their own role").into());
        }
        if account.is_guest && role.is_staff() {
            return Err(Problem::invalid("role", "a guest cannot be staff").into());
        }
        if account.password_hash.is_none() && role.is_staff() {
            let why = "without a password there is no second factor, which staff need";
            return Err(Problem::invalid("role", why).into());
        }
        let address = official.address.0.to_string();
        let event = |action, detail| Event {
            account: account.id,
            at_ms: self.clock.now_ms(),
            actor: access.account,
            action,
            detail,
            address: &address,
        };
        let given = event("role_set", role.name());
        if !self.store.set_role_by_admin(role, &given).await? {
            return Err(Problem::forbidden("you are no admin any more").into());
        }
        let ended = event("sessions_ended", "");
        self.gatekeeper
            .end_sessions(&self.store, None, &ended)
            .await?;
        Ok(account.role)
    }

    /// Whether it was not lifted before.
    async fn note_lifted(
        &self,
        official: Official<'_>,
        sanction: &Sanction,
    ) -> Result<bool, AuthError> {
        let address = official.address.0.to_string();
        let event = Event {
            account: sanction.account,
            at_ms: self.clock.now_ms(),
            actor: official.access.account,
            action: "sanction_lifted",
            detail: &sanction.reason,
            address: &address,
        };
        Ok(self.store.lift(sanction.id, &event).await?)
    }

    /// An account whose role is below that of who asks.
    async fn below(&self, access: &Access, account: i64) -> Result<Account, AuthError> {
        require(access, Role::Moderator)?;
        let account = self.store.account(account).await?;
        let account = account.ok_or_else(Problem::not_found)?;
        require_above(access, account.role)?;
        Ok(account)
    }
}

/// Whether this role may impose it.
fn judge(access: &Access, wanted: &NewSanction, now_ms: i64) -> Result<(), Problem> {
    require(access, Role::Moderator)?;
    if !text::is_reason(&wanted.reason) {
        return Err(Problem::invalid(
            "reason",
            "some words, 500 letters at most, on one line",
        ));
    }
    if wanted.until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
        return Err(Problem::invalid("until_ms", "it is past"));
    }
    if wanted.kind == Kind::Suspension && wanted.until_ms.is_none() {
        return Err(Problem::invalid("until_ms", "a suspension has an end"));
    }
    let longest_ms = now_ms + MODERATOR_SUSPENSION_MS_MAX;
    let is_short = wanted.until_ms.is_some_and(|it| it <= longest_ms);
    if access.role < Role::Operator && (wanted.kind == Kind::Ban || !is_short) {
        return Err(Problem::forbidden("moderators suspend for a week at most"));
    }
    Ok(())
}

/// Moderators lift what moderators may impose, operators all.
fn require_liftable(access: &Access, sanction: &Sanction) -> Result<(), Problem> {
    match access.role >= Role::Operator || is_moderators(sanction) {
        true => Ok(()),
        false => Err(Problem::forbidden("an operator imposed it")),
    }
}

fn is_moderators(sanction: &Sanction) -> bool {
    let length_ms = sanction
        .until_ms
        .map(|until_ms| until_ms - sanction.from_ms);
    sanction.kind == Kind::Suspension
        && length_ms.is_some_and(|it| it <= MODERATOR_SUSPENSION_MS_MAX)
}

pub fn require(access: &Access, role: Role) -> Result<(), Problem> {
    if access.role >= role {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "this needs the role {role}, and a second factor"
    )))
}

fn require_above(access: &Access, role: Role) -> Result<(), Problem> {
    if access.role > role {
        return Ok(());
    }
    Err(Problem::forbidden(
        "only on those whose role is below one's own",
    ))
}
