//! What the battle tells, through a broker, each once; and what others are told then.

use backends::{
    broker::{Broker, Event, Subscription},
    inbox::Handler,
};
use events::{
    Body,
    battle::{Deeds, Spoils},
    player::{FriendsChanged, GroupChange, GuildChanged, Levelled, PartyChanged},
};
use player::store::Progress;
use serde_json::Value;
use tokio::sync::watch;

use crate::common::{NOW_MS, World, on_each};

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

/// Runs a test while the service runs beside it, on a broker in this process.
async fn while_running(world: &World, test: impl AsyncFn(&Broker)) {
    let broker = Broker::open("memory:").expect("a URL");
    let (stop, stopped) = watch::channel(false);
    let (player, running) = (world.player.clone(), broker.clone());
    let service = async move { player.run(&running, stopped).await };
    let test = async {
        test(&broker).await;
        stop.send(true).expect("it runs");
    };
    tokio::join!(service, test);
}

async fn progress(world: &World, character: i64) -> Progress {
    let progress = world.player.store.progress(character).await;
    progress.expect("a database")
}

/// The next event of a kind.
async fn next<B: Body>(consumer: &mut backends::broker::Consumer) -> (String, B) {
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
            assert_eq!(topic, format!("player.levelled.{}", ann.id));
            assert_eq!((level.level_before, level.level), (1, 2));
            let (topic, _) = next::<Levelled>(&mut levels).await;
            assert_eq!(topic, format!("player.levelled.{}", ben.id));
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
fn others_are_told_of_friends_parties_and_guilds() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        while_running(world, async |broker| {
            let subscribe = async |topic| {
                let consumer = broker.subscribe(&Subscription::own(&[topic])).await;
                consumer.expect("a broker")
            };
            let mut friends = subscribe("player.friends.#").await;
            let mut parties = subscribe("player.party.#").await;
            let mut guilds = subscribe("player.guild.#").await;
            world.act(&ann, "POST /friends", ben.form()).await.ok(200);
            let mut told = vec![
                next::<FriendsChanged>(&mut friends).await,
                next::<FriendsChanged>(&mut friends).await,
            ];
            told.sort_by_key(|(_, it)| it.character);
            let of = |id: i64| {
                told.iter()
                    .find(|(_, it)| it.character.0 == id)
                    .expect("told")
            };
            assert_eq!(of(ann.id).1.relation.as_deref(), Some("asked"));
            assert_eq!(of(ben.id).1.relation.as_deref(), Some("asking"));
            assert_eq!(of(ben.id).0, format!("player.friends.{}", ben.id));

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
