//! The log of plans, "why", and settings.

use directory::{
    DirectoryError, PlanId, PlanState, Settings,
    controller::{Action, Plan},
    limits::{CONFIGURATION_BYTES_MAX, REASONS_BYTES_MAX},
};
use spatial::{partition::Epoch, partition::PartitionError, region::RegionId};

use crate::common::{found, join, on_each_database, owner, world};

fn plan(action: Action) -> Plan {
    Plan {
        action,
        reasons: vec!["shard 1/0 is at 90 %".to_owned(), "it's \"hot\"".to_owned()],
        gain_permille: 123,
    }
}

/// One of each kind, about a region and its parts.
fn all_kinds(region: RegionId) -> [Plan; 4] {
    let part = region.children().expect("large")[3];
    let (from, to) = (owner(1, 0), owner(2, 3));
    [
        plan(Action::Split { region }),
        plan(Action::Move {
            region: part,
            from,
            to,
        }),
        plan(Action::Drain {
            region: part,
            from: to,
            to: from,
        }),
        plan(Action::Merge { region }),
    ]
}

#[test]
fn plans_are_read_as_they_were_recorded() {
    on_each_database(async |directory, _| {
        let leadership = directory.elect(join(&directory, 1).await).await;
        let leadership = leadership.expect("nobody leads");
        let plans = all_kinds(world()[0]);
        for (plan, id) in plans.iter().zip(1..) {
            let recorded = directory.record_plan(leadership, plan, PlanState::Proposed);
            assert_eq!(recorded.await.expect("it leads"), PlanId(id));
        }
        let states = [PlanState::Applied, PlanState::Failed, PlanState::DryRun];
        for (state, id) in states.into_iter().zip(1..) {
            let set = directory.set_plan_state(leadership, PlanId(id), state);
            set.await.expect("it leads");
        }
        let records = directory.plans(3).await.expect("plans");
        let ids: Vec<_> = records.iter().map(|record| record.id.0).collect();
        assert_eq!(ids, [4, 3, 2], "newest first");
        for record in &directory.plans(100).await.expect("plans") {
            assert_eq!(record.plan, plans[record.id.0 as usize - 1]);
            assert_eq!(record.leader_token, leadership.token);
        }
        assert_eq!(records[0].state, PlanState::Proposed);
        assert_eq!(records[1].state, PlanState::DryRun);
        let unknown = directory.set_plan_state(leadership, PlanId(9), PlanState::Failed);
        assert!(matches!(
            unknown.await,
            Err(DirectoryError::UnknownPlan(PlanId(9)))
        ));
    });
}

#[test]
fn a_former_leader_records_nothing() {
    on_each_database(async |directory, _| {
        let [first, second] = [join(&directory, 1).await, join(&directory, 2).await];
        let former = directory.elect(first).await.expect("nobody leads");
        directory.resign(former).await.expect("it leads");
        let current = directory.elect(second).await.expect("nobody leads");
        let [split, ..] = all_kinds(world()[0]);
        let refused = directory.record_plan(former, &split, PlanState::Proposed);
        assert!(matches!(
            refused.await,
            Err(DirectoryError::LeadershipLost { token: 1 })
        ));
        let recorded = directory.record_plan(current, &split, PlanState::Proposed);
        let id = recorded.await.expect("it leads");
        let refused = directory.set_plan_state(former, id, PlanState::Failed);
        assert!(refused.await.is_err());
        let wordy = Plan {
            reasons: vec!["x".repeat(REASONS_BYTES_MAX + 1)],
            ..split
        };
        let refused = directory.record_plan(current, &wordy, PlanState::Proposed);
        assert!(matches!(refused.await, Err(DirectoryError::BadArgument(_))));
    });
}

