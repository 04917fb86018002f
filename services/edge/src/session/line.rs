//! A visitor's wait in the line before a full battle.

use std::{rc::Rc, time::Instant};

use bytes::Bytes;
use protocol::{Encoder, session::Waiting};
use tokio::time::{Instant as TokioInstant, sleep_until};

use crate::{
    edge::Edge,
    limits,
    registry::{Admission, Place, Turn},
    session::Ending,
};

/// A place in the line; dropping it gives it up.
pub struct Wait {
    edge: Rc<Edge>,
    place: Place,
    /// What the visitor heard last.
    told: Option<Waiting>,
    look_at: TokioInstant,
}

/// What is next for one who waits.
pub enum Step {
    In(Admission),
    /// Its place changed: the message that says so.
    Tell(Bytes),
}

impl Wait {
    pub fn new(edge: &Rc<Edge>, place: Place) -> Self {
        Self {
            edge: edge.clone(),
            place,
            told: None,
            look_at: TokioInstant::now(),
        }
    }

    /// Waits until there is something to tell, or its turn has come. Who is let in must be seated
    /// before anything else is waited for.
    ///
    /// # Errors
    /// The ending to tell the visitor, when the server goes away or the visitor was sent away.
    pub async fn next(&mut self) -> Result<Step, Ending> {
        loop {
            sleep_until(self.look_at).await;
            self.look_at = TokioInstant::now() + limits::WAITING_PERIOD;
            if let Some(farewell) = self.edge.shared.farewell() {
                return Err(farewell);
            }
            let turn = self.edge.advance(&self.place, Instant::now());
            let waiting = match turn? {
                Turn::Now(admission) => return Ok(Step::In(admission)),
                Turn::Later { position, count } => Waiting { position, count },
            };
            if self.told != Some(waiting) {
                self.told = Some(waiting);
                let message = Encoder::new().stream(&waiting).to_vec();
                return Ok(Step::Tell(message.into()));
            }
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.edge.shared.registry.quit(&self.place);
    }
}
