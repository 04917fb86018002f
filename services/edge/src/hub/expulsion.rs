//! Sends players away at the word of a service: their connections end, at whatever edge of the process, and
//! their bodies leave the world. Who is sent away needs a new ticket to come back.

use std::{sync::Arc, time::Instant};

use engine::{Command, SessionId};
use protocol::session::CloseReason;
use tokio::sync::mpsc;

use crate::{
    edge::Shared,
    hub::{Hub, player},
    limits,
    registry::SENT_AWAY,
    session::Ending,
};

/// Reaches all edges of a process. Cheap to clone.
#[derive(Clone)]
pub struct Expeller {
    edges: Vec<mpsc::Sender<SessionId>>,
    shared: Arc<Shared>,
}

impl Expeller {
    /// The ends of so many edges, and what reaches all of them.
    pub(crate) fn connect(
        edges_count: usize,
        shared: &Arc<Shared>,
    ) -> (Vec<mpsc::Receiver<SessionId>>, Self) {
        let queues = (0..edges_count).map(|_| mpsc::channel(limits::EXPULSIONS_MAX));
        let (edges, inboxes) = queues.unzip();
        let shared = shared.clone();
        (inboxes, Self { edges, shared })
    }

    /// Sends a session away, if it is here. Never waits: false if an edge has too many to send away already,
    /// and must be told again.
    #[must_use]
    pub fn expel(&self, session: u64) -> bool {
        let session = SessionId(session);
        self.shared.registry.bar(session, Instant::now());
        let tell = |edge: &mpsc::Sender<_>| edge.try_send(session).is_ok();
        self.edges.iter().all(tell)
    }
}

impl Hub {
    /// Ends whom services want gone; with every frame.
    pub fn heed_expulsions(&mut self) {
        while let Ok(session) = self.expulsions.try_recv() {
            let ending = Ending::closed(CloseReason::BadTicket, SENT_AWAY);
            self.end_session(session, &ending);
            // Every edge says so, for none knows whether the player is at another process.
            if player(&self.frame, session).is_some() {
                self.send_surely(Command::Leave { session });
            }
        }
    }
}
