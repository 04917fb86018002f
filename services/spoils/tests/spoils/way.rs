//! The whole way, over crashes of everything at once.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use backends::{broker::Broker, sql::Database, testing::on_each_database};
use engine::{Command, spoils::Gains};
use inventory::{
    Config, Inventory, Owners, ShardToken,
    domain::{Account, Definitions, Place},
};
use spatial::partition::Owner;
use spoils::{Keeper, Store, world_name};
use tokens::Access;
use tokio::{
    sync::watch,
    task::{LocalSet, spawn_local},
    time::{MissedTickBehavior, interval},
};
use web::{Asked, Clock, Gate, Problem, Settings, Shell};
use world::ports::{ShardPort, Whole, WholePort};

use crate::battle::{Battle, PACE, PLAYERS};

const LIVES: u32 = 5;
/// More than it takes to seal, to be told of and to be put down.
const TICKS_OF_LIFE: u32 = 260;
/// In the last ticks of a life the world does not hear any more that anything is kept.
const TICKS_DEAF: u32 = 110;

struct NoPlayers;

impl Gate<Access> for NoPlayers {
    fn pass<'a>(&'a self, _: &'a str) -> Asked<'a, Access> {
        Box::pin(async { Err(Problem::unauthorized()) })
    }
}

impl Owners for NoPlayers {
    fn owns(&self, _: i64, _: i64) -> Asked<'_, bool> {
        Box::pin(async { Ok(false) })
    }

    fn require_acquaintance(&self, _: i64, _: i64) -> Asked<'_, ()> {
        Box::pin(async { Err(Problem::not_found()) })
    }
}

/// All services of one life of the process, and the world's ends of their rings.
struct Life {
    words: ShardPort,
    frames: WholePort,
    tasks: [tokio::task::JoinHandle<()>; 2],
    _stop: watch::Sender<bool>,
}

impl Life {
    async fn begin(database: &Database) -> Self {
        let mut ports = world::connect(&[Owner::default()], 0, vec![Arc::new(|| ())]);
        let port = ports.edges.remove(0);
        let broker = Broker::open("memory:").expect("within the process");
        let inventory = inventory(database);
        inventory::declare_queues(&broker)
            .await
            .expect("within the process");
        let (stop, stopped) = watch::channel(false);
        let keeper = Keeper::new(port, 0, Store::new(database.clone(), &world_name(5)));
        let keeping = keeper.run(broker.clone(), stopped.clone());
        let taking = async move { inventory.run(&broker, stopped).await };
        Self {
            words: ports.shards.remove(0).remove(0),
            frames: ports.wholes.remove(0),
            tasks: [spawn_local(keeping), spawn_local(taking)],
            _stop: stop,
        }
    }

    /// What is under way is under way no more.
    async fn kill(self) {
        for task in self.tasks {
            task.abort();
            let _ = task.await;
        }
    }

    fn tick(&mut self, battle: &mut Battle, is_deaf: bool) {
        let words = std::iter::from_fn(|| self.words.take());
        let words: Vec<Command> = words.filter(|_| !is_deaf).collect();
        let frame = battle.tick(words);
        self.frames.publish(Whole {
            parts: vec![frame],
            duration: Duration::ZERO,
            period: PACE,
            told_at: Instant::now(),
        });
    }
}

fn inventory(database: &Database) -> Inventory {
    let clock = Clock::system();
    let shell = Shell::new(Settings::default(), clock.clone());
    let config = Config {
        definitions: Arc::new(Definitions::embedded()),
        shard_token: ShardToken::new("0123456789abcdef0123456789abcdef").expect("it is long"),
    };
    Inventory::open(
        config,
        database,
        (Arc::new(NoPlayers), Arc::new(NoPlayers)),
        shell.metrics(),
        clock,
    )
}

#[test]
fn everybody_has_what_the_battle_gave_whatever_was_killed_when() {
    on_each_database(async |database, _| {
        inventory::store::Store::migrate(&database)
            .await
            .expect("a new database");
        LocalSet::new().run_until(fight(&database)).await;
    });
}

async fn fight(database: &Database) {
    let mut battle = Battle::begin();
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..LIVES {
        let mut life = Life::begin(database).await;
        for number in 0..TICKS_OF_LIFE {
            pace.tick().await;
            life.tick(&mut battle, number + TICKS_DEAF > TICKS_OF_LIFE);
        }
        life.kill().await;
        battle.crash();
    }
    battle.is_fought = false;
    let mut life = Life::begin(database).await;
    while !battle.is_settled() || !is_sent(database).await {
        pace.tick().await;
        life.tick(&mut battle, false);
    }
    life.kill().await;
    require_equal(database, &battle.gained()).await;
}

async fn is_sent(database: &Database) -> bool {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM spoils_outbox");
    let count: i64 = count.fetch_one(database.pool()).await.expect("a database");
    count == 0
}

async fn require_equal(database: &Database, gained: &BTreeMap<u64, Gains>) {
    let store = inventory(database).store.clone();
    for player in PLAYERS {
        let character = player.cast_signed();
        let books = store.belongings(character).await.expect("a database");
        let places = [Place::Bag, Place::Chest].map(|place| Account::new(character, place));
        let mut has = BTreeMap::<String, i64>::new();
        for (thing, count) in places.iter().flat_map(|it| books.contents(*it)) {
            *has.entry(thing.item.name().to_owned()).or_default() += count;
        }
        let wanted = gained.get(&player).into_iter().flat_map(Gains::things);
        let wanted = wanted.map(|(thing, count)| (thing.name().to_owned(), i64::from(count)));
        assert_eq!(has, wanted.collect(), "of {character}");
    }
    let sum = |what: fn(&Gains) -> u32| gained.values().map(what).sum::<u32>();
    let dug = sum(|it| it.deeds.blocks_dug);
    let kills = sum(|it| it.deeds.kills);
    assert!(dug > 50 && kills > 3, "{dug} blocks, {kills} kills");
    assert!(store.audit().await.expect("a database").is_closed());
}
