//! A pod that drains always empties, as far as pins and walls let it.

use directory::controller::{Action, Outcome};
use spatial::{CellCoord, random::SplitMix64};

use crate::model::{Model, draw_model, owner, root};

#[test]
fn a_drained_pod_empties_whatever_the_load() {
    for seed in 0..150 {
        let mut random = SplitMix64::new(seed);
        let mut model = draw_model(&mut random);
        if model.shards.last().expect("shards").owner.pod == 0 {
            // Somewhere to go.
            model.shards[1].owner = owner(1, 0);
            for id in model.regions_of(owner(0, 1)) {
                model.assign(id, owner(1, 0));
            }
        }
        for shard in &mut model.shards {
            // Room for all, and no more than enough time for a few.
            shard.limits.regions = 2_000;
            shard.limits.bodies = 100_000;
            shard.limits.tick_us = 1_000 + u64::from(random.below(40_000));
        }
        model.draining.insert(0);
        let regions_before = model.regions_of_pod(0);
        for _ in 0..regions_before {
            let plan = model.step().plan.expect("something to do");
            assert!(matches!(plan.action, Action::Drain { .. }), "at once");
        }
        assert_eq!(model.regions_of_pod(0), 0, "seed {seed}");
        model.settle(400);
        assert_eq!(
            model.regions_of_pod(0),
            0,
            "seed {seed}: nothing comes back"
        );
    }
}

#[test]
fn a_region_too_full_for_any_other_shard_goes_in_parts() {
    empty_what_nobody_has_room_for(false);
}

/// An emptying is an order; what the controller would do of its own accord is not.
#[test]
fn in_a_dry_run_a_pod_empties_all_the_same_also_in_parts() {
    empty_what_nobody_has_room_for(true);
    let mut model = Model::new(4);
    model.is_dry_run = true;
    model.crowd(root(0).first_cell(), 4_000);
    model.crowd(root(1).first_cell(), 4_000);
    let plans = model.settle_for(20);
    assert!(!plans.is_empty(), "one shard has too much");
    assert_eq!(model.regions_of(owner(0, 0)).len(), 4, "it is only said");
    model.draining.insert(0);
    model.settle_for(20);
    assert_eq!(model.regions_of_pod(0), 0);
}

fn empty_what_nobody_has_room_for(is_dry_run: bool) {
    let mut model = Model::new(4);
    model.is_dry_run = is_dry_run;
    let full = root(0);
    for (number, x) in [0, 20, 40, 60].into_iter().enumerate() {
        model.crowd(CellCoord::new(x, 5, 9), 2_400);
        // The others have room for 3,000 each.
        if number > 0 {
            model.assign(root(number as i32), model.shards[number].owner);
            model.crowd(root(number as i32).first_cell(), 7_000);
        }
    }
    model.shards[1].owner = owner(2, 0);
    for id in model.regions_of(owner(0, 1)) {
        model.assign(id, owner(2, 0));
    }
    model.draining.insert(0);
    let plans = model.settle(60);
    assert_eq!(plans[0].action, Action::Split { region: full });
    // One of four crowds of 2,400 finds no room for 3 × 3,000.
    assert_eq!(model.regions_of(owner(0, 0)).len(), 1);
    let step = model.step();
    assert!(
        step.blocked[0].contains("no other shard has room"),
        "{step:?}"
    );

    model.shards[2].limits.bodies = 20_000;
    model.settle(3);
    assert_eq!(model.regions_of_pod(0), 0);
}

#[test]
fn what_is_pinned_leaves_with_the_rest() {
    let mut model = Model::new(4);
    model.pinned.insert(root(2));
    model.draining.insert(0);
    let plans = model.settle(4);
    assert_eq!(plans.len(), 4);
    assert_eq!(model.regions_of_pod(0), 0);
}

#[test]
fn nobody_to_take_over_is_no_plan() {
    let mut model = Model::new(4);
    model.draining.extend([0, 1]);
    let step = model.step();
    assert_eq!(step.plan, None);
    assert_eq!(step.blocked.len(), 1, "only who owns something");
    let seen = model.partition.epoch();
    model.partition.split(root(0), seen).expect("a leaf");
    assert_eq!(model.settle(0), [], "nor is anything merged there");
    let seen = model.partition.epoch();
    model.partition.merge(root(0), seen).expect("of one owner");
    model.draining.remove(&1);
    for shard in &mut model.shards {
        shard.limits.regions = 1;
    }
    model.settle(2);
    assert_eq!(model.regions_of(owner(0, 0)).len(), 2, "no room for these");
}

#[test]
fn after_a_failure_others_go_first_and_it_is_tried_again() {
    let mut model = Model::new(4);
    model.draining.insert(0);
    let loads = model.loads();
    let failed = model.ask(&loads).plan.expect("a drain").action;
    model
        .controller
        .note(model.now_ms, &failed, Outcome::Failed);
    for _ in 0..3 {
        let action = model.step().plan.expect("a drain").action;
        assert_ne!(action.region(), failed.region());
    }
    assert_eq!(model.step().plan, None, "it rests");
    model.settle(1);
    assert_eq!(model.regions_of_pod(0), 0);
}
