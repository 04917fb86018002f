//! Services without a world: one that is a process of its own, and what is done before any runs.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use assets::Assets;
use auth::{Auth, Guard, RemoteKeys};
use tokio::sync::watch;
use web::{Clock, Settings, Shell};

use crate::{
    Failure,
    cli::{AppointArguments, AssetsArguments, AuthArguments, ChatArguments, MigrateArguments},
    services::{
        accounts, chat,
        part::assemble,
        runtime, runtime_failure,
        stores::{StoreUrls, open_broker, open_cache, open_database},
    },
    signals,
};

/// Connections of a service that runs alone; a proxy in front of it keeps as many open.
const CONNECTIONS_MAX: usize = 1_024;

/// Serves accounts alone, until a signal says stop.
pub fn run_auth(arguments: &AuthArguments) -> Result<(), Failure> {
    let listener = bind(arguments.listen)?;
    runtime()?.block_on(async {
        let stopped = signals::watch().map_err(runtime_failure)?;
        let database = open_database(&arguments.database, "accounts").await?;
        let cache = open_cache(&arguments.cache).await?;
        let clock = Clock::system();
        let shell = Shell::new(Settings::default(), clock.clone());
        let options = arguments.into();
        let auth = accounts::open(&options, (&database, &cache), &shell, &clock).await?;
        let parts = vec![accounts::part(&auth, stopped.clone())];
        serve(
            "auth",
            listener,
            assemble(shell, parts, stopped.clone()),
            stopped,
        )
        .await
    })
}

/// Serves chat's history and moderation alone, until a signal says stop.
pub fn run_chat(arguments: &ChatArguments) -> Result<(), Failure> {
    let listener = bind(arguments.listen)?;
    let stores = &arguments.stores;
    runtime()?.block_on(async {
        let stopped = signals::watch().map_err(runtime_failure)?;
        let game = open_database(&stores.game, "the game").await?;
        let cache = open_cache(&stores.cache).await?;
        let broker = open_broker(&stores.broker)?;
        let keys = RemoteKeys::new(&stores.keys).map_err(Failure::Usage)?;
        let clock = Clock::system();
        let shell = Shell::new(Settings::default(), clock.clone()).check(keys.check());
        let guard = Guard::new(keys.clone(), &cache, clock.clone());
        let opened = chat::open((&game, &cache), Arc::new(guard), &shell, &clock);
        let parts = vec![chat::part(&opened.await?, &broker, stopped.clone())];
        let served = assemble(shell, parts, stopped.clone());
        tokio::select! {
            served = serve("chat", listener, served, stopped) => served,
            () = keys.run() => unreachable!("it fetches for ever"),
        }
    })
}

/// Serves the page alone, until a signal says stop.
pub fn run_assets(arguments: &AssetsArguments) -> Result<(), Failure> {
    let assets = match &arguments.client_dir {
        None => Assets::embedded(protocol::VERSION),
        Some(directory) => Assets::from_directory(directory, protocol::VERSION)
            .map_err(|error| Failure::Usage(format!("{}: {error}", directory.display())))?,
    };
    let listener = bind(arguments.listen)?;
    runtime()?.block_on(async {
        let stopped = signals::watch().map_err(runtime_failure)?;
        let shell = Shell::new(Settings::default(), Clock::system());
        let (operations, run) = assemble(shell, Vec::new(), stopped.clone());
        let router = operations.fallback_service(assets.router());
        serve("assets", listener, (router, run), stopped).await
    })
}

/// Makes the tables of accounts, or brings them up to date.
pub fn migrate(arguments: &MigrateArguments) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let database = open_database(&arguments.database, "accounts").await?;
        Auth::migrate(&database).await.map_err(accounts::failure)
    })?;
    crate::say("The tables are up to date.");
    Ok(())
}

/// Gives an account in a data folder a role, for the first admin.
pub fn appoint(arguments: &AppointArguments) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let stores = StoreUrls::embedded(&arguments.data).open().await?;
        let migrated = Auth::migrate(&stores.accounts).await;
        migrated.map_err(accounts::failure)?;
        let clock = Clock::system();
        let shell = Shell::new(Settings::default(), clock.clone());
        let options = accounts::Options::embedded(&arguments.data, String::new());
        let opened = accounts::open(&options, (&stores.accounts, &stores.cache), &shell, &clock);
        let auth = opened.await?;
        let appointed = auth.appoint(&arguments.email, arguments.role.role()).await;
        appointed.map_err(accounts::failure)
    })?;
    crate::say(&format!("{} is {:?} now.", arguments.email, arguments.role));
    Ok(())
}

fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    let refused = |error| {
        let text = format!("cannot listen on {listen} ({error}): choose another with --listen");
        Failure::Usage(text)
    };
    let listener = TcpListener::bind(listen).map_err(refused)?;
    listener.set_nonblocking(true).map_err(runtime_failure)?;
    Ok(listener)
}

/// Answers until the stop signal, under the name that it says it has.
async fn serve(
    name: &str,
    listener: TcpListener,
    (router, run): (axum::Router, impl Future<Output = ()>),
    stopped: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::from_std(listener).map_err(runtime_failure)?;
    let address = listener.local_addr().map_err(runtime_failure)?;
    crate::say(&format!("VoxelHeim {name} listens on http://{address}/"));
    tokio::join!(web::serve(listener, router, CONNECTIONS_MAX, stopped), run);
    Ok(())
}
