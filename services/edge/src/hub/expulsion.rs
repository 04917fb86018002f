//! Sends players away at the word of a service, by their account, which tickets and resume tokens name: so an
//! edge needs no database to know whose connections these are. They end, at whatever edge of the process, and
//! their bodies leave the world. Who is sent away needs a new ticket to come back.
//!
//! A body whose connection is lost already leaves by itself, a little later; nobody comes back to it.

use std::{sync::Arc, time::Instant};

use engine::Command;
use protocol::session::CloseReason;
use tokio::sync::mpsc;

use crate::{
    edge::Shared,
    hub::{Hub, player},
    limits,
    registry::{Return, SENT_AWAY},
    session::Ending,
};

/// Reaches all edges of a process. Cheap to clone.
#[derive(Clone)]
pub struct Expeller {
    edges: Vec<mpsc::Sender<u64>>,
    shared: Arc<Shared>,
}

impl Expeller {
    /// The ends of so many edges, and what reaches all of them.
    pub(crate) fn connect(
        edges_count: usize,
        shared: &Arc<Shared>,
    ) -> (Vec<mpsc::Receiver<u64>>, Self) {
        let queues = (0..edges_count).map(|_| mpsc::channel(limits::EXPULSIONS_MAX));
        let (edges, inboxes) = queues.unzip();
        let shared = shared.clone();
        (inboxes, Self { edges, shared })
    }

    /// Sends all players of an account away, if any is here. Never waits: false if an edge has too many to send
    /// away already, and must be told again.
    #[must_use]
    pub fn expel(&self, account: u64, by: Return) -> bool {
        self.shared.registry.bar(account, by, Instant::now());
        let tell = |edge: &mpsc::Sender<_>| edge.try_send(account).is_ok();
        self.edges.iter().all(tell)
    }
}

impl Hub {
    /// Ends whom services want gone; with every frame.
    pub fn heed_expulsions(&mut self) {
        while let Ok(account) = self.expulsions.try_recv() {
            let ending = Ending::closed(CloseReason::BadTicket, SENT_AWAY);
            let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
            let theirs = clients.filter(|client| client.account == account);
            let sessions: Vec<_> = theirs.map(|client| client.session).collect();
            for session in sessions {
                self.end_session(session, &ending);
                // Whatever connection holds the body now: that of another edge is sent away as well.
                if player(&self.frame, session).is_some() {
                    self.send_surely(Command::Leave { session });
                }
            }
        }
    }
}
