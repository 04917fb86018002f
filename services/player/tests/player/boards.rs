//! Leaderboards, as many deeds make them.

use events::battle::Deeds;
use player::domain::{Board, Period, week_of};
use serde_json::{Value, json};

use crate::{
    common::{ANNAS, DAY_MS, NOW_MS, World, each, on_each},
    spoils::apply,
};

fn kills(kills: u32) -> Deeds {
    Deeds {
        kills,
        score: 10 * kills,
        ..Deeds::default()
    }
}

async fn best(world: &World, path: &str) -> Value {
    let call = format!("GET /leaderboards/{path}");
    world.call(&call, ANNAS, Value::Null).await.ok(200)
}

#[test]
fn the_best_come_first_and_of_equals_who_was_first() {
    on_each(async |world| {
        let [ann, ben, cat] = world.fellows().await;
        for (fellow, count, at_ms) in [(&ann, 2, 3), (&ben, 5, 2), (&cat, 2, 1)] {
            apply(world, fellow.id, kills(count), NOW_MS + at_ms).await;
        }
        let shown = best(world, "kills/all").await;
        assert_eq!(each(&shown, "name"), ["Fellow 2", "Fellow 3", "Fellow 1"]);
        assert_eq!(each(&shown, "rank"), [1, 2, 3]);
        assert_eq!(each(&shown, "value"), [5, 2, 2]);
        assert_eq!(
            each(&best(world, "score/week").await, "value"),
            [50, 20, 20]
        );
        let experience = each(&best(world, "level/all").await, "value");
        assert_eq!(experience, [5 * 30, 2 * 30, 2 * 30]);
        for path in ["deaths/all", "kills/day", "kills/2944"] {
            let call = format!("GET /leaderboards/{path}");
            world
                .call(&call, ANNAS, Value::Null)
                .await
                .refused(404, "not-found");
        }
        // Who is deleted is on no board.
        world.act(&ben, "DELETE ", Value::Null).await.ok(200);
        for path in ["kills/all", "kills/week", "level/all"] {
            assert_eq!(
                each(&best(world, path).await, "name"),
                ["Fellow 3", "Fellow 1"]
            );
        }
    });
}

#[test]
fn a_week_begins_anew_and_old_ones_are_swept() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        apply(world, ann.id, kills(5), NOW_MS).await;
        // Late, but of that week; the next begins on Monday.
        apply(world, ben.id, kills(1), NOW_MS + 6 * DAY_MS).await;
        world.pass(7 * DAY_MS);
        assert_eq!(best(world, "kills/week").await, json!([]));
        apply(world, ben.id, kills(2), world.now()).await;
        assert_eq!(each(&best(world, "kills/week").await, "value"), [2]);
        assert_eq!(each(&best(world, "kills/all").await, "value"), [5, 3]);
        let week = async |now_ms| {
            let kept = world
                .player
                .store
                .best(Board::Kills, Period::Week(week_of(now_ms)));
            kept.await.expect("a database").len()
        };
        world.player.sweep().await.expect("a database");
        assert_eq!(week(NOW_MS).await, 2, "the last week is kept");
        world.pass(7 * DAY_MS);
        world.player.sweep().await.expect("a database");
        assert_eq!(week(NOW_MS).await, 0);
        assert_eq!(week(NOW_MS + 7 * DAY_MS).await, 1);
    });
}

#[test]
fn one_sees_oneself_among_those_next_to_it() {
    on_each(async |world| {
        let mut fellows = Vec::new();
        for account in 1..=120_u32 {
            let fellow = world
                .fellow(account.into(), &format!("Fan {account}"))
                .await;
            apply(world, fellow.id, kills(account), NOW_MS).await;
            fellows.push(fellow);
        }
        let shown = best(world, "kills/all").await;
        assert_eq!(shown.as_array().map(Vec::len), Some(100));
        assert_eq!(
            (&shown[0]["name"], &shown[99]["name"]),
            (&json!("Fan 120"), &json!("Fan 21"))
        );
        // Fan 10 has 110 above it.
        let call = "GET /leaderboards/kills/all";
        let around = world.act(&fellows[9], call, Value::Null).await.ok(200);
        let ranks: Vec<i64> = (106..=116).collect();
        assert_eq!(each(&around, "rank"), ranks);
        let values: Vec<i64> = (5..=15).rev().collect();
        assert_eq!(each(&around, "value"), values);
        let first = world.act(&fellows[119], call, Value::Null).await.ok(200);
        assert_eq!(each(&first, "rank"), [1, 2, 3, 4, 5, 6]);
        let nobody = world.fellow(200, "Nobody").await;
        world
            .act(&nobody, call, Value::Null)
            .await
            .refused(404, "not-found");
    });
}
