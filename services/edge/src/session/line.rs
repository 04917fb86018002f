//! A visitor's wait in the line before a full battle.

use std::{rc::Rc, time::Instant};

use bytes::Bytes;
use protocol::{Encoder, session::Waiting};
use tokio::time::{Instant as TokioInstant, sleep_until};

use crate::{
    clock::now_ms,
    edge::Edge,
    limits,
    registry::{Admission, Place, Turn},
    session::Ending,
};

/// A place in the line; dropping it gives it up.
pub struct Wait {
    edge: Rc<Edge>,
    place: Place,
    /// The position and count that the visitor heard of last.
    told: Option<(u32, u32)>,
    look_at: TokioInstant,
    /// When the visitor needs another line ticket, at the latest.
    renew_at: TokioInstant,
}

/// What is next for one who waits.
pub enum Step {
    In(Admission),
    /// Its place changed, or its line ticket gets old: the message that says so.
    Tell(Bytes),
}

impl Wait {
    pub fn new(edge: &Rc<Edge>, place: Place) -> Self {
        let now = TokioInstant::now();
        Self {
            edge: edge.clone(),
            place,
            told: None,
            look_at: now,
            renew_at: now,
        }
    }

    /// Waits until there is something to tell, or its turn has come. Who is let in must be seated
    /// before anything else is waited for.
    ///
    /// # Errors
    /// The ending to tell the visitor, when the server goes away, the visitor was sent away or waits by another
    /// connection.
    pub async fn next(&mut self) -> Result<Step, Ending> {
        loop {
            sleep_until(self.look_at).await;
            let now = TokioInstant::now();
            self.look_at = now + limits::WAITING_PERIOD;
            if let Some(farewell) = self.edge.shared.farewell() {
                return Err(farewell);
            }
            let turn = self.edge.advance(&mut self.place, Instant::now());
            let (position, count) = match turn? {
                Turn::Now(admission) => return Ok(Step::In(admission)),
                Turn::Later { position, count } => (position, count),
                Turn::Replaced => return Err(Ending::replaced()),
            };
            if self.told != Some((position, count)) || now >= self.renew_at {
                self.told = Some((position, count));
                self.renew_at = now + limits::LINE_TICKET_PERIOD;
                return Ok(Step::Tell(self.waiting(position, count)));
            }
        }
    }

    fn waiting(&self, position: u32, count: u32) -> Bytes {
        let registry = &self.edge.shared.registry;
        let waiting = Waiting {
            position,
            count,
            line_ticket: registry.line_ticket(&self.place, now_ms()),
        };
        Bytes::copy_from_slice(Encoder::new().stream(&waiting))
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.edge.shared.registry.quit(&self.place);
    }
}
