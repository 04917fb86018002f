//! Battles that are started now or at a time, once, whoever looks after them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use admin::limits::NEXT_BATTLE_AGE_MAX_MS;
use backends::broker::Consumer;
use chat_service::topics::{self, Announcement};
use placement::{Answer, Request, request::BattleRow};
use serde_json::{Value, json};

use crate::common::{HOUR_MS, MODERATOR, OPERATOR, Steward, World, on_each, on_each_with};

const MINUTE_MS: i64 = 60_000;

/// A world whose battles follow each other at once.
fn battles() -> impl Fn(&Request) -> Answer + Clone + Send {
    let number = Arc::new(AtomicU32::new(4));
    move |request| match *request {
        Request::EndBattle { number: ended } => {
            let next = ended + 1;
            let _ = number.compare_exchange(ended, next, Ordering::SeqCst, Ordering::SeqCst);
            let what = format!("battle {ended} ends");
            Answer::Done { what }
        }
        _ => Answer::Battle {
            battle: BattleRow {
                number: number.load(Ordering::SeqCst),
                score: [310, 220],
                score_to_win: 2_000,
                pause_ms: 0,
            },
        },
    }
}

impl World {
    async fn schedule(&self, title: &str, in_ms: i64) -> String {
        let form = json!({ "title": title, "note": "Bring planks.", "start_ms": self.now() + in_ms,
            "reason": "as every week" });
        self.pass(1);
        self.call("POST /battles", OPERATOR, form).await.ok(200);
        let battles = self.battles().await;
        let battle = battles.iter().find(|it| it["title"] == title);
        battle.expect("it is to come")["battle"]
            .as_str()
            .expect("an id")
            .to_owned()
    }

    async fn battles(&self) -> Vec<Value> {
        let seen = self
            .call("GET /battles", MODERATOR, Value::Null)
            .await
            .ok(200);
        seen["battles"].as_array().expect("a list").clone()
    }

    /// As anybody is told of it.
    async fn next_battle(&self) -> Value {
        let told = self.call("GET /battles/next", "", Value::Null).await;
        told.ok(200)["battle"].clone()
    }

    async fn state_of(&self, battle: &str) -> String {
        let battles = self.battles().await;
        let battle = battles.iter().find(|it| it["battle"] == battle);
        battle.expect("it is known")["state"]
            .as_str()
            .expect("a state")
            .to_owned()
    }

    /// As two processes would, at once.
    async fn tend_twice(&self) {
        tokio::join!(self.admin.tend_schedule(), self.admin.tend_schedule());
    }
}

fn ended(steward: &Steward) -> usize {
    let is_end = |request: &&Request| matches!(request, Request::EndBattle { .. });
    steward.asked().iter().filter(is_end).count()
}

async fn told(heard: &mut Consumer) -> String {
    let delivery = heard.next().await;
    let told: Announcement = topics::body(&delivery.event).expect("ours");
    delivery.done().await;
    told.text
}

#[test]
fn a_battle_is_started_now_and_the_log_says_by_whom() {
    on_each_with(battles(), async |world, steward| {
        let seen = world
            .call("GET /battles", MODERATOR, Value::Null)
            .await
            .ok(200);
        assert_eq!(seen["present"]["score"], json!([310, 220]));
        let number = seen["present"]["number"].as_u64().expect("a number");
        let why = json!({ "reason": "nobody came" });
        world
            .call("POST /battles/start", MODERATOR, why.clone())
            .await
            .refused(403, "forbidden");
        assert_eq!(ended(steward), 0);
        let done = world
            .call("POST /battles/start", OPERATOR, why)
            .await
            .ok(200);
        let effect = format!(
            "battle {number} has ended; battle {} stands 310 to 220",
            number + 1
        );
        assert_eq!((ended(steward), &done["effect"]), (1, &json!(effect)));
        let line = world.last_line().await;
        assert_eq!(
            (&line["action"], &line["outcome"]),
            (&json!("battle.start"), &json!("done"))
        );
    });
}

#[test]
fn everybody_is_told_of_the_next_battle_and_the_store_is_asked_now_and_then() {
    on_each_with(battles(), async |world, _| {
        assert_eq!(world.next_battle().await, Value::Null);
        world.schedule("The harvest", 3 * HOUR_MS).await;
        let siege = world.schedule("The siege", 2 * HOUR_MS).await;
        let start_ms = world.now() + 2 * HOUR_MS - 1;
        assert_eq!(
            world.next_battle().await,
            Value::Null,
            "it is as it was told"
        );
        world.pass(NEXT_BATTLE_AGE_MAX_MS);
        let told = json!({ "title": "The siege", "note": "Bring planks.", "start_ms": start_ms });
        assert_eq!(world.next_battle().await, told);
        let why = json!({ "reason": "nobody came" });
        let cancel = format!("POST /battles/{siege}/cancel");
        world.call(&cancel, OPERATOR, why).await.ok(200);
        assert_eq!(world.next_battle().await, told);
        world.pass(NEXT_BATTLE_AGE_MAX_MS);
        assert_eq!(world.next_battle().await["title"], "The harvest");
        // Nobody started it; what is not ahead is nothing to wait for.
        world.pass(3 * HOUR_MS);
        assert_eq!(world.next_battle().await, Value::Null);
    });
}

