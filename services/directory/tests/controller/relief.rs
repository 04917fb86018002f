//! Who is too busy is relieved where that helps, and left alone where it does not.

use directory::controller::{Action, Outcome, Plan};
use spatial::{CellCoord, limits::REGION_LEVEL_MIN, random::SplitMix64, region::RegionId};

use crate::model::{Model, STEP_MS, draw_cell, owner, root};

fn splits(plans: &[Plan]) -> Vec<RegionId> {
    let actions = plans.iter().map(|plan| plan.action);
    let splits = actions.filter(|action| matches!(action, Action::Split { .. }));
    splits.map(|action| action.region()).collect()
}

fn moves(plans: &[Plan]) -> usize {
    let actions = plans.iter().map(|plan| plan.action);
    actions
        .filter(|action| matches!(action, Action::Move { .. }))
        .count()
}

#[test]
fn a_busy_shard_gives_a_region_away() {
    let mut model = Model::new(2);
    model.crowd(root(0).first_cell(), 5_000);
    model.crowd(root(1).first_cell(), 4_000);
    assert_eq!(model.permille(owner(0, 0)), 900);
    let plans = model.settle(1);
    let expected = Action::Move {
        region: root(1),
        from: owner(0, 0),
        to: owner(0, 1),
    };
    assert_eq!(plans[0].action, expected, "the one with fewer bodies");
    assert_eq!(plans[0].gain_permille, 400);
    let reasons = plans[0].reasons.join("\n");
    for fact in ["90.0 %", "75.0 %", "4000 bodies", "50.0 %", "shard 0/1"] {
        assert!(reasons.contains(fact), "{fact} is not in {reasons}");
    }
}

#[test]
fn a_hot_region_alone_on_its_shard_is_split_and_its_parts_move() {
    let mut model = Model::new(2);
    model.assign(root(1), owner(0, 1));
    // Two crowds 32 m from each other, deep in a region of 1,024 m.
    model.crowd(CellCoord::new(32, 8, 32), 4_500);
    model.crowd(CellCoord::new(34, 8, 32), 4_500);
    let plans = model.settle(20);
    assert_eq!(model.permille_max(), 450);
    assert_eq!(moves(&plans), 1);
    let levels: Vec<_> = splits(&plans).iter().map(|id| id.level()).collect();
    assert_eq!(levels, [6, 5, 4, 3, 2], "down to where they part");
}

#[test]
fn a_crowd_in_one_place_is_neither_split_nor_moved() {
    let mut model = Model::new(2);
    model.assign(root(1), owner(0, 1));
    model.crowd(CellCoord::new(33, 8, 32), 9_500);
    model.crowd(CellCoord::new(9, 8, 32), 40);
    assert_eq!(model.settle(0), []);
    let step = model.step();
    assert!(step.blocked[0].contains("95.4 %"), "{:?}", step.blocked);
}

#[test]
fn nothing_moves_among_shards_that_are_all_as_busy() {
    let mut model = Model::new(4);
    let mut random = SplitMix64::new(4);
    for number in 0..4 {
        model.assign(root(number), model.shards[number as usize].owner);
        for _ in 0..20 {
            let cell = draw_cell(&mut random, root(number));
            model.crowd(cell, 425);
        }
    }
    assert!(model.permille_max() > model.policy.high_permille);
    assert_eq!(model.settle(0), []);
}

/// One hot shard among idle ones: every split is followed by the move that it was for, and the shard
/// ends within its limits unless what is left is one place.
#[test]
fn every_split_is_worth_it() {
    let mut split_count = 0;
    for seed in 0..80 {
        let mut random = SplitMix64::new(seed);
        let mut model = Model::new(4);
        for number in 1..4 {
            model.assign(root(number), model.shards[number as usize].owner);
        }
        for _ in 0..1 + random.below(12) {
            let cell = draw_cell(&mut random, root(0));
            model.crowd(cell, 100 + u64::from(random.below(3_000)));
        }
        let places_max = model.spots.values().max().copied().unwrap_or_default();
        let before = model.permille_max();
        let plans = model.settle(200);
        for (index, plan) in plans.iter().enumerate() {
            if let Action::Split { region } = plan.action {
                let is_move_within = |plan: &Plan| match plan.action {
                    Action::Move { region: part, .. } => region.contains(part.first_cell()),
                    _ => false,
                };
                assert!(
                    plans[index..].iter().any(is_move_within),
                    "seed {seed}: {plans:#?}"
                );
                assert!(plan.gain_permille >= model.policy.gain_permille_min);
            }
        }
        split_count += splits(&plans).len();
        let after = model.permille_max();
        assert!(after <= before);
        let is_one_place = places_max * 100 / 1_000 + 50 >= after;
        assert!(
            after <= model.policy.high_permille || is_one_place,
            "seed {seed}: {before} -> {after}, {places_max} bodies in one place"
        );
    }
    assert!(split_count > 50, "{split_count}");
}

