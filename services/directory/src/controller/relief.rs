//! Relief of a shard that is too busy: a region moves away, or the one whose parts could is split.

use spatial::region::RegionId;

use crate::limits::FORECAST_PERMILLE;

use super::{
    Action, Plan,
    history::History,
    search::{Transfer, best_transfer, reachable_parts},
    view::{Shard, View},
    words,
};

pub fn plan(
    view: &View,
    history: &History,
    now_ms: u64,
    blocked: &mut Vec<String>,
) -> Option<Plan> {
    let relief = Relief {
        view,
        history,
        now_ms,
    };
    for shard in relief.busy_shards() {
        let plan = relief.best_move(shard).or_else(|| relief.best_split(shard));
        if plan.is_some() {
            return plan;
        }
        blocked.push(format!(
            "{}; no move and no split would take {} off it",
            words::shard_load(shard),
            words::share(view.policy.gain_permille_min)
        ));
    }
    None
}

struct Relief<'a> {
    view: &'a View<'a>,
    history: &'a History,
    now_ms: u64,
}

impl Relief<'_> {
    /// The busiest first. Those of a pod that drains are relieved by that.
    fn busy_shards(&self) -> Vec<&Shard> {
        let sustained_ms = self.view.policy.sustained_ms;
        let is_busy = |shard: &&Shard| {
            let busy_ms = self.history.busy_ms(shard.owner, self.now_ms);
            !shard.is_draining
                && busy_ms.is_some_and(|busy_ms| busy_ms >= sustained_ms)
                && self.is_settled(shard)
        };
        let mut busy: Vec<_> = self.view.shards.iter().filter(is_busy).collect();
        busy.sort_by_key(|shard| std::cmp::Reverse(shard.permille()));
        busy
    }

    fn best_move(&self, from: &Shard) -> Option<Plan> {
        let policy = self.view.policy;
        let may_move = |id: &RegionId| {
            !self.view.is_pinned(*id) && self.history.may_move(policy, *id, self.now_ms)
        };
        let regions = from.regions.iter().copied().filter(may_move);
        let transfers = regions.filter_map(|id| {
            best_transfer(policy, from, id, self.view.load(id), self.settled_shards())
        });
        let best = transfers.min()?;
        let gain_permille = gain(from, &best, policy.gain_permille_min)?;
        let action = Action::Move {
            region: best.region,
            from: from.owner,
            to: best.to,
        };
        let mut reasons = self.reasons(from);
        reasons.push(format!(
            "{} carries {}",
            words::region(best.region),
            words::load(self.view.load(best.region))
        ));
        reasons.push(outlook(from, &best));
        Some(Plan {
            action,
            reasons,
            gain_permille,
        })
    }

    /// The region with the part whose move, after one or more splits, helps most.
    fn best_split(&self, from: &Shard) -> Option<Plan> {
        let policy = self.view.policy;
        let may_split = |id: &RegionId| {
            !self.view.is_pinned(*id) && self.history.may_split(policy, *id, self.now_ms)
        };
        let regions = from.regions.iter().copied().filter(may_split);
        let forecasts = regions.flat_map(|region| {
            reachable_parts(self.view, from, region).filter_map(move |(part, load)| {
                let transfer = best_transfer(policy, from, part, load, self.settled_shards())?;
                Some((transfer, region))
            })
        });
        let (best, region) = forecasts.min()?;
        let gain_permille_min = policy.gain_permille_min + FORECAST_PERMILLE;
        let gain_permille = gain(from, &best, gain_permille_min)?;
        let mut reasons = self.reasons(from);
        reasons.push(format!(
            "no region can move as it is; {} carries {}",
            words::region(region),
            words::load(self.view.load(region))
        ));
        reasons.push(format!(
            "its part {} could move",
            words::region(best.region)
        ));
        reasons.push(outlook(from, &best));
        Some(Plan {
            action: Action::Split { region },
            reasons,
            gain_permille,
        })
    }

    fn settled_shards(&self) -> impl Iterator<Item = &Shard> {
        let shards = self.view.shards.iter();
        shards.filter(|shard| self.is_settled(shard))
    }

    fn is_settled(&self, shard: &Shard) -> bool {
        !self
            .history
            .is_settling(self.view, shard.owner, self.now_ms)
    }

    fn reasons(&self, from: &Shard) -> Vec<String> {
        let busy_ms = self.history.busy_ms(from.owner, self.now_ms);
        vec![format!(
            "{}; above {} for {} ms",
            words::shard_load(from),
            words::share(self.view.policy.high_permille),
            busy_ms.unwrap_or_default()
        )]
    }
}

/// What a transfer takes off the busier shard, if that is enough.
fn gain(from: &Shard, transfer: &Transfer, gain_permille_min: u64) -> Option<u64> {
    let gain_permille = from.permille().checked_sub(transfer.permille_after_max)?;
    (gain_permille >= gain_permille_min).then_some(gain_permille)
}

fn outlook(from: &Shard, transfer: &Transfer) -> String {
    format!(
        "then {} would be at {}, {} at {}",
        words::shard(from.owner),
        words::share(transfer.permille_from),
        words::shard(transfer.to),
        words::share(transfer.permille_to)
    )
}
