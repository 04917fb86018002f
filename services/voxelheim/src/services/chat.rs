//! The chat service, and how edges of this process and of others hear each other.

use std::{sync::Arc, thread};

use ::chat::Notice;
use ::player::{self as player, PlayerError};
use backends::{broker::Broker, cache::Cache, sql::Database};
use chat_service::{Characters, ChatService, Exchange, limits::OUTLET_MAX, store::Store};
use edge::ChatInlet;
use tokens::Access;
use tokio::sync::{mpsc, oneshot, watch};
use web::{Asked, Clock, Gate, Shell};

use crate::{
    Failure,
    services::{part::Part, runtime, runtime_failure},
};

/// Makes its tables.
pub async fn migrate(game: &Database) -> Result<(), Failure> {
    let migrated = Store::migrate(game).await;
    migrated.map_err(runtime_failure)
}

/// On tables that are up to date; `players` knows whose characters are.
pub fn open(
    (game, cache): (&Database, &Cache),
    (gate, players): (Arc<dyn Gate<Access>>, &player::store::Store),
    shell: &Shell,
    clock: &Clock,
) -> ChatService {
    let characters = Arc::new(OfPlayers(players.clone()));
    ChatService::open(
        (game, cache),
        (gate, characters),
        shell.metrics(),
        clock.clone(),
    )
}

pub fn part(chat: &ChatService, broker: &Broker, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (chat.clone(), broker.clone());
    Part {
        prefix: "/chat",
        router: chat.router(),
        checks: vec![chat.check()],
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}

/// The player service's characters.
struct OfPlayers(player::store::Store);

impl Characters for OfPlayers {
    fn owns(&self, account: i64, character: u64) -> Asked<'_, bool> {
        Box::pin(async move {
            let owns = self.0.owns(account, character.cast_signed()).await;
            owns.map_err(|error| PlayerError::from(error).into())
        })
    }
}

/// The services' end of what edges say and hear.
pub struct Line {
    said: mpsc::Receiver<Notice>,
    edges: oneshot::Receiver<ChatInlet>,
}

/// The edges' end: first where their words go, and when they run, where they listen.
pub struct EdgeLine {
    outlet: mpsc::Sender<Notice>,
    edges: oneshot::Sender<ChatInlet>,
}

pub fn line() -> (Line, EdgeLine) {
    let (outlet, said) = mpsc::channel(OUTLET_MAX);
    let (sender, edges) = oneshot::channel();
    let ours = Line { said, edges };
    let theirs = EdgeLine {
        outlet,
        edges: sender,
    };
    (ours, theirs)
}

impl EdgeLine {
    pub fn service(&self) -> edge::ChatService {
        edge::ChatService {
            outlet: Some(self.outlet.clone()),
            word_list: None,
        }
    }

    /// When the edges run.
    pub fn connect(self, edges: ChatInlet) {
        // Services that are gone do without.
        let _ = self.edges.send(edges);
    }
}

impl Line {
    /// Carries words from when the edges run until they or the process stop.
    pub async fn carry(self, broker: Broker, mut stopped: watch::Receiver<bool>) {
        let Ok(edges) = self.edges.await else { return };
        let exchange = Exchange::new(broker, Clock::system());
        tokio::select! {
            () = exchange.run(self.said, &edges) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }

    /// The same on a thread of its own, for a process of edges alone. Ends with the process.
    pub fn carry_apart(self, broker: Broker) -> Result<(), Failure> {
        let runtime = runtime()?;
        let carry = move || {
            let (_stop, stopped) = watch::channel(false);
            runtime.block_on(self.carry(broker, stopped));
        };
        let thread = thread::Builder::new().name("chat".to_owned());
        thread.spawn(carry).map_err(runtime_failure)?;
        Ok(())
    }
}
