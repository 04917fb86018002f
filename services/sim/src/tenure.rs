//! A process's right to act: its registration, its lease and the clock it is held by. The keeper is the
//! directory's own ([`directory::keeper`]).

use directory::keeper::LeaseKeeper;
use link::PeerName;

use crate::{
    occurrences::Occurrence,
    registry::Refused,
    stage::Stage,
    time::{Clock, Time},
    word::{LifeId, Speaker},
};

/// How many answers of the directory are lost, in thousandths.
const ANSWERS_LOST: u32 = 20;

/// See the module.
#[derive(Debug)]
pub struct Tenure {
    clock: Clock,
    keeper: Option<LeaseKeeper>,
}

impl Tenure {
    /// Before the first registration.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            keeper: None,
        }
    }

    /// Registers; the incarnation, if that worked.
    pub fn register(&mut self, name: &PeerName, life: LifeId, stage: &mut Stage) -> Option<u64> {
        let now = stage.now();
        let lease = match stage.registry.register(name, life, now) {
            Ok(lease) => lease,
            Err(refused) => {
                note_refused(refused, stage);
                return None;
            }
        };
        if self.clock.is_off() {
            stage.occurrences.note(Occurrence::ClockSkew);
        }
        self.keeper = Some(LeaseKeeper::new(lease, self.clock.read(now)));
        Some(lease.fence.incarnation)
    }

    /// Whether the process may act now. Asked before anything is done; once false, it is over.
    pub fn is_held(&self, now: Time) -> bool {
        let keeper = self.keeper.as_ref();
        keeper.is_none_or(|keeper| keeper.check().is_held(self.clock.read(now)))
    }

    /// Renews the lease if that is due.
    pub fn tend(&mut self, own: &Speaker, stage: &mut Stage) {
        let now = stage.now();
        let read = self.clock.read(now);
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        if read < keeper.renewal_due_at() {
            return;
        }
        let answer = stage.registry.renew(own, now);
        if stage.random.chance(ANSWERS_LOST, 1_000) {
            stage.occurrences.note(Occurrence::AnswerLost);
            return keeper.on_unanswered(read);
        }
        match answer {
            Ok(lease) => keeper.on_renewed(lease, read, read),
            Err(refused) => {
                note_refused(refused, stage);
                match refused {
                    Refused::Lost | Refused::Held => keeper.on_refused(),
                    Refused::Away => keeper.on_unanswered(read),
                }
            }
        }
    }
}

fn note_refused(refused: Refused, stage: &mut Stage) {
    if refused == Refused::Away {
        stage.occurrences.note(Occurrence::DirectoryAway);
    }
}
