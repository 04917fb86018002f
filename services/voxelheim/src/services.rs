//! The thin services: within the one process on a thread of their own, never on that of a tick or of an
//! edge; or alone, as `voxelheim auth`.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use auth::{Auth, AuthError, FolderMail, MasterKey};
use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use backends::{
    cache::Cache,
    sql::{Database, SqlLimits},
};
use edge::services::{Answering, Api, Holder, TicketDesk, Tickets};
use tokens::{Refusal, TicketGate};
use tokio::{
    runtime::{Handle, Runtime},
    sync::watch,
};
use web::{Clock, Problem, Settings, Shell};

use crate::{
    Failure,
    cli::{Accounts, AppointArguments, AuthArguments, MigrateArguments},
    signals,
};

/// In the data folder: who has an account, what seals it, and mail that is not sent but kept.
const DATABASE: &str = "accounts.db";
const MASTER_KEY: &str = "accounts_key";
const MAIL: &str = "mail";
/// The name of the one process's edges in tickets.
const AUDIENCE: &str = "battle";
/// The services' part of the address in the one process.
const API: &str = "api";
/// Connections of a service that runs alone; a proxy in front of it keeps as many open.
const CONNECTIONS_MAX: usize = 1_024;

/// What the auth service needs, from flags or from the data folder.
struct AuthOptions {
    database: String,
    cache: String,
    master_key: PathBuf,
    url: String,
    page_url: String,
    mail: PathBuf,
}

impl AuthOptions {
    /// All of it in one folder.
    fn embedded(data: &Path, page_url: String) -> Self {
        Self {
            database: format!("sqlite://{}", data.join(DATABASE).display()),
            cache: "memory:".to_owned(),
            master_key: data.join(MASTER_KEY),
            url: format!("{page_url}{API}"),
            page_url,
            mail: data.join(MAIL),
        }
    }

    fn of_arguments(arguments: &AuthArguments) -> Self {
        Self {
            database: arguments.database.clone(),
            cache: arguments.cache.clone(),
            master_key: arguments.master_key.clone(),
            url: arguments.url.clone(),
            page_url: arguments.page_url.clone(),
            mail: arguments.mail.clone(),
        }
    }
}

/// Services that run beside the world in this process.
pub struct Running {
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
}

impl Running {
    /// Lets requests under way end.
    pub fn stop(self) {
        let _ = self.stop.send(true);
        if self.thread.join().is_err() {
            tracing::error!("the services' thread had panicked");
        }
    }
}

/// What the services' thread has when it is ready.
struct Opened {
    runtime: Handle,
    router: Router,
    auth: Auth,
}

/// Starts the services of a process that is alone, which keeps all in its data folder.
pub fn start(
    data: &Path,
    listen: SocketAddr,
    accounts: Accounts,
) -> Result<(edge::services::Services, Running), Failure> {
    let options = AuthOptions::embedded(data, format!("http://{listen}/"));
    let (stop, stopped) = watch::channel(false);
    let (ready, opened) = mpsc::channel();
    let thread = thread::Builder::new().name("services".to_owned());
    let thread = thread.spawn(move || live(&options, &ready, stopped));
    let thread = thread.map_err(runtime_failure)?;
    let opened = opened.recv().unwrap_or_else(|_| {
        let text = "the services' thread died; see the log";
        Err(Failure::Runtime(text.to_owned()))
    })?;
    let desk = Desk {
        auth: opened.auth,
        clock: Clock::system(),
        gate: Mutex::new(TicketGate::new(AUDIENCE)),
    };
    let services = edge::services::Services {
        api: Some(api(opened.runtime, opened.router)),
        tickets: Some(Tickets {
            desk: Arc::new(desk),
            audience: AUDIENCE.to_owned(),
            are_required: accounts == Accounts::Required,
        }),
        chat: edge::ChatService::default(),
    };
    Ok((services, Running { stop, thread }))
}

/// The services' thread.
fn live(
    options: &AuthOptions,
    ready: &mpsc::Sender<Result<Opened, Failure>>,
    mut stopped: watch::Receiver<bool>,
) {
    let begin = || {
        let runtime = runtime()?;
        let opened = runtime.block_on(open(options, true, stopped.clone()))?;
        Ok((runtime, opened))
    };
    let (runtime, (router, auth)) = match begin() {
        Ok(begun) => begun,
        Err(failure) => {
            let _ = ready.send(Err(failure));
            return;
        }
    };
    let told = ready.send(Ok(Opened {
        runtime: runtime.handle().clone(),
        router,
        auth: auth.clone(),
    }));
    if told.is_ok() {
        runtime.block_on(auth.run(stopped.clone()));
        let _ = runtime.block_on(stopped.wait_for(|stopped| *stopped));
    }
    runtime.shutdown_timeout(web::limits::STOP_TIME_MAX);
}

