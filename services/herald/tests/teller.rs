//! A real battle, watched.

use std::{sync::Arc, time::Duration};

use backends::{
    broker::{Broker, Subscription},
    testing::block_on,
};
use engine::{Attachment, Command, SessionId};
use events::{
    Body,
    battle::{Happenings, Region, Ticks},
};
use herald::{Options, Origin, Teller, limits::QUEUE_EVENTS_MAX};
use web::{Clock, Metrics};
use world::{Battle, BattleConfig, EdgePort, Pinning, Pod, PodHandle, Runner, battle::divided};

const PATIENCE: Duration = Duration::from_secs(60);

/// A battle with a port for a player and one for who watches.
fn battle() -> (PodHandle, EdgePort, EdgePort) {
    let battle = Battle::new(BattleConfig {
        founding: 0,
        seed: 3,
        soldiers_per_house: 50,
    });
    let state = divided(battle.into_world(), (0, 1), 1);
    let wakes = (0..2).map(|_| Arc::new(|| ()) as world::Wake);
    let mut ports = world::connect(&state.owners(), 3, wakes.collect());
    let pod = Pod {
        state,
        shard_ports: ports.shards,
        whole_ports: ports.wholes,
        chronicle: None,
        links: None,
    };
    let pod = world::start(pod, Runner::Plain, Pinning::Off).expect("threads");
    let watching = ports.edges.pop().expect("two");
    (pod, ports.edges.pop().expect("two"), watching)
}

fn options(broker: &Broker, metrics: &Metrics) -> Options {
    Options {
        origin: Origin {
            world: "w".to_owned(),
            pod: 0,
        },
        broker: broker.clone(),
        metrics: metrics.clone(),
        clock: Clock::system(),
    }
}

#[test]
fn who_comes_and_how_the_ticks_went_reaches_the_broker() {
    let broker = Broker::open("memory:").expect("a URL");
    let metrics = Metrics::default();
    let topics = [Happenings::TOPIC, Ticks::TOPIC];
    let mut consumer = block_on(broker.subscribe(&Subscription::own(&topics))).expect("a queue");
    let (pod, mut player, watching) = battle();
    let teller = Teller::start(watching, pod.status(), options(&broker, &metrics));
    let join = Command::Join {
        session: SessionId(7),
        attachment: Attachment::default(),
        name: "Anna".into(),
        house: 0,
    };
    player.send(join).expect("there is room");
    block_on(async {
        let watching = async {
            let (mut came, mut ticks) = (None, None);
            while came.is_none() || ticks.is_none() {
                let delivery = consumer.next().await;
                let event = delivery.event.clone();
                delivery.done().await;
                if event.topic == Ticks::TOPIC {
                    ticks = Some(Ticks::from_bytes(&event.body).expect("ours"));
                } else {
                    let told = Happenings::from_bytes(&event.body).expect("ours");
                    came = came.or(told.visits.first().cloned());
                }
            }
            (came, ticks)
        };
        let told = tokio::time::timeout(PATIENCE, watching).await;
        let (came, ticks) = told.expect("it is told");
        let (came, ticks) = (came.expect("told"), ticks.expect("told"));
        assert_eq!((came.character.0, came.is_there), (7, true));
        assert_eq!((ticks.count, ticks.players, ticks.bodies), (200, 1, 101));
        assert_eq!(ticks.present, [came.character]);
        assert!(ticks.p50_us <= ticks.p99_us && ticks.p99_us <= ticks.max_us);
        let bodies: u32 = ticks.regions.iter().map(|it| it.bodies).sum();
        assert_eq!(bodies, 101, "all are in some region");
        let is_sound = |it: &Region| it.cells <= it.bodies && (it.cells == 0) == (it.bodies == 0);
        assert!(ticks.regions.iter().all(is_sound), "{ticks:?}");
    });
    teller.expect("a thread").stop();
    pod.stop().expect("no thread panicked");
    let frames = metrics.counter("herald_frames_total", "", "outcome");
    assert!(frames.read("seen") >= 200);
    assert_eq!(frames.read("skipped"), 0);
}

/// Also the thread ends, with a full queue.
#[test]
fn without_a_broker_the_battle_goes_on() {
    let nowhere = Broker::open("amqp://127.0.0.1:1/%2f").expect("a URL");
    let metrics = Metrics::default();
    let (pod, player, watching) = battle();
    let teller = Teller::start(watching, pod.status(), options(&nowhere, &metrics));
    let frames = metrics.counter("herald_frames_total", "", "outcome");
    while frames.read("seen") < 60 {
        assert!(!pod.is_finished());
        std::thread::yield_now();
    }
    teller.expect("a thread").stop();
    drop(player);
    pod.stop().expect("no thread panicked");
    let events = metrics.counter("herald_events_total", "", "outcome");
    assert_eq!(events.read("told"), 0);
    const { assert!(QUEUE_EVENTS_MAX > 60) };
}
