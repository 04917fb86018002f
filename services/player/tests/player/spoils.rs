//! What the battle tells, through a broker, each once; and what others are told then.

use backends::{
    broker::{Broker, Consumer, Event, Subscription},
    inbox::Handler,
    testing::broker_beside,
};
use events::{
    Body,
    battle::{Character, Deeds, Happenings, Spoils, Ticks, Visit},
    player::{FriendsChanged, GroupChange, GuildChanged, Levelled, PartyChanged},
};
use player::store::Progress;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::common::{NOW_MS, World, each, on_each};

fn spoils(character: i64, seal: u32, deeds: Deeds, at_ms: i64) -> Event {
    let spoils = Spoils {
        world: "w".to_owned(),
        character,
        seal,
        at_ms,
        deeds,
        gains: Vec::new(),
    };
    Event {
        id: format!("spoils-w-{character}-{seal}"),
        topic: Spoils::TOPIC.to_owned(),
        body: spoils.to_bytes(),
    }
}

/// Takes deeds as if the battle had told them.
pub async fn apply(world: &World, character: i64, deeds: Deeds, at_ms: i64) {
    let event = spoils(character, 1, deeds, at_ms);
    let store = &world.player.store;
    let mut transaction = store.database().begin().await.expect("a database");
    let taken = store.handle(&mut transaction, &event).await;
    taken.expect("it is sound");
    transaction.commit().await.expect("a database");
}

const DEEDS: Deeds = Deeds {
    kills: 7,
    deaths: 1,
    score: 50,
    blocks_dug: 6,
    blocks_placed: 2,
};

/// Runs a test while the service runs beside it.
async fn while_running(world: &World, test: impl AsyncFn(&Broker)) {
    let broker = broker_beside(world.player.store.database());
    // Before two subscribe at once: RabbitMQ may lose a queue that two make in the same moment.
    let declared = player::declare_queues(&broker).await;
    declared.expect("a broker");
    let (stop, stopped) = watch::channel(false);
    let (player, running) = (world.player.clone(), broker.clone());
    let service = async move { player.run(&running, stopped).await };
    let test = async {
        test(&broker).await;
        stop.send(true).expect("it runs");
    };
    tokio::join!(service, test);
    let gone = broker.unsubscribe("player.spoils").await;
    gone.expect("a broker");
}

async fn progress(world: &World, character: i64) -> Progress {
    let progress = world.player.store.progress(character).await;
    progress.expect("a database")
}

async fn subscribe(broker: &Broker, topic: &str) -> Consumer {
    let consumer = broker.subscribe(&Subscription::own(&[topic])).await;
    consumer.expect("a broker")
}

/// The next event of a kind.
async fn next<B: Body>(consumer: &mut Consumer) -> (String, B) {
    let delivery = consumer.next().await;
    let body = B::from_bytes(&delivery.event.body).expect("it is ours");
    let topic = delivery.event.topic.clone();
    delivery.done().await;
    (topic, body)
}

#[test]
fn spoils_count_once_however_often_they_are_told() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        while_running(world, async |broker| {
            let levels = Subscription::own(&["player.levelled.*"]);
            let mut levels = broker.subscribe(&levels).await.expect("a broker");
            // The service's own subscription stands before anything is published.
            let queue = Subscription::shared("player.spoils", &[Spoils::TOPIC]);
            drop(broker.subscribe(&queue).await.expect("a broker"));
            let first = spoils(ann.id, 1, DEEDS, NOW_MS);
            let told = [
                first.clone(),
                // Nobody's: a guest without a ticket.
                spoils(77, 1, DEEDS, NOW_MS),
                Event {
                    id: "strange".to_owned(),
                    body: b"{".to_vec(),
                    ..first.clone()
                },
                first.clone(),
                spoils(ben.id, 1, DEEDS, NOW_MS),
                first,
            ];
            broker.publish(&told).await.expect("a broker");
            let (topic, level) = next::<Levelled>(&mut levels).await;
            assert_eq!((level.level_before, level.level), (1, 2));
            let (other_topic, _) = next::<Levelled>(&mut levels).await;
            // Of two characters either may come first.
            let mut topics = [topic, other_topic];
            let mut expected = [ann.id, ben.id].map(|id| format!("player.levelled.{id}"));
            topics.sort();
            expected.sort();
            assert_eq!(topics, expected);
            // Another of hers comes last, so the doubled one was taken by then.
            let last = spoils(
                ann.id,
                2,
                Deeds {
                    kills: 100,
                    ..DEEDS
                },
                NOW_MS,
            );
            broker.publish(&[last]).await.expect("a broker");
            let (_, level) = next::<Levelled>(&mut levels).await;
            assert_eq!((level.level_before, level.level), (2, 7));
        })
        .await;
        let once = Progress {
            kills: 107,
            deaths: 2,
            score: 100,
            blocks_dug: 12,
            blocks_placed: 4,
            experience: 107 * 20 + 100 + 12 + 4 * 2,
        };
        assert_eq!(progress(world, ann.id).await, once);
        assert_eq!(progress(world, ben.id).await.kills, 7);
        assert_eq!(progress(world, 77).await, Progress::default());
        let profile = format!("GET /profiles/{}", ann.id);
        let profile = world.call(&profile, &ben.token, Value::Null).await.ok(200);
        assert_eq!(
            (&profile["level"], &profile["kills"]),
            (&7.into(), &107.into())
        );
    });
}

