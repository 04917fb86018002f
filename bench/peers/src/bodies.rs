//! The same step of the same bodies in the tables of hecs and bevy_ecs.

use bench::{
    kernel::{Kernel, Work},
    kernels::bodies::{Components, Moving, advance},
};
use bevy_ecs::{component::Component, query::QueryState};
use engine::{
    Motion,
    body::{Combat, Intent, Mind},
};
use spatial::Terrain;

pub fn of_10_000() -> Kernel {
    compared(&Moving::new(10_000))
}

pub fn of_100_000() -> Kernel {
    compared(&Moving::new(100_000))
}

fn compared(moving: &Moving) -> Kernel {
    let kernel = moving.kernel().beside("hecs", Hecs::new(moving));
    kernel.beside("bevy_ecs", Bevy::new(moving))
}

struct Hecs {
    world: hecs::World,
    terrain: Terrain,
}

impl Hecs {
    fn new(moving: &Moving) -> Self {
        let mut world = hecs::World::new();
        let bodies = moving.bodies.iter().copied();
        world.spawn_batch(bodies.map(|body| {
            let Components {
                motion,
                intent,
                combat,
                mind,
            } = body;
            (motion, intent, combat, mind)
        }));
        Self {
            world,
            terrain: moving.terrain.clone(),
        }
    }
}

impl Work for Hecs {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        let query = self.world.query_mut::<(&mut Motion, &Intent, &Combat)>();
        for (motion, intent, combat) in query {
            tell(advance(motion, intent, combat, &self.terrain));
        }
    }
}

/// bevy_ecs wants its own trait on every component.
#[derive(Component)]
struct Moves(Motion);
#[derive(Component)]
struct Wants(Intent);
#[derive(Component)]
struct Fights(Combat);
#[derive(Component)]
#[expect(dead_code, reason = "a body has it; moving reads it not")]
struct Thinks(Mind);

struct Bevy {
    world: bevy_ecs::world::World,
    query: QueryState<(&'static mut Moves, &'static Wants, &'static Fights)>,
    terrain: Terrain,
}

impl Bevy {
    fn new(moving: &Moving) -> Self {
        let mut world = bevy_ecs::world::World::new();
        let bodies = moving.bodies.iter().copied();
        let bundles = bodies.map(|body| {
            let parts = (Moves(body.motion), Wants(body.intent));
            (parts, Fights(body.combat), Thinks(body.mind))
        });
        world.spawn_batch(bundles.collect::<Vec<_>>());
        Self {
            query: world.query(),
            world,
            terrain: moving.terrain.clone(),
        }
    }
}

impl Work for Bevy {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for (mut motion, intent, combat) in self.query.iter_mut(&mut self.world) {
            tell(advance(&mut motion.0, &intent.0, &combat.0, &self.terrain));
        }
    }
}
