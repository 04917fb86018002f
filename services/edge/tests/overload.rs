//! What players hear of an overloaded world, and what becomes of newcomers: edges that are given frames by
//! hand, which say how far apart ticks are.

mod common;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use common::{
    client::{Client, hello, join, knock},
    http,
    server::{SEED, SOLDIERS_PER_HOUSE, config},
};
use edge::EdgesHandle;
use engine::World;
use protocol::Encoder;
use world::{
    Battle, BattleConfig,
    battle::owners,
    limits::TICK,
    ports::{self, ShardPort, Whole, WholePort},
};

/// How often frames really come: what is told of time does not hang on it.
const FRAME_INTERVAL: Duration = Duration::from_millis(10);

struct SlowWorld {
    world: World,
    commands: ShardPort,
    wholes: WholePort,
    period: Duration,
}

impl SlowWorld {
    fn start() -> (Self, EdgesHandle) {
        let edges = edge::bind(config()).expect("free ports");
        let mut ports = ports::connect(&owners(0, 1), SEED, edges.wakes());
        let status = world::PodStatus::new(1);
        let battle = Battle::new(BattleConfig {
            founding: 0,
            seed: SEED,
            soldiers_per_house: SOLDIERS_PER_HOUSE,
        });
        let world = Self {
            world: battle.into_world(),
            commands: ports.shards.remove(0).remove(0),
            wholes: ports.wholes.remove(0),
            period: TICK,
        };
        let edges = edges.start(ports.edges, status).expect("threads");
        (world, edges)
    }

    fn tick(&mut self) {
        let mut commands: Vec<_> = std::iter::from_fn(|| self.commands.take()).collect();
        let frame = engine::tick(&mut self.world, &mut commands);
        self.wholes.publish(Whole {
            parts: vec![frame],
            duration: Duration::ZERO,
            period: self.period,
            told_at: Instant::now(),
        });
    }

    /// Ticks until something has happened.
    async fn until<T>(&mut self, happens: impl Future<Output = T>) -> T {
        let mut frames = tokio::time::interval(FRAME_INTERVAL);
        tokio::pin!(happens);
        loop {
            tokio::select! {
                happened = &mut happens => return happened,
                _ = frames.tick() => self.tick(),
            }
        }
    }
}

fn rate_and_steps(client: &Client) -> Option<(u16, u8)> {
    let overload = client.overload.as_ref()?;
    Some((overload.rate_permille, overload.steps))
}

#[tokio::test]
async fn a_slowed_world_is_told_and_lets_nobody_in_until_it_is_quicker() {
    const DILATION: u8 = 8;
    const LINE: u8 = 16;
    let (mut world, edges) = SlowWorld::start();
    let address = edges.http_address();
    let mut bera = world.until(join(address, "Bera")).await;
    assert_eq!(rate_and_steps(&bera), None, "nothing to say");
    world.period = TICK * 8 / 5;
    let slowed = |client: &Client| rate_and_steps(client) == Some((625, DILATION));
    world.until(bera.until("dilation", slowed)).await;
    let told = bera.overload.expect("just now").staleness_ticks_max;
    assert_eq!(told, bera.welcome.staleness_ticks_max);

    world.period = TICK * 5;
    let closed = |client: &Client| rate_and_steps(client) == Some((200, DILATION | LINE));
    world.until(bera.until("the line", closed)).await;
    let is_closed = async {
        let mut status = http::json(address, "/status").await;
        while status["overload"]["name"] != "login_queue" {
            status = http::json(address, "/status").await;
        }
        status
    };
    let status = world.until(is_closed).await;
    assert_eq!(status["overload"]["step"], 5);
    assert_eq!(status["overload"]["time_rate_permille"], 200);
    let first = Encoder::new().stream(&hello("Ivar")).to_vec();
    let mut ivar = world.until(knock(address, &first)).await;
    let placed = ivar.until("its place", |client| client.places == [(1, 1)]);
    world.until(placed).await;

    world.period = TICK;
    world.until(ivar.wait_for_welcome()).await;
    let calm = |client: &Client| rate_and_steps(client) == Some((1_000, 0));
    world.until(bera.until("calm", calm)).await;
    edges.stop();
}
