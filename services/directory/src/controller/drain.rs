//! Emptying pods that are to leave: their regions go wherever there is room, the fullest first. It
//! waits for nothing but failures, as the pod's exit does; the shares of the others do not hold it up
//! either, only their walls do, nor do pins: they hold against what the controller likes better, and a pod
//! that ends with a region in it stops the world.

use std::cmp::Reverse;

use spatial::region::RegionId;

use super::{
    Action, Plan,
    history::History,
    search::{best_transfer, reachable_parts},
    view::{Shard, View},
    words,
};

pub fn plan(
    view: &View,
    history: &History,
    now_ms: u64,
    blocked: &mut Vec<String>,
) -> Option<Plan> {
    let drained = view.shards.iter().filter(|shard| shard.is_draining);
    for shard in drained.filter(|shard| !shard.regions.is_empty()) {
        let movable = movable_regions(view, history, now_ms, shard);
        let plan = transfer(view, shard, &movable).or_else(|| split(view, shard, &movable));
        if plan.is_some() {
            return plan;
        }
        blocked.push(obstacle(shard, movable.len()));
    }
    None
}

/// The fullest first: what is hardest to place goes while there is most room.
fn movable_regions(view: &View, history: &History, now_ms: u64, shard: &Shard) -> Vec<RegionId> {
    let may_drain = |id: &RegionId| history.may_drain(view.policy, *id, now_ms);
    let regions = shard.regions.iter().copied();
    let mut movable: Vec<_> = regions.filter(may_drain).collect();
    movable.sort_by_key(|id| {
        let load = view.load(*id);
        (Reverse(load.bodies), Reverse(load.tick_us), *id)
    });
    movable
}

fn transfer(view: &View, from: &Shard, movable: &[RegionId]) -> Option<Plan> {
    let mut transfers = movable
        .iter()
        .filter_map(|id| best_transfer(view.policy, from, *id, view.load(*id), view.shards.iter()));
    let best = transfers.next()?;
    let (region, to) = (best.region, best.to);
    let reasons = vec![
        format!(
            "pod {} drains; {} carries {}",
            from.owner.pod,
            words::region(region),
            words::load(view.load(region))
        ),
        format!(
            "{} would be at {}, the least of those with room",
            words::shard(to),
            words::share(best.permille_to)
        ),
    ];
    let from = from.owner;
    Some(Plan {
        action: Action::Drain { region, from, to },
        reasons,
        gain_permille: 0,
    })
}

/// Nobody has room for a whole region, but somebody for a part of one.
fn split(view: &View, from: &Shard, movable: &[RegionId]) -> Option<Plan> {
    let has_room_somewhere = |region: RegionId| {
        reachable_parts(view, from, region).find(|(part, load)| {
            best_transfer(view.policy, from, *part, *load, view.shards.iter()).is_some()
        })
    };
    let (region, (part, load)) = movable
        .iter()
        .find_map(|id| Some((*id, has_room_somewhere(*id)?)))?;
    let reasons = vec![
        format!(
            "pod {} drains, and no shard has room for {} with {}",
            from.owner.pod,
            words::region(region),
            words::load(view.load(region))
        ),
        format!(
            "there is room for its part {} with {}",
            words::region(part),
            words::load(load)
        ),
    ];
    Some(Plan {
        action: Action::Split { region },
        reasons,
        gain_permille: 0,
    })
}

fn obstacle(shard: &Shard, movable_count: usize) -> String {
    let resting_count = shard.regions.len() - movable_count;
    format!(
        "{} cannot be emptied now: {resting_count} of its regions just failed to move, and no other shard has \
         room for any of {movable_count}",
        words::shard(shard.owner)
    )
}