/// The auth service with what it keeps, and the routes of it.
async fn open(
    options: &AuthOptions,
    makes_tables: bool,
    stopped: watch::Receiver<bool>,
) -> Result<(Router, Auth), Failure> {
    let clock = Clock::system();
    let database = open_database(&options.database).await?;
    if makes_tables {
        Auth::migrate(&database).await.map_err(auth_failure)?;
    }
    let cache = Cache::open(&options.cache).await;
    let cache = cache.map_err(|error| Failure::Usage(format!("the cache: {error}")))?;
    let shell = Shell::new(Settings::default(), clock.clone());
    let config = auth::Config {
        master_key: master_key(&options.master_key)?,
        issuer: options.url.clone(),
        page_url: options.page_url.clone(),
        allowances: auth::limits::Allowances::default(),
        providers: Vec::new(),
    };
    let mail = Arc::new(FolderMail::new(&options.mail, clock.clone()));
    let stores = (&database, &cache);
    let auth = Auth::open(config, stores, mail, shell.metrics(), clock).await;
    let auth = auth.map_err(auth_failure)?;
    let shell = shell.mount("/auth", auth.router());
    let shell = auth.checks().into_iter().fold(shell, Shell::check);
    Ok((shell.into_router(stopped), auth))
}

async fn open_database(url: &str) -> Result<Database, Failure> {
    let database = Database::open(url, SqlLimits::default()).await;
    database.map_err(|error| Failure::Usage(format!("the database of accounts: {error}")))
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

/// Hands requests to the services' thread.
fn api(runtime: Handle, router: Router) -> Api {
    Api::new(move |request: Request, from| -> Answering {
        let answered = runtime.spawn(web::answer(router.clone(), from, request));
        Box::pin(async move {
            let crashed = || Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR);
            answered.await.unwrap_or_else(|_| crashed().into_response())
        })
    })
}

/// See [`TicketDesk`]; the keys are those of the service in this process.
struct Desk {
    auth: Auth,
    clock: Clock,
    gate: Mutex<TicketGate>,
}

impl TicketDesk for Desk {
    fn admit(&self, ticket: &str) -> Result<Holder, &'static str> {
        let keys = self.auth.key_set();
        let mut gate = self.gate.lock().expect("no holder panics");
        let ticket = gate.admit(ticket, &keys, self.clock.now_ms());
        let ticket = ticket.map_err(sentence)?;
        Ok(Holder {
            account: ticket.account,
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

/// Serves accounts alone, until a signal says stop.
pub fn run_auth(arguments: &AuthArguments) -> Result<(), Failure> {
    let options = AuthOptions::of_arguments(arguments);
    let listener = TcpListener::bind(arguments.listen).map_err(|error| {
        let address = arguments.listen;
        Failure::Usage(format!(
            "cannot listen on {address} ({error}): choose another with --listen"
        ))
    })?;
    listener.set_nonblocking(true).map_err(runtime_failure)?;
    runtime()?.block_on(async {
        let stopped = signals::watch().map_err(runtime_failure)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(runtime_failure)?;
        let address = listener.local_addr().map_err(runtime_failure)?;
        let (router, auth) = open(&options, false, stopped.clone()).await?;
        crate::say(&format!("VoxelHeim auth listens on http://{address}/"));
        tokio::join!(
            web::serve(listener, router, CONNECTIONS_MAX, stopped.clone()),
            auth.run(stopped)
        );
        Ok(())
    })
}

/// Makes the tables of accounts, or brings them up to date.
pub fn migrate(arguments: &MigrateArguments) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let database = open_database(&arguments.database).await?;
        Auth::migrate(&database).await.map_err(auth_failure)
    })?;
    crate::say("The tables are up to date.");
    Ok(())
}

/// Gives an account a role, for the first admin.
pub fn appoint(arguments: &AppointArguments) -> Result<(), Failure> {
    let options = AuthOptions::embedded(&arguments.data, String::new());
    let (_keep, stopped) = watch::channel(false);
    runtime()?.block_on(async {
        let (_, auth) = open(&options, true, stopped).await?;
        let appointed = auth.appoint(&arguments.email, arguments.role.role()).await;
        appointed.map_err(auth_failure)
    })?;
    crate::say(&format!("{} is {:?} now.", arguments.email, arguments.role));
    Ok(())
}

fn runtime() -> Result<Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(runtime_failure)
}

fn auth_failure(error: AuthError) -> Failure {
    Failure::Runtime(format!("accounts: {error}"))
}

fn runtime_failure(error: impl std::fmt::Display) -> Failure {
    Failure::Runtime(error.to_string())
}
