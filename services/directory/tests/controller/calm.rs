//! No flapping: steady load comes to rest, load that swings within the band moves nothing, and the
//! quiet is merged.

use directory::controller::{Action, Load, Outcome, RegionLoad};
use spatial::random::SplitMix64;

use crate::model::{LIMITS, Model, QUIET_STEPS, STEP_MS, draw_cell, draw_model, owner, root};

#[test]
fn steady_load_comes_to_rest_and_stays_there() {
    let mut moves_count = 0;
    for seed in 0..150 {
        let mut random = SplitMix64::new(seed);
        let mut model = draw_model(&mut random);
        for region in model.partition.regions() {
            if random.chance(1, 10) {
                model.pinned.insert(region.id);
            }
        }
        let plans = model.settle(400);
        moves_count += plans.iter().filter(|plan| plan.gain_permille > 0).count();
        for _ in 0..5 * QUIET_STEPS {
            assert_eq!(model.step().plan, None, "seed {seed}");
        }
    }
    assert!(moves_count > 300, "{moves_count}");
}

/// Shards of different sizes, and costs that do not go with bodies: forecasts are wrong, rest comes
/// all the same.
#[test]
fn steady_load_comes_to_rest_whatever_it_is() {
    for seed in 0..100 {
        let mut random = SplitMix64::new(1_000 + seed);
        let mut model = draw_model(&mut random);
        for shard in &mut model.shards {
            shard.limits.tick_us = 5_000 + u64::from(random.below(80_000));
            shard.limits.egress = 1_000_000 + u64::from(random.below(200_000_000));
            shard.base.tick_us = u64::from(random.below(3_000));
        }
        let mut quiet_steps = 0;
        let mut plan_count = 0;
        while quiet_steps < QUIET_STEPS {
            let loads = uneven_loads(&model, seed);
            let step = model.ask(&loads);
            quiet_steps += 1;
            if let Some(plan) = step.plan {
                model.apply(&plan.action);
                model
                    .controller
                    .note(model.now_ms, &plan.action, Outcome::Done);
                plan_count += 1;
                quiet_steps = 0;
                assert!(plan_count < 400, "seed {seed}: no rest");
            }
            model.now_ms += 1_000;
        }
    }
}

/// Each place costs what its number says.
fn uneven_loads(model: &Model, seed: u64) -> Vec<RegionLoad> {
    let regions = model.partition.regions().iter();
    let loads = regions.map(|region| {
        let mut load = Load::default();
        for (&code, &bodies) in model.spots.range(region.id.codes()) {
            let mut random = SplitMix64::keyed(&[seed, code]);
            load += Load {
                tick_us: bodies * u64::from(random.below(12)),
                egress: bodies * u64::from(random.below(20_000)),
                bodies,
            };
        }
        RegionLoad {
            id: region.id,
            load,
        }
    });
    loads.collect()
}

#[test]
fn load_that_swings_within_the_band_moves_nothing() {
    for seed in 0..100 {
        let mut random = SplitMix64::new(2_000 + seed);
        let mut model = draw_model(&mut random);
        for _ in 0..120 {
            let loads = loads_within(&mut random, &model);
            let plan = model.step_measuring(&loads).plan;
            let action = plan.map(|plan| plan.action);
            assert!(
                matches!(action, None | Some(Action::Merge { .. })),
                "seed {seed}: {action:?}"
            );
        }
    }
}

/// For every shard a load of anything up to what is busy, dealt out among its regions anyhow.
fn loads_within(random: &mut SplitMix64, model: &Model) -> Vec<RegionLoad> {
    let mut loads = Vec::new();
    for shard in &model.shards {
        let regions = model.regions_of(shard.owner);
        let mut left = u64::from(random.below(model.policy.high_permille as u32 + 1));
        for id in regions {
            let share = u64::from(random.below(left as u32 + 1));
            left -= share;
            let load = Load {
                tick_us: LIMITS.tick_us * share / 1_000,
                egress: LIMITS.egress * share / 1_000,
                bodies: LIMITS.bodies * share / 1_000,
            };
            loads.push(RegionLoad { id, load });
        }
    }
    loads
}

#[test]
fn a_spike_moves_nothing_but_what_lasts_does() {
    let mut model = Model::new(2);
    for number in 0..2 {
        model.crowd(root(number).first_cell(), 5_000);
    }
    let busy = model.loads();
    for step in 0..200 {
        // Two seconds in a row, then one in between.
        let is_spike = step % 3 != 2;
        let measured = if is_spike { &busy[..] } else { &[] };
        assert_eq!(model.step_measuring(measured).plan, None, "step {step}");
    }
    let mut plans = (0..4).map(|_| model.step().plan);
    assert!(plans.any(|plan| plan.is_some()));
}

/// What is measured lags behind a change: both shards are left alone until it has caught up.
#[test]
fn shards_settle_between_two_moves() {
    let mut model = Model::new(3);
    for number in 0..3 {
        model.crowd(root(number).first_cell(), 4_000);
    }
    let mut moved_at_ms = Vec::new();
    for _ in 0..30 {
        let now_ms = model.now_ms;
        if model.step().plan.is_some() {
            moved_at_ms.push(now_ms);
        }
    }
    assert_eq!(moved_at_ms.len(), 2);
    assert!(moved_at_ms[1] - moved_at_ms[0] >= model.policy.settling_ms);
}

#[test]
fn quiet_parts_become_one_again_and_busy_ones_do_not() {
    let mut model = Model::new(2);
    let quiet = root(0);
    let seen = model.partition.epoch();
    model.partition.split(quiet, seen).expect("a leaf");
    let part = quiet.children().expect("large")[2];
    let seen = model.partition.epoch();
    model.partition.split(part, seen).expect("a leaf");
    let busy = root(1);
    let seen = model.partition.epoch();
    model.partition.split(busy, seen).expect("a leaf");
    model.assign(busy.children().expect("large")[0], owner(0, 1));
    let mut random = SplitMix64::new(1);
    for _ in 0..20 {
        let cell = draw_cell(&mut random, busy);
        model.crowd(cell, 20);
    }
    let (start_ms, rest_ms) = (model.now_ms, model.policy.region_rest_ms);
    let plans = model.settle(2);
    let actions: Vec<_> = plans.iter().map(|plan| plan.action).collect();
    let merges = [part, quiet].map(|region| Action::Merge { region });
    assert_eq!(actions, merges, "from below, and only those of one owner");
    let quiet_ms = u64::from(QUIET_STEPS) * STEP_MS;
    let between_ms = model.now_ms - start_ms - quiet_ms;
    assert!(between_ms >= rest_ms, "a region rests between two merges");

    let mut model = Model::new(1);
    let seen = model.partition.epoch();
    model.partition.split(quiet, seen).expect("a leaf");
    model.pinned.insert(part);
    assert_eq!(model.settle(0), [], "pinned");
    model.pinned.clear();
    model.crowd(part.first_cell(), 300);
    assert_eq!(model.settle(0), [], "not quiet");
}

#[test]
fn the_same_observations_give_the_same_plans() {
    for seed in 0..20 {
        let run = || {
            let mut model = draw_model(&mut SplitMix64::new(3_000 + seed));
            model.draining.insert(0);
            model.settle(500)
        };
        assert_eq!(run(), run());
    }
}