#[test]
fn why_names_owner_pin_and_the_plans_of_the_lineage() {
    on_each_database(async |directory, _| {
        let by = join(&directory, 1).await;
        let root = world()[0];
        found(&directory, owner(1, 0), by).await;
        directory.split(root, Epoch(0), by).await.expect("its own");
        let leadership = directory.elect(by).await.expect("nobody leads");
        let [split, moved, ..] = all_kinds(root);
        let other = plan(Action::Split { region: world()[1] });
        for plan in [&split, &other, &moved] {
            let recorded = directory.record_plan(leadership, plan, PlanState::Applied);
            recorded.await.expect("it leads");
        }
        let part = moved.action.region();
        directory.set_pin(part, true).await.expect("a leaf");

        let why = directory.why(part).await.expect("a leaf");
        assert_eq!((why.region.id, why.region.epoch), (part, Epoch(1)));
        assert!(why.is_pinned);
        assert_eq!(why.pod.map(|pod| pod.id), Some(1));
        let plans: Vec<_> = why.plans.into_iter().map(|record| record.plan).collect();
        assert_eq!(plans, [moved, split]);
        assert!(matches!(
            directory.why(root).await,
            Err(DirectoryError::Partition(PartitionError::NotALeaf(_)))
        ));
    });
}

#[test]
fn the_oldest_plans_are_forgotten() {
    on_each_database(async |directory, database| {
        let leadership = directory.elect(join(&directory, 1).await).await;
        let leadership = leadership.expect("nobody leads");
        let [split, ..] = all_kinds(world()[0]);
        let record = async || {
            let recorded = directory.record_plan(leadership, &split, PlanState::Applied);
            recorded.await.expect("it leads")
        };
        record().await;
        record().await;
        database
            .run("UPDATE directory_world SET plan_count = 10000")
            .await;
        assert_eq!(record().await, PlanId(10_001));
        let records = directory.plans(10).await.expect("plans");
        let ids: Vec<_> = records.iter().map(|record| record.id.0).collect();
        assert_eq!(ids, [10_001, 2]);
    });
}

#[test]
fn settings_last_and_nonsense_is_refused() {
    on_each_database(async |directory, database| {
        let mut expected = Settings::default();
        assert_eq!(directory.settings().await.expect("defaults"), expected);
        for (name, value) in [
            ("is_dry_run", 1),
            ("high_permille", 800),
            ("merge_level_max", 5),
            ("shard_regions_max", 16),
            ("shard_tick_us_max", 30_000),
        ] {
            directory.set_setting(name, value).await.expect(name);
            expected.set(name, value).expect(name);
        }
        directory
            .set_setting("high_permille", 700)
            .await
            .expect("again");
        expected.policy.high_permille = 700;
        let other = database.open().await;
        assert_eq!(other.settings().await.expect("set"), expected);
        assert!(expected.is_dry_run);
        assert_eq!(expected.shard_limits.tick_us, 30_000);

        for (name, value) in [
            ("is_dry_run", 2),
            ("merge_level_max", 0),
            ("merge_permille_max", 1_000),
            ("shard_regions_max", 0),
            ("high_permille", u64::MAX),
            ("nonsense", 1),
        ] {
            let refused = directory.set_setting(name, value).await;
            assert!(matches!(refused, Err(DirectoryError::BadArgument(_))));
        }
        assert_eq!(other.settings().await.expect("set"), expected);
    });
}

#[test]
fn a_configuration_lasts_and_is_any_text_that_is_not_too_long() {
    on_each_database(async |directory, database| {
        assert_eq!(directory.configuration().await.expect("a table"), "");
        let mut before = "";
        for text in ["log = \"warn\"\n", "it's é", ""] {
            let replaced = directory.replace_configuration(before, text).await;
            assert!(replaced.expect("a database"));
            let other = database.open().await;
            assert_eq!(other.configuration().await.expect("a text"), text);
            let late = other.replace_configuration("of yesterday", "late").await;
            assert!(!late.expect("a database"), "another was there since");
            before = text;
        }
        for text in ["x".repeat(CONFIGURATION_BYTES_MAX + 1), "\0".to_owned()] {
            let refused = directory.replace_configuration("", &text).await;
            assert!(matches!(refused, Err(DirectoryError::BadArgument(_))));
        }
        assert_eq!(directory.configuration().await.expect("as it was"), "");
    });
}
