//! Each backend of the services is stopped, started again and cut off, while a hundred players fight and some
//! trade; and the service that they trade by is killed. The battle goes on, what was accepted is kept, what was
//! refused was told, and all of it recovers by itself.

mod http;
mod relay;
mod stack;
mod traders;

use std::{
    sync::atomic::Ordering::Relaxed,
    thread,
    time::{Duration, Instant},
};

use backends::testing::Server;
use stack::{Backend, Stack};
use traders::Market;

const PLAYERS: u64 = 100;
const PAIRS: usize = 3;
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
    let market = Market::open(&stack, PAIRS);
    until("all players are in", || {
        stack.shard.status("players") == PLAYERS
    });
    for backend in &stack.backends {
        for fault in [Fault::Stop, Fault::Cut] {
            eprintln!("{:?}: {fault:?}", backend.kind);
            fault.begin(backend);
            outlive(&stack, &market, backend.kind);
            fault.end(backend);
            recover(&stack, &market);
        }
    }
    for _ in 0..KILLS {
        trade_on(&market);
        stack.kill_inventory();
    }
    recover(&stack, &market);
    let pairs = market.close();
    pairs.iter().for_each(traders::Pair::require_kept);
    assert!(stack.books_close(), "the sums are not what they were");
    let report = bots.finish();
    assert_eq!(report["joined"], PLAYERS, "{report:#}");
    assert_eq!(report["dropped"], 0, "{report:#}");
    assert!(
        report["snapshots_per_second"].as_f64() > Some(0.0),
        "{report:#}"
    );
}

#[derive(Clone, Copy, Debug)]
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
fn outlive(stack: &Stack, market: &Market, kind: Server) {
    let is_needed_to_trade = matches!(kind, Server::Postgres | Server::Redis);
    if is_needed_to_trade {
        let put_off = market.tally.put_off.load(Relaxed);
        until("traders are put off", || {
            market.tally.put_off.load(Relaxed) > put_off
        });
    } else {
        trade_on(market);
    }
    // Nobody waits for the broker: what is to be told waits in the outboxes.
    if kind != Server::RabbitMq {
        until("a service says that it is not ready", || {
            stack.services().iter().any(|it| !it.is_ready())
        });
    }
    let tick = stack.edge.status("tick");
    until("the battle goes on", || {
        stack.edge.status("tick") > tick + OUTAGE_TICKS
    });
    assert_eq!(stack.shard.status("players"), PLAYERS, "nobody has left");
}

/// When it is back, nobody has to do anything.
fn recover(stack: &Stack, market: &Market) {
    until_ready(stack);
    trade_on(market);
    let facts = stack.facts();
    until("the warehouse hears of the battle", || {
        stack.facts() > facts
    });
}

fn until_ready(stack: &Stack) {
    until("all services are ready", || {
        stack.services().iter().all(|it| it.is_ready())
    });
}

fn trade_on(market: &Market) {
    let tally = &market.tally;
    let (done, refused) = (tally.done.load(Relaxed), tally.refused.load(Relaxed));
    until("trades are done and refused", || {
        tally.done.load(Relaxed) > done && tally.refused.load(Relaxed) > refused
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
