//! The chat service, and how edges of this process and of others hear each other.

use std::{
    sync::{Arc, mpsc::RecvTimeoutError},
    thread,
    time::Duration,
};

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

/// How long a process that stops waits for what was said to be with the broker: many times what one takes that is
/// there.
const REST_TIME_MAX: Duration = Duration::from_secs(2);

/// The services' end of what edges say and hear.
pub struct Line {
    said: mpsc::Receiver<Notice>,
    edges: oneshot::Receiver<ChatInlet>,
    ended: oneshot::Receiver<()>,
    carried: std::sync::mpsc::Sender<()>,
}

/// The edges' end: first where their words go, and when they run, where they listen.
pub struct EdgeLine {
    outlet: mpsc::Sender<Notice>,
    edges: oneshot::Sender<ChatInlet>,
}

/// What edges said last and is not with the broker yet.
pub struct Rest {
    ended: oneshot::Sender<()>,
    /// Says nothing, and ends with the line.
    carried: std::sync::mpsc::Receiver<()>,
}

pub fn line() -> (Line, EdgeLine, Rest) {
    let (outlet, said) = mpsc::channel(OUTLET_MAX);
    let (sender, edges) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let (carry, carried) = std::sync::mpsc::channel();
    let ours = Line {
        said,
        edges,
        ended,
        carried: carry,
    };
    let theirs = EdgeLine {
        outlet,
        edges: sender,
    };
    let rest = Rest {
        ended: end,
        carried,
    };
    (ours, theirs, rest)
}

impl Rest {
    /// Has it carried away, once the edges have ended.
    pub fn carry(self) {
        // Services that are gone carry nothing.
        let _ = self.ended.send(());
        if self.carried.recv_timeout(REST_TIME_MAX) == Err(RecvTimeoutError::Timeout) {
            tracing::error!("what was said last is lost: the broker did not take it in time");
        }
    }
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
    /// Carries words from when the edges run until they have ended and all is carried, or the process stops.
    pub async fn carry(self, broker: Broker, mut stopped: watch::Receiver<bool>) {
        let Ok(edges) = self.edges.await else { return };
        let exchange = Exchange::new(broker, Clock::system());
        let ended = async move {
            // Whoever cannot say it any more has ended, too.
            let _ = self.ended.await;
        };
        tokio::select! {
            () = exchange.run(self.said, &edges, ended) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
        drop(self.carried);
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
