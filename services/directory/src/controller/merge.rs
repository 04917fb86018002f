//! Merging: eight quiet regions of one owner become one again, so that the world does not stay in
//! pieces after a battle has moved on.

use spatial::{
    partition::{Owner, Region},
    region::{CHILD_COUNT, RegionId},
};

use super::{
    Action, Plan,
    history::History,
    load::Load,
    view::{Shard, View},
    words,
};

pub fn plan(view: &View, history: &History, now_ms: u64) -> Option<Plan> {
    let quiet = |(parent, owner): (RegionId, Owner)| {
        let shard = view.shard(owner)?;
        let load = load_of_children(view, parent)?;
        let permille = shard.limits.permille(load);
        let is_quiet = permille <= view.policy.merge_permille_max
            && parent.level() <= view.policy.merge_level_max
            && !shard.is_draining
            && !history.is_settling(view, owner, now_ms)
            && history.may_merge(view.policy, parent, now_ms);
        is_quiet.then_some((permille, parent, load, shard))
    };
    let families = families(view.partition.regions());
    let (permille, region, load, shard) = families
        .filter_map(quiet)
        .min_by_key(|(permille, parent, ..)| (*permille, *parent))?;
    Some(Plan {
        action: Action::Merge { region },
        reasons: reasons(view, region, load, permille, shard),
        gain_permille: 0,
    })
}

/// The parents whose eighths are all regions, of one owner.
fn families(regions: &[Region]) -> impl Iterator<Item = (RegionId, Owner)> {
    // In Morton order, and sharing no cell, the eighths of one parent follow each other.
    regions.windows(CHILD_COUNT).filter_map(|window| {
        let parent = window[0].id.parent()?;
        let owner = window[0].owner;
        let is_family = window
            .iter()
            .all(|region| region.id.parent() == Some(parent) && region.owner == owner);
        is_family.then_some((parent, owner))
    })
}

/// None if one of them is pinned.
fn load_of_children(view: &View, parent: RegionId) -> Option<Load> {
    let mut load = Load::default();
    for child in parent.children()? {
        if view.is_pinned(child) {
            return None;
        }
        load += view.load(child);
    }
    Some(load)
}

fn reasons(view: &View, parent: RegionId, load: Load, permille: u64, shard: &Shard) -> Vec<String> {
    let max = words::share(view.policy.merge_permille_max);
    vec![format!(
        "the eighths of {} carry {} together, {} of {}; below {max} they are one again",
        words::region(parent),
        words::load(load),
        words::share(permille),
        words::shard(shard.owner)
    )]
}