#[test]
fn pins_and_walls_stop_relief() {
    let crowded = || {
        let mut model = Model::new(2);
        model.crowd(root(0).first_cell(), 5_000);
        model.crowd(root(1).first_cell(), 4_900);
        model
    };
    let mut model = crowded();
    model.pinned.extend([root(0), root(1)]);
    assert_eq!(model.settle(0), [], "all pinned");

    let mut model = crowded();
    model.shards[1].limits.bodies = 4_899;
    assert_eq!(model.settle(0), [], "no room for so many bodies");
    model.shards[1].limits.bodies = 4_900;
    assert_eq!(model.settle(1).len(), 1);

    let mut model = crowded();
    model.shards[1].limits.regions = 0;
    assert_eq!(model.settle(0), [], "no room for a region");

    let mut model = Model::new(2);
    model.assign(root(1), owner(0, 1));
    model.crowd(CellCoord::new(0, 0, 0), 4_500);
    model.crowd(CellCoord::new(40, 0, 0), 4_500);
    model.shards[0].limits.regions = 7;
    assert_eq!(model.settle(0), [], "no room for the parts");
    model.shards[0].limits.regions = 8;
    assert_eq!(splits(&model.settle(2)).len(), 1);
}

#[test]
fn a_plan_that_failed_or_was_only_said_is_not_said_again_at_once() {
    for outcome in [Outcome::Failed, Outcome::DryRun] {
        let mut model = Model::new(2);
        model.crowd(root(0).first_cell(), 9_000);
        model.crowd(root(1).first_cell(), 900);
        let mut said_at_ms = Vec::new();
        for _ in 0..100 {
            let loads = model.loads();
            if let Some(plan) = model.ask(&loads).plan {
                said_at_ms.push(model.now_ms);
                model.controller.note(model.now_ms, &plan.action, outcome);
            }
            model.now_ms += STEP_MS;
        }
        // Either region may go; then both rest.
        let spans = said_at_ms.windows(3).map(|at| at[2] - at[0]);
        assert!(said_at_ms.len() >= 4);
        assert!(spans.min() >= Some(model.policy.region_rest_ms));
    }
}

#[test]
fn regions_of_pods_that_are_not_well_are_left_alone() {
    let mut model = Model::new(4);
    model.assign(root(3), owner(9, 0));
    for number in 0..4 {
        model.crowd(root(number).first_cell(), 4_000);
    }
    let plans = model.settle(4);
    assert!(!plans.is_empty());
    assert!(plans.iter().all(|plan| plan.action.region() != root(3)));
    let partition = &model.partition;
    assert_eq!(
        partition.region(root(3)).expect("a leaf").owner,
        owner(9, 0)
    );
}

#[test]
fn parts_are_not_split_below_the_smallest() {
    let mut model = Model::new(2);
    model.assign(root(1), owner(0, 1));
    let corner = CellCoord::new(0, 0, 0);
    model.crowd(corner, 9_000);
    for level in (REGION_LEVEL_MIN + 1..=root(0).level()).rev() {
        let id = RegionId::of_cell(corner, level).expect("in range");
        let seen = model.partition.epoch();
        model.partition.split(id, seen).expect("a leaf");
    }
    assert_eq!(splits(&model.settle(10)), []);
}

#[test]
fn a_region_rests_after_a_move() {
    let mut model = Model::new(3);
    model.assign(root(2), owner(0, 1));
    model.crowd(root(0).first_cell(), 4_000);
    model.crowd(root(1).first_cell(), 3_900);
    let plans = model.settle_for(10);
    assert_eq!(plans[0].action.region(), root(1));
    // Now the other shard is too busy, and to move the same back would be best by a little.
    model.crowd(root(2).first_cell(), 4_200);
    model.spots.remove(&root(0).codes().start);
    let plans = model.settle_for(10);
    assert_eq!(plans[0].action.region(), root(2));
    assert_eq!(plans.len(), 1);
}
