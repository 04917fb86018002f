//! The whole way: somebody is given armour and puts it on, and the next blow in the battle does less; and eats, and has
//! health back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backends::{broker::Broker, sql::Database, testing::on_each_database};
use engine::{
    Attachment, Buttons, Command, Frame, Motion, Piece, PlayerInput, PlayerState, SessionId, World,
    Worn, arena, tick,
};
use inventory::{
    Config, Inventory, Owners, ShardToken,
    domain::{Account, Definitions, Item, Lot, Move, Place, Slot, Source, Thing, equip, unequip},
    store::{Answer, Order, Outcome, Store},
};
use spatial::partition::Owner;
use tokens::Access;
use tokio::{
    sync::watch,
    task::{LocalSet, spawn_local},
    time::{MissedTickBehavior, interval},
};
use wardrobe::Valet;
use web::{Asked, Clock, Gate, Problem, Settings, Shell};
use world::ports::{ShardPort, Whole, WholePort};

/// From one tick to the next: faster than the battle, so that a test is over soon.
const PACE: Duration = Duration::from_millis(4);
const NOW_MS: i64 = 1_700_000_000_000;
const ANNA: i64 = 41;
const BERT: i64 = 1 << 40;
/// With the slots where they are worn.
const ARMOUR: [(Piece, Slot); 4] = [
    (Piece::Helmet, Slot::Head),
    (Piece::Breastplate, Slot::Chest),
    (Piece::Trousers, Slot::Legs),
    (Piece::Boots, Slot::Feet),
];

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

fn inventory(database: &Database) -> Inventory {
    let clock = Clock::system();
    let shell = Shell::new(Settings::default(), clock.clone());
    let token = ShardToken::new("0123456789abcdef0123456789abcdef");
    let config = Config {
        definitions: Arc::new(Definitions::embedded()),
        shard_token: token.expect("it is long"),
    };
    let gates = (Arc::new(NoPlayers) as _, Arc::new(NoPlayers) as _);
    Inventory::open(config, database, gates, shell.metrics(), clock)
}

/// A world of two players, and the ends of the rings that reach it.
struct Battle {
    world: World,
    words: ShardPort,
    frames: WholePort,
    pace: tokio::time::Interval,
    sequence: u32,
}

impl Battle {
    async fn tick(&mut self, mut commands: Vec<Command>) -> Arc<Frame> {
        self.pace.tick().await;
        commands.extend(std::iter::from_fn(|| self.words.take()));
        let frame = tick(&mut self.world, &mut commands);
        self.frames.publish(Whole {
            parts: vec![frame.clone()],
            duration: Duration::ZERO,
            period: PACE,
            told_at: Instant::now(),
        });
        frame
    }

    /// Until everybody sees a character wear this.
    async fn until_worn(&mut self, character: i64, worn: Worn) {
        loop {
            let frame = self.tick(Vec::new()).await;
            let body = frame
                .players
                .iter()
                .find(|it| it.session == session(character));
            let body = body.expect("it is in").body;
            let looks = &frame.roster.appearances[body.index() as usize];
            let row = self.world.bodies.row(body).expect("it has a body");
            if looks.as_ref().expect("it has looks").worn == worn {
                assert_eq!(self.world.bodies.combat[row].worn, worn);
                return;
            }
            self.stay().await;
        }
    }

    /// Their edges say that they are there.
    async fn stay(&mut self) {
        let is_present = |character| Command::Present {
            session: session(character),
            attachment: Attachment::default(),
        };
        self.tick([ANNA, BERT].map(is_present).into()).await;
    }

    /// Until Anna is so.
    async fn until(&mut self, is_so: impl Fn(&PlayerState) -> bool) {
        loop {
            let frame = self.tick(Vec::new()).await;
            let mut players = frame.players.iter();
            let anna = players.find(|it| it.session == session(ANNA));
            if is_so(anna.expect("she is in")) {
                return;
            }
            self.stay().await;
        }
    }

    /// What a swing of Bert's sword takes from Anna, who stands before him.
    async fn blow(&mut self) -> u16 {
        let rows = [ANNA, BERT].map(|character| {
            let slot = self.world.players.slot_of(session(character));
            let player = self.world.players.get(slot.expect("it is in"));
            self.world.bodies.row(player.body).expect("it has a body")
        });
        let bodies = &mut self.world.bodies;
        let middle = bodies.motion[rows[0]].position;
        for (row, z) in rows.into_iter().zip([middle.z, middle.z + 4_096]) {
            bodies.motion[row] = Motion {
                position: spatial::Position::new(middle.x, middle.y, z),
                fall_from_y: middle.y,
                ..Motion::default()
            };
            let combat = &mut bodies.combat[row];
            combat.health = combat.health_max;
            combat.safe_ticks = 0;
            combat.sword_wait_ticks = 0;
        }
        self.tick(Vec::new()).await;
        self.sequence += 1;
        let input = PlayerInput {
            sequence: self.sequence,
            view_tick: self.world.tick,
            buttons: Buttons(Buttons::PRIMARY),
            ..PlayerInput::default()
        };
        let swing = Command::Input {
            session: session(BERT),
            attachment: Attachment::default(),
            input,
        };
        self.tick(vec![swing]).await;
        for _ in 0..2 {
            self.tick(Vec::new()).await;
        }
        let combat = &self.world.bodies.combat[rows[0]];
        combat.health_max - combat.health
    }
}