#[test]
fn a_scheduled_battle_is_told_of_before_and_starts_once() {
    on_each_with(battles(), async |world, steward| {
        let mut heard = world.hear(topics::SYSTEM).await;
        let siege = world.schedule("The siege", 2 * HOUR_MS).await;
        world.tend_twice().await;
        // What is said comes in order: had anything been told too early, it would come first.
        world.pass(HOUR_MS + 20 * MINUTE_MS);
        world.tend_twice().await;
        assert_eq!(
            told(&mut heard).await,
            "\"The siege\" begins in 40 minutes. Bring planks."
        );
        world.pass(39 * MINUTE_MS);
        world.tend_twice().await;
        assert_eq!(
            told(&mut heard).await,
            "\"The siege\" begins in 1 minute. Bring planks."
        );
        assert_eq!(
            (ended(steward), world.state_of(&siege).await.as_str()),
            (0, "scheduled")
        );
        // The battle before has to end as long ahead as the pause between two is.
        world.pass(50_000);
        world.tend_twice().await;
        assert_eq!(
            told(&mut heard).await,
            "\"The siege\" begins. Bring planks."
        );
        world.tend_twice().await;
        assert_eq!(
            (ended(steward), world.state_of(&siege).await.as_str()),
            (1, "started")
        );
        let line = world.last_line().await;
        assert_eq!(
            (&line["action"], &line["actor"]),
            (&json!("battle.start"), &json!("9002"))
        );
        assert_eq!(
            (&line["target"], &line["outcome"]),
            (&json!(siege), &json!("done"))
        );
        let refused = world
            .call(
                &format!("POST /battles/{siege}/cancel"),
                OPERATOR,
                json!({ "reason": "late" }),
            )
            .await;
        refused.refused(409, "not-scheduled");
    });
}

/// Whoever goes on for a process that was cut off ends the battle that that one saw, and no later one.
#[test]
fn a_start_that_was_cut_off_is_gone_on_with() {
    on_each_with(battles(), async |world, steward| {
        let siege = world.schedule("The siege", MINUTE_MS).await;
        let number = world
            .call("GET /battles", MODERATOR, Value::Null)
            .await
            .ok(200);
        let number = number["present"]["number"].as_i64().expect("a number");
        world.pass(MINUTE_MS);
        let claimed = sqlx::query(
            "UPDATE admin_battles SET state = 'starting', claimed_until_ms = $1, ends_number = $2",
        );
        let claimed = claimed.bind(world.now() + 1_000).bind(number);
        claimed
            .execute(world.database.pool())
            .await
            .expect("a database");
        world.tend_twice().await;
        assert_eq!(
            (ended(steward), world.state_of(&siege).await.as_str()),
            (0, "starting")
        );
        // It had come as far as to tell the world.
        let now = u32::try_from(number).expect("a number");
        let helm = admin::Helm::on_socket(steward.socket.clone());
        helm.order(Request::EndBattle { number: now })
            .await
            .expect("it answers");
        world.pass(2_000);
        world.tend_twice().await;
        assert_eq!(world.state_of(&siege).await, "started");
        let stands = helm.battle().await.expect("it answers");
        assert_eq!(stands.number, now + 1, "one battle was ended, not two");
    });
}

#[test]
fn what_is_cancelled_does_not_begin_and_who_was_told_is_told() {
    on_each_with(battles(), async |world, steward| {
        let mut heard = world.hear(topics::SYSTEM).await;
        let quiet = world.schedule("Quiet", 3 * HOUR_MS).await;
        let siege = world.schedule("The siege", 20 * MINUTE_MS).await;
        world.tend_twice().await;
        assert_eq!(
            told(&mut heard).await,
            "\"The siege\" begins in 20 minutes. Bring planks."
        );
        for battle in [&quiet, &siege] {
            let call = format!("POST /battles/{battle}/cancel");
            let why = json!({ "reason": "it rains" });
            world
                .call(&call, MODERATOR, why.clone())
                .await
                .refused(403, "forbidden");
            world.call(&call, OPERATOR, why).await.ok(200);
        }
        assert_eq!(told(&mut heard).await, "\"The siege\" does not take place.");
        world.pass(4 * HOUR_MS);
        world.tend_twice().await;
        assert_eq!(ended(steward), 0);
        let battles = world.battles().await;
        assert!(
            battles
                .iter()
                .all(|it| it["state"] == "cancelled" && it["effect"] == "it rains")
        );
    });
}

#[test]
fn a_battle_that_nobody_could_start_is_missed() {
    on_each(async |world| {
        let siege = world.schedule("The siege", MINUTE_MS).await;
        world.pass(2 * MINUTE_MS);
        world.tend_twice().await;
        assert_eq!(
            world.state_of(&siege).await,
            "scheduled",
            "no world answers yet"
        );
        world.pass(HOUR_MS);
        world.tend_twice().await;
        assert_eq!(world.state_of(&siege).await, "missed");
        let refused = json!({ "title": "x", "note": "", "start_ms": world.now(), "reason": "now" });
        let refused = world.call("POST /battles", OPERATOR, refused).await;
        assert_eq!(
            refused.refused(422, "invalid-field")["errors"][0]["field"],
            "start_ms"
        );
    });
}
