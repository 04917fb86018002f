//! The auth service, and what edges of this process ask of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use auth::{Auth, AuthError, CharacterDesk, MasterKey, Partners, RemoteKeys};
use backends::{broker::Broker, cache::Cache, sql::Database};
use edge::services::{Holder, StaffGate, TicketDesk, Tickets};
use tokens::{KeySet, Refusal, TicketGate};
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use web::{Clock, Shell};

use crate::{
    Failure,
    cli::{Accounts, AuthArguments},
    services::part::Part,
    sign_in::{SignIn, read_providers},
};

/// In the data folder: what seals secrets.
const MASTER_KEY: &str = "accounts_key";
/// The services' part of the page's address in the one process.
const API: &str = "api";

/// What the auth service needs beside its stores.
pub struct Options {
    master_key: PathBuf,
    /// The service's own address.
    url: String,
    sign_in: SignIn,
}

impl Options {
    /// All of it in one folder.
    pub fn embedded(data: &Path, sign_in: SignIn) -> Self {
        Self {
            master_key: data.join(MASTER_KEY),
            url: format!("{}{API}", sign_in.page_url),
            sign_in,
        }
    }
}

impl TryFrom<&AuthArguments> for Options {
    type Error = Failure;

    fn try_from(arguments: &AuthArguments) -> Result<Self, Failure> {
        let providers = match &arguments.providers {
            Some(path) => read_providers(path)?,
            None => Vec::new(),
        };
        let mail = arguments.mail.as_str().into();
        Ok(Self {
            master_key: arguments.master_key.clone(),
            url: arguments.url.clone(),
            sign_in: SignIn::new(mail, &arguments.page_url, providers)?,
        })
    }
}

/// On a database whose tables are up to date.
pub async fn open(
    options: &Options,
    stores: (&Database, &Cache),
    characters: Option<Arc<dyn CharacterDesk>>,
    shell: &Shell,
    clock: &Clock,
) -> Result<Auth, Failure> {
    let config = auth::Config {
        master_key: master_key(&options.master_key)?,
        issuer: options.url.clone(),
        page_url: options.sign_in.page_url.clone(),
        allowances: auth::limits::Allowances::default(),
        password_cost: auth::PasswordCost::default(),
        providers: options.sign_in.resolved_providers()?,
    };
    let partners = Partners {
        mail: options.sign_in.mail.open(clock)?,
        characters,
    };
    let auth = Auth::open(config, stores, partners, shell.metrics(), clock.clone()).await;
    auth.map_err(failure)
}

pub fn part(auth: &Auth, broker: &Broker, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (auth.clone(), broker.clone());
    Part {
        prefix: "/auth",
        router: auth.router(),
        checks: auth.checks().into(),
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}

/// The keys of a service elsewhere, as part of what needs them.
pub fn remote_part(keys: RemoteKeys, mut stopped: watch::Receiver<bool>) -> Part {
    let check = keys.check();
    Part {
        prefix: "/keys",
        router: OpenApiRouter::new(),
        checks: vec![check],
        run: Box::pin(async move {
            tokio::select! {
                () = keys.run() => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        }),
    }
}

pub fn failure(error: AuthError) -> Failure {
    Failure::Runtime(format!("accounts: {error}"))
}

/// The one kept in a file, or a new one that is kept there from now on.
fn master_key(path: &Path) -> Result<MasterKey, Failure> {
    let shown = path.display();
    if !path.exists() {
        let key = MasterKey::generate();
        let written = edge::write_private(path, key.to_hex().as_bytes());
        let failed = |error| Failure::Usage(format!("{shown} cannot be written: {error}"));
        return written.map(|()| key).map_err(failed);
    }
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("{shown} cannot be read: {error}")))?;
    let key = MasterKey::from_hex(&text);
    key.ok_or_else(|| Failure::Usage(format!("{shown} does not hold 64 hexadecimal digits")))
}

/// The name of the battle's edges in tickets, all of them: which one a player comes to is not known when it
/// asks for its ticket.
const AUDIENCE: &str = "battle";

/// The keys that the auth service publishes, wherever that is.
pub type Keys = Box<dyn Fn() -> Arc<KeySet> + Send + Sync>;

/// See [`TicketDesk`].
struct Desk {
    keys: Keys,
    clock: Clock,
    gate: Mutex<TicketGate>,
}

/// What edges do with tickets; none if there are no accounts.
pub fn tickets(keys: Keys, accounts: Accounts) -> Option<Tickets> {
    let desk = Desk {
        keys,
        clock: Clock::system(),
        gate: Mutex::new(TicketGate::new(AUDIENCE)),
    };
    (accounts != Accounts::Off).then(|| Tickets {
        desk: Arc::new(desk),
        audience: AUDIENCE.to_owned(),
        are_required: accounts == Accounts::Required,
    })
}

/// Who edges take for staff. They ask no cache: whose session was ended is staff until the token is over.
pub fn staff(keys: Keys) -> StaffGate {
    let clock = Clock::system();
    StaffGate::new(move |token| {
        let access = auth::verified(token, &keys(), clock.now_ms());
        access.is_ok_and(|access| access.role.is_staff())
    })
}

impl TicketDesk for Desk {
    fn admit(&self, ticket: &str) -> Result<Holder, &'static str> {
        let keys = (self.keys)();
        if keys.is_empty() {
            return Err(
                "The battle does not know the players' keys yet. Try again in a few seconds.",
            );
        }
        let mut gate = self.gate.lock().expect("no holder panics");
        let ticket = gate.admit(ticket, &keys, self.clock.now_ms());
        let ticket = ticket.map_err(sentence)?;
        Ok(Holder {
            ticket_ms: ticket.issued_ms,
            account: ticket.account,
            character: ticket.character_id,
            name: ticket.character,
        })
    }
}

/// For the player; the page gets another ticket by itself.
fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Expired | Refusal::Burnt | Refusal::NotYet => {
            "Your ticket is used up. Get another."
        }
        Refusal::Full => "Too many people are joining. Try again in a few seconds.",
        _ => "Your ticket is not one of this battle's. Sign in again.",
    }
}