fn session(character: i64) -> SessionId {
    SessionId(character.cast_unsigned())
}

fn join((character, house): (i64, u8)) -> Command {
    Command::Join {
        session: session(character),
        attachment: Attachment::default(),
        name: format!("player {character}"),
        house,
    }
}

fn thing(piece: Piece) -> Thing {
    Thing {
        item: Item::new(piece.name()),
        unique: Some(piece as i64 + 1),
    }
}

/// Does something to what Anna has, as staff or as she.
async fn act(
    store: &Store,
    key: &str,
    what: impl Fn(&inventory::domain::Books) -> Result<Vec<Move>, inventory::domain::Refusal> + Sync,
) {
    let order = Order {
        author: ANNA,
        key,
        digest: key,
        at_ms: NOW_MS,
    };
    let done = store
        .decide(order, &[ANNA], &what)
        .await
        .expect("a database");
    let Answer::New(Outcome::Done { .. }) = done else {
        panic!("{key}: {done:?}");
    };
}

async fn give(store: &Store, thing: Thing) {
    let key = format!("give {}", thing.item);
    let given = Move {
        lot: Lot::new(thing, 1),
        from: Account::new(ANNA, Place::Source(Source::Grant)),
        to: Account::bag(ANNA),
    };
    act(store, &key, |_| Ok(vec![given.clone()])).await;
}

async fn put_on(store: &Store, (piece, slot): (Piece, Slot)) {
    give(store, thing(piece)).await;
    let key = format!("wear {}", piece.name());
    let definitions = store.definitions();
    act(store, &key, |books| {
        equip(definitions, books, ANNA, slot, &thing(piece))
    })
    .await;
}

/// Anna and Bert in a battle, before anybody tells it what they wear, and what will.
async fn begin(database: &Database) -> (Store, Battle, impl FnOnce()) {
    let inventory = inventory(database);
    let store = inventory.store.clone();
    let mut ports = world::connect(&[Owner::default()], 0, vec![Arc::new(|| ())]);
    let broker = Broker::open("memory:").expect("within the process");
    inventory::declare_queues(&broker)
        .await
        .expect("within the process");
    let valet = Valet::new(ports.edges.remove(0), 0, store.clone());
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut battle = Battle {
        world: arena::melee(7, 0, 64),
        words: ports.shards.remove(0).remove(0),
        frames: ports.wholes.remove(0),
        pace,
        sequence: 0,
    };
    let came = [(ANNA, 0), (BERT, 1)].map(join).into();
    let frame = battle.tick(came).await;
    assert!(frame.players.iter().all(|it| it.alive));
    let tell = move || {
        let (stop, stopped) = watch::channel(false);
        spawn_local(valet.run(broker.clone(), stopped.clone()));
        spawn_local(async move {
            inventory.run(&broker, stopped).await;
            drop(stop);
        });
    };
    (store, battle, tell)
}

async fn fight(database: &Database) {
    let (store, mut battle, tell) = begin(database).await;
    put_on(&store, ARMOUR[0]).await;
    let bare = battle.blow().await;
    tell();
    // What she wore when she came.
    battle
        .until_worn(ANNA, Worn::from_iter([Piece::Helmet]))
        .await;
    // And what she puts on while she plays.
    for piece in &ARMOUR[1..] {
        put_on(&store, *piece).await;
    }
    let armour = ARMOUR.map(|(piece, _)| piece);
    battle.until_worn(ANNA, Worn::from_iter(armour)).await;
    assert_eq!((bare, battle.blow().await), (34, 25));
    act(&store, "bare legs", |books| {
        unequip(store.definitions(), books, ANNA, Slot::Legs)
    })
    .await;
    let rest = armour.into_iter().filter(|it| *it != Piece::Trousers);
    battle.until_worn(ANNA, Worn::from_iter(rest)).await;
    assert_eq!(battle.blow().await, 26);
}

/// Of one who never had anything: nobody ever asked for her belongings.
async fn eat(database: &Database) {
    let (store, mut battle, tell) = begin(database).await;
    tell();
    battle.until(|anna| anna.dress.eaten == Some(0)).await;
    let taken = battle.blow().await;
    let bread = Thing::stack(Item::new("bread"));
    give(&store, bread.clone()).await;
    let order = Order {
        author: ANNA,
        key: "eat",
        digest: "-",
        at_ms: NOW_MS,
    };
    let eaten = store.eat(order, &bread.item).await.expect("a database");
    assert!(matches!(eaten, Answer::New(Outcome::Done { .. })));
    battle.until(|anna| anna.health == 100 - taken + 15).await;
}

#[test]
fn armour_that_is_put_on_is_seen_and_softens_the_next_blow() {
    on_each_database(async |database, _| {
        Store::migrate(&database).await.expect("a new database");
        LocalSet::new().run_until(fight(&database)).await;
    });
}

#[test]
fn the_first_meal_of_a_newcomer_heals() {
    on_each_database(async |database, _| {
        Store::migrate(&database).await.expect("a new database");
        LocalSet::new().run_until(eat(&database)).await;
    });
}