#[test]
fn both_are_told_what_they_are_to_each_other() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        while_running(world, async |broker| {
            let mut friends = subscribe(broker, "player.friends.#").await;
            world.act(&ann, "POST /friends", ben.form()).await.ok(200);
            let told = [
                next::<FriendsChanged>(&mut friends).await,
                next::<FriendsChanged>(&mut friends).await,
            ];
            let of = |id: i64| {
                told.iter()
                    .find(|(_, it)| it.character.0 == id)
                    .expect("told")
            };
            assert_eq!(of(ann.id).1.relation.as_deref(), Some("asked"));
            assert_eq!(of(ben.id).1.relation.as_deref(), Some("asking"));
            assert_eq!(of(ben.id).0, format!("player.friends.{}", ben.id));
        })
        .await;
    });
}

#[test]
fn others_are_told_of_parties_and_guilds() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        while_running(world, async |broker| {
            let mut parties = subscribe(broker, "player.party.#").await;
            let mut guilds = subscribe(broker, "player.guild.#").await;
            let party = world.party(&[&ann, &ben]).await;
            world
                .act(&ann, "POST /party/leave", Value::Null)
                .await
                .ok(200);
            world
                .act(&ben, "POST /party/leave", Value::Null)
                .await
                .ok(200);
            for (change, leader, count) in [
                (GroupChange::Invited, ann.id, 1),
                (GroupChange::Joined, ann.id, 2),
                (GroupChange::Left, ben.id, 1),
                (GroupChange::Ended, ben.id, 0),
            ] {
                let (topic, told) = next::<PartyChanged>(&mut parties).await;
                assert_eq!(topic, format!("player.party.{party}"));
                let shown = (told.change, told.leader.0, told.members.len());
                assert_eq!(shown, (change, leader, count));
            }

            let guild = world.guild(&[&ann, &ben], "The Wall", "WALL").await;
            world
                .act(&ann, "POST /guild/leader", ben.form())
                .await
                .ok(200);
            for (change, rank) in [
                (GroupChange::Founded, Some("leader")),
                (GroupChange::Invited, None),
                (GroupChange::Joined, Some("recruit")),
                (GroupChange::Leader, Some("leader")),
            ] {
                let (topic, told) = next::<GuildChanged>(&mut guilds).await;
                assert_eq!(topic, format!("player.guild.{guild}"));
                assert_eq!((told.change, told.rank.as_deref()), (change, rank));
                assert_eq!(
                    (told.name.as_str(), told.tag.as_str()),
                    ("The Wall", "WALL")
                );
            }
        })
        .await;
    });
}

#[test]
fn friends_see_who_comes_into_the_battle_and_who_goes() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        let ben = world.fellow(2, "Ben").await;
        world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        world.act(&ben, "POST /friends", ann.form()).await.ok(200);
        while_running(world, async |broker| {
            // The first comes to a service that was not there when the visit was told.
            for (event, place) in [
                (present(ben.id), json!("battle")),
                (visit(ben.id, false), Value::Null),
                (visit(ben.id, true), json!("battle")),
            ] {
                // The service may not hear yet; it is told again until it does.
                loop {
                    let told = broker.publish(std::slice::from_ref(&event)).await;
                    told.expect("it is in this process");
                    tokio::task::yield_now().await;
                    let list = world.act(&ann, "GET /friends", Value::Null).await.ok(200);
                    if each(&list, "place") == [place.clone()] {
                        break;
                    }
                }
            }
        })
        .await;
    });
}

fn present(character: i64) -> Event {
    let ticks = Ticks {
        world: "w".to_owned(),
        present: vec![Character(character)],
        ..Ticks::default()
    };
    Event {
        id: format!("present-{character}"),
        topic: Ticks::TOPIC.to_owned(),
        body: ticks.to_bytes(),
    }
}

fn visit(character: i64, is_there: bool) -> Event {
    let visit = Visit {
        character: Character(character),
        house: 0,
        is_there,
        at_ms: NOW_MS,
        seconds: 0,
    };
    let happenings = Happenings {
        world: "w".to_owned(),
        visits: vec![visit],
        ..Happenings::default()
    };
    Event {
        id: format!("visit-{character}-{is_there}"),
        topic: Happenings::TOPIC.to_owned(),
        body: happenings.to_bytes(),
    }
}
