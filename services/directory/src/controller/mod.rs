//! The placement controller's brain: looks at who carries what, and says at most one thing to do.
//!
//! Pure: no clock, no I/O, integers only; the same observations in the same order give the same
//! plans. Measuring, and carrying a plan out, are its caller's.
//!
//! Three rules keep it from flapping. It acts only on shards above [`Policy::high_permille`], so
//! load that swings below that moves nothing. A move must take [`Policy::gain_permille_min`] off the
//! busier of both shards, so steady load is at rest after finitely many moves: each lowers the list
//! of the shards' shares, sorted from the busiest down. And regions are merged only when they have
//! so little load that a split could not gain that much again.

mod drain;
mod history;
mod load;
mod merge;
mod observation;
mod plan;
mod policy;
mod relief;
mod search;
mod view;
mod words;

pub use history::Outcome;
pub use load::{Load, ShardLimits};
pub use observation::{Observation, RegionLoad, ShardLoad, Spot};
pub use plan::{Action, Plan};
pub use policy::Policy;

use history::History;
use view::View;

/// What a step came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Step {
    pub plan: Option<Plan>,
    /// What the controller would do and may not, in words: "pod 3 cannot be emptied: ...".
    pub blocked: Vec<String>,
}

/// The brain, and what it remembers.
#[derive(Clone, Debug, Default)]
pub struct Controller {
    policy: Policy,
    history: History,
}

impl Controller {
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            history: History::default(),
        }
    }

    /// Other numbers from now on; what was remembered stays.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Says what to do now, by any clock that does not go back. To be called about once a second, and
    /// not while a plan is carried out; how it ended must be told by [`Self::note`] before the next
    /// step.
    pub fn step(&mut self, now_ms: u64, observation: &Observation) -> Step {
        let view = View::new(observation, &self.policy);
        self.history.observe(now_ms, &view);
        let mut step = Step::default();
        step.plan = drain::plan(&view, &self.history, now_ms, &mut step.blocked)
            .or_else(|| relief::plan(&view, &self.history, now_ms, &mut step.blocked))
            .or_else(|| merge::plan(&view, &self.history, now_ms));
        step
    }

    /// Remembers how a plan ended. A new leader tells what it reads of its forerunner's plans.
    pub fn note(&mut self, at_ms: u64, action: &Action, outcome: Outcome) {
        self.history.note(at_ms, action, outcome, &self.policy);
    }
}
