//! Each backend of the services is stopped, started again and cut off, while a hundred players fight and trade, others
//! trade and talk without end and write down what they were told, and copies of the world are made; and the service
//! that they trade by is killed. The battle goes on, what was accepted is kept, what was refused was told, and all of
//! it recovers by itself; in the end the warehouse has what was told, each of it once.

mod copies;
mod http;
mod relay;
mod session;
mod stack;
mod talkers;
mod traders;
mod witness;

use std::{
    sync::atomic::Ordering::Relaxed,
    thread,
    time::{Duration, Instant},
};

use backends::{testing::Server, warehouse::Query};
use copies::Copies;
use serde_json::Value;
use stack::{Backend, Stack};
use talkers::Talk;
use traders::Market;

const PLAYERS: u64 = 100;
/// Of those who trade and nothing else, and of those who talk, who are in the battle beside the players.
const PAIRS: usize = 3;
const TALKERS: u64 = 2 * PAIRS as u64;
/// How often the service that keeps belongings is killed, in the middle of trades.
const KILLS: usize = 5;
/// Ticks of an outage: two seconds.
const OUTAGE_TICKS: u64 = 40;
/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn the_game_outlives_each_of_its_backends() {
    let mut stack = Stack::start();
    until_ready(&stack);
    let bots = stack.bots(PLAYERS as usize);
    let crowd = Crowd {
        market: Market::open(&stack, PAIRS),
        talk: Talk::begin(&stack, PAIRS),
        copies: Copies::begin(&stack),
    };
    until("all players are in", || {
        stack.shard.status("/players") == PLAYERS + TALKERS
    });
    for backend in &stack.backends {
        for fault in [Fault::Stop, Fault::Cut] {
            eprintln!("{:?}: {fault:?}", backend.kind);
            fault.begin(backend);
            outlive(&stack, &crowd, (backend.kind, fault));
            fault.end(backend);
            recover(&stack, &crowd);
        }
    }
    for _ in 0..KILLS {
        trade_on(&crowd.market);
        stack.kill_inventory();
    }
    recover(&stack, &crowd);
    let pairs = crowd.market.close();
    pairs.iter().for_each(traders::Pair::require_kept);
    talkers::require_kept(&stack, &crowd.talk.end());
    copies::require_kept(&stack, &crowd.copies.end());
    require_played(&bots.finish());
    assert!(stack.books_close(), "the sums are not what they were");
    stack.end_battle();
    stack.witness.require_kept(&stack);
}

/// All hundred fought and traded, to the end, and some of them were put off meanwhile.
fn require_played(report: &Value) {
    for field in ["joined", "traders"] {
        assert_eq!(report[field], PLAYERS, "{field}: {report:#}");
    }
    assert_eq!(report["dropped"], 0, "{report:#}");
    for field in ["snapshots_per_second", "trades", "trades_put_off"] {
        assert!(report[field].as_f64() > Some(0.0), "{field}: {report:#}");
    }
}

/// Who is at something else than the battle.
struct Crowd {
    market: Market,
    talk: Talk,
    copies: Copies,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    /// In an orderly way.
    Stop,
    /// It runs, and nothing gets there or back.
    Cut,
}

impl Fault {
    fn begin(self, backend: &Backend) {
        match self {
            Self::Stop => backend.stop(),
            Self::Cut => backend.cut_off(),
        }
    }

    fn end(self, backend: &Backend) {
        match self {
            Self::Stop => backend.start_again(),
            Self::Cut => backend.join(),
        }
    }
}

/// While a backend is away: the battle goes on, and who needs the backend is told.
fn outlive(stack: &Stack, crowd: &Crowd, (kind, fault): (Server, Fault)) {
    let market = &crowd.market;
    let is_needed_to_trade = matches!(kind, Server::Postgres | Server::Redis);
    if is_needed_to_trade {
        let put_off = market.tally.put_off.load(Relaxed);
        until("traders are put off", || {
            market.tally.put_off.load(Relaxed) > put_off
        });
    } else {
        trade_on(market);
    }
    match kind {
        Server::RabbitMq => talk_within_edges(&crowd.talk),
        _ => talk_on(&crowd.talk),
    }
    match kind {
        // Over a way that is cut a copy waits, as everything does there.
        Server::S3 if fault == Fault::Cut => {}
        Server::S3 => {
            let refused = &crowd.copies.tally.refused;
            until_all_grow("a copy is refused", || [refused.load(Relaxed)]);
        }
        _ => copy_on(&crowd.copies),
    }
    // Nobody waits for the broker: what is to be told waits in the outboxes. And no service of players has objects.
    if !matches!(kind, Server::RabbitMq | Server::S3) {
        until("a service says that it is not ready", || {
            stack.services().iter().any(|it| !it.is_ready())
        });
    }
    let edge = &stack.edges[0];
    let tick = edge.status("/tick");
    until("the battle goes on", || {
        edge.status("/tick") > tick + OUTAGE_TICKS
    });
    let players = stack.shard.status("/players");
    assert_eq!(players, PLAYERS + TALKERS, "nobody has left");
}

/// When it is back, nobody has to do anything.
fn recover(stack: &Stack, crowd: &Crowd) {
    const TICKS: Query = Query::same("SELECT count(*) AS sum FROM tick_health");
    until_ready(stack);
    trade_on(&crowd.market);
    talk_on(&crowd.talk);
    copy_on(&crowd.copies);
    let facts = stack.sum(TICKS);
    until("the warehouse hears of the battle", || {
        stack.sum(TICKS) > facts
    });
}

fn until_ready(stack: &Stack) {
    until("all services are ready", || {
        stack.services().iter().all(|it| it.is_ready())
    });
}

fn trade_on(market: &Market) {
    let tally = &market.tally;
    let counts = || [&tally.done, &tally.refused].map(|it| it.load(Relaxed));
    until_all_grow("trades are done and refused", counts);
}

/// Lines come from edge to edge, and who says what is not taken is told.
fn talk_on(talk: &Talk) {
    let tally = &talk.tally;
    let counts = || [&tally.heard, &tally.whispered, &tally.refused].map(|it| it.load(Relaxed));
    until_all_grow("lines are heard, whispered and refused", counts);
}

/// Where one's own edge answers alone.
fn talk_within_edges(talk: &Talk) {
    let tally = &talk.tally;
    let counts = || [&tally.taken, &tally.refused].map(|it| it.load(Relaxed));
    until_all_grow("lines are taken and refused", counts);
}

fn copy_on(copies: &Copies) {
    let taken = &copies.tally.taken;
    until_all_grow("copies are taken", || [taken.load(Relaxed)]);
}

fn until_all_grow<const COUNT: usize>(what: &str, counts: impl Fn() -> [u64; COUNT]) {
    let before = counts();
    until(what, || {
        let pairs = counts().into_iter().zip(before);
        pairs.into_iter().all(|(now, before)| now > before)
    });
}

/// Waits for it; how long it takes does not matter.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun_at = Instant::now();
    while !is_so() {
        assert!(begun_at.elapsed() < PATIENCE, "{what}, never");
        thread::yield_now();
    }
}
