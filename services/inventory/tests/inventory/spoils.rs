//! Events of the battle's spoils: each is in the ledger once, however often it comes, and what makes no sense
//! becomes a dead letter.

use backends::{
    broker::{Broker, Event, Subscription},
    sql::Database,
    testing::broker_beside,
};
use events::{
    Body,
    battle::{Deeds, Gain, GainSource, Spoils},
};
use tokio::sync::watch;

use crate::{
    common::{ANNA, BERT, in_bag, log},
    http::{World, on_each_service},
};

const QUEUE: &str = "inventory.spoils";

fn spoils(character: i64, seal: u32, item: &str, count: u32) -> Spoils {
    Spoils {
        world: format!("{:032x}", 7),
        character,
        seal,
        at_ms: 1,
        deeds: Deeds::default(),
        gains: vec![Gain {
            item: item.to_owned(),
            count,
            source: GainSource::Loot,
        }],
    }
}

fn event(spoils: &Spoils) -> Event {
    Event {
        id: format!("{}.{}.{}", spoils.world, spoils.character, spoils.seal),
        topic: Spoils::TOPIC.to_owned(),
        body: spoils.to_bytes(),
    }
}

/// That goes with the service's database, with its queues.
async fn broker(world: &World) -> Broker {
    let broker = broker_beside(world.inventory.store.database());
    let declared = inventory::declare_queues(&broker).await;
    declared.expect("a broker");
    broker
}

async fn forget(broker: &Broker) {
    broker.unsubscribe(QUEUE).await.expect("a broker");
}

/// Publishes, and waits until the last of the events, a new one of Bert's, is taken.
async fn deliver(world: &World, broker: &Broker, events: &[Event]) {
    let store = world.inventory.store.clone();
    let before = in_bag(&store, BERT, &log()).await;
    let seal = u32::try_from(before).expect("a few") + 1;
    let last = event(&spoils(BERT, seal, "log", 1));
    for event in events.iter().chain([&last]) {
        let published = broker.publish(std::slice::from_ref(event)).await;
        published.expect("a broker");
    }
    while in_bag(&store, BERT, &log()).await == before {
        tokio::task::yield_now().await;
    }
}

#[test]
fn spoils_are_put_away_once_however_often_they_come() {
    on_each_service(async |world| {
        let broker = broker(world).await;
        let (_stop, stopped) = watch::channel(false);
        let lives = async {
            let first = event(&spoils(ANNA, 100, "log", 5));
            let later = event(&spoils(ANNA, 220, "log", 2));
            let mut told_again = spoils(ANNA, 100, "log", 5);
            told_again.at_ms = 2;
            deliver(world, &broker, &[first.clone(), later.clone()]).await;
            deliver(world, &broker, &[later, first, event(&told_again)]).await;
            // Several are in hand at once: the last to come is not the last to be taken.
            while in_bag(&world.inventory.store, ANNA, &log()).await < 7 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = lives => {}
            () = world.inventory.run(&broker, stopped) => unreachable!("nobody stops it"),
        }
        assert_eq!(in_bag(&world.inventory.store, ANNA, &log()).await, 7);
        let from = given(world.inventory.store.database(), ANNA).await;
        assert_eq!(from, -7, "where it came from");
        forget(&broker).await;
    });
}

#[test]
fn what_nobody_can_have_becomes_a_dead_letter() {
    on_each_service(async |world| {
        let broker = broker(world).await;
        let (_stop, stopped) = watch::channel(false);
        let lives = async {
            let mut other_gains = spoils(ANNA, 5, "log", 2);
            deliver(world, &broker, &[event(&other_gains)]).await;
            // What is of two characters may be taken in either order.
            while in_bag(&world.inventory.store, ANNA, &log()).await != 2 {
                tokio::task::yield_now().await;
            }
            other_gains.gains[0].count = 3;
            let mut changed = event(&other_gains);
            changed.id += "-again";
            let nothing = Event {
                body: b"{}".to_vec(),
                ..event(&spoils(ANNA, 6, "log", 1))
            };
            let bad = [
                event(&spoils(ANNA, 7, "moon", 1)),
                event(&spoils(ANNA, 8, "sword", 1)),
                event(&spoils(-3, 9, "log", 1)),
                changed,
                nothing,
            ];
            deliver(world, &broker, &bad).await;
            dead_letters(&broker, bad.len()).await
        };
        let dead = tokio::select! {
            dead = lives => dead,
            () = world.inventory.run(&broker, stopped) => unreachable!("nobody stops it"),
        };
        assert_eq!(dead.len(), 5);
        assert_eq!(in_bag(&world.inventory.store, ANNA, &log()).await, 2);
        forget(&broker).await;
    });
}

async fn dead_letters(broker: &Broker, count: usize) -> Vec<Event> {
    let dead = broker.subscribe(&Subscription::dead_letters(QUEUE)).await;
    let mut dead = dead.expect("a broker");
    let mut events = Vec::new();
    while events.len() < count {
        let delivery = dead.next().await;
        events.push(delivery.event.clone());
        delivery.done().await;
    }
    events
}

/// Deeds alone are not the ledger's.
#[test]
fn spoils_without_things_change_nothing() {
    on_each_service(async |world| {
        let broker = broker(world).await;
        let (_stop, stopped) = watch::channel(false);
        let mut deeds = spoils(ANNA, 3, "log", 1);
        deeds.gains.clear();
        let events = [event(&deeds)];
        tokio::select! {
            () = deliver(world, &broker, &events) => {}
            () = world.inventory.run(&broker, stopped) => unreachable!("nobody stops it"),
        }
        assert_eq!(
            batches_count(world.inventory.store.database(), ANNA).await,
            0
        );
        forget(&broker).await;
    });
}

/// What came to somebody from the fallen.
async fn given(database: &Database, character: i64) -> i64 {
    let balance = "SELECT balance FROM inventory_balances WHERE owner = $1 AND place = $2";
    let balance = sqlx::query_scalar(balance)
        .bind(character)
        .bind("source.loot");
    balance
        .fetch_one(database.pool())
        .await
        .expect("a database")
}

async fn batches_count(database: &Database, character: i64) -> i64 {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM inventory_batches WHERE author = $1");
    let count = count.bind(character).fetch_one(database.pool()).await;
    count.expect("a database")
}
