//! The thin services: within the one process on a thread of their own, never on that of a tick or of an
//! edge; or alone, as `voxelheim auth`.

mod accounts;
mod alone;
mod belongings;
pub mod chat;
mod part;
mod stores;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
};

use auth::Auth;
use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use edge::services::{Answering, Api, Tickets};
use tokio::{
    runtime::{Handle, Runtime},
    sync::watch,
};
use web::{Clock, Problem, Settings, Shell};

use crate::{
    Failure,
    cli::Accounts,
    services::{part::assemble, stores::StoreUrls},
};

pub use alone::{appoint, migrate, run_assets, run_auth, run_chat};
pub use stores::open_broker;

/// The name of the one process's edges in tickets.
const AUDIENCE: &str = "battle";

/// Services that run beside the world in this process.
pub struct Running {
    chat: chat::EdgeLine,
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
}

impl Running {
    /// When the edges run: lets them hear what is said elsewhere.
    pub fn connect(self, edges: &edge::EdgesHandle) -> Connected {
        self.chat.connect(edges.chat().clone());
        Connected {
            stop: self.stop,
            thread: self.thread,
        }
    }
}

/// The same, with edges.
pub struct Connected {
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
}

impl Connected {
    /// Lets requests under way end.
    pub fn stop(self) {
        let _ = self.stop.send(true);
        if self.thread.join().is_err() {
            tracing::error!("the services' thread had panicked");
        }
    }
}

/// Where the services of the one process are.
struct Home {
    data: PathBuf,
    page_url: String,
}

/// What others than the services' thread have of them.
struct Opened {
    runtime: Handle,
    router: Router,
    auth: Auth,
}

/// Starts the services of a process that is alone, which keeps all in its data folder.
pub fn start(
    data: &std::path::Path,
    listen: SocketAddr,
    accounts: Accounts,
) -> Result<(edge::services::Services, Running), Failure> {
    let home = Home {
        data: data.to_owned(),
        page_url: format!("http://{listen}/"),
    };
    let (line, edge_line) = chat::line();
    let (stop, stopped) = watch::channel(false);
    let (ready, opened) = mpsc::channel();
    let thread = thread::Builder::new().name("services".to_owned());
    let thread = thread.spawn(move || live(&home, line, &ready, stopped));
    let thread = thread.map_err(runtime_failure)?;
    let opened = opened.recv().unwrap_or_else(|_| {
        let text = "the services' thread died; see the log";
        Err(Failure::Runtime(text.to_owned()))
    })?;
    let desk = accounts::Desk::new(opened.auth, Clock::system(), AUDIENCE);
    let services = edge::services::Services {
        api: Some(api(opened.runtime, opened.router)),
        tickets: Some(Tickets {
            desk: Arc::new(desk),
            audience: AUDIENCE.to_owned(),
            are_required: accounts == Accounts::Required,
        }),
        chat: edge_line.service(),
    };
    let running = Running {
        chat: edge_line,
        stop,
        thread,
    };
    Ok((services, running))
}

/// The services' thread.
fn live(
    home: &Home,
    line: chat::Line,
    ready: &mpsc::Sender<Result<Opened, Failure>>,
    mut stopped: watch::Receiver<bool>,
) {
    let begin = || {
        let runtime = runtime()?;
        let (opened, run) = runtime.block_on(open(home, line, runtime.handle(), &stopped))?;
        Ok((runtime, opened, run))
    };
    let (runtime, opened, run) = match begin() {
        Ok(begun) => begun,
        Err(failure) => {
            let _ = ready.send(Err(failure));
            return;
        }
    };
    if ready.send(Ok(opened)).is_ok() {
        runtime.block_on(run);
        let _ = runtime.block_on(stopped.wait_for(|stopped| *stopped));
    }
    runtime.shutdown_timeout(web::limits::STOP_TIME_MAX);
}

/// All services, with tables that are up to date, and the future that keeps them going.
async fn open(
    home: &Home,
    line: chat::Line,
    runtime: &Handle,
    stopped: &watch::Receiver<bool>,
) -> Result<(Opened, impl Future + use<>), Failure> {
    let clock = Clock::system();
    let stores = StoreUrls::embedded(&home.data).open().await?;
    let shell = Shell::new(Settings::default(), clock.clone());
    let migrated = Auth::migrate(&stores.accounts).await;
    migrated.map_err(accounts::failure)?;
    let options = accounts::Options::embedded(&home.data, home.page_url.clone());
    let opened = accounts::open(&options, (&stores.accounts, &stores.cache), &shell, &clock);
    let auth = opened.await?;
    let inventory = belongings::open(&stores, auth.clone(), &shell, &clock).await?;
    let chat = chat::open_embedded(&stores, auth.clone(), &shell, &clock).await?;
    let parts = vec![
        accounts::part(&auth, stopped.clone()),
        belongings::part(&inventory, &stores, stopped.clone()),
        chat::part(&chat, &stores.broker, stopped.clone()),
    ];
    let (router, run) = assemble(shell, parts, stopped.clone());
    let carry = line.carry(stores.broker.clone(), stopped.clone());
    let run = async { tokio::join!(run, carry) };
    let opened = Opened {
        runtime: runtime.clone(),
        router,
        auth,
    };
    Ok((opened, run))
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

fn runtime() -> Result<Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(runtime_failure)
}

fn runtime_failure(error: impl std::fmt::Display) -> Failure {
    Failure::Runtime(error.to_string())
}
