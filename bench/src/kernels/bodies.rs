//! One movement step of every body of a fight: the arithmetic that the move phase and the browser share,
//! over our columns and over the tables of entity systems that hold the same components.

use engine::{
    Buttons, Motion,
    body::{Combat, Intent, Mind},
    movement::{self, MovementInput},
};
use spatial::Terrain;

use crate::{
    crowd,
    kernel::{Amount, Kernel, Work},
    targets, times,
};

/// How many fight in one world; of more, each stands for several, since bodies do not meet while they move.
const FIGHTING_COUNT: usize = 10_000;
/// Until they run at each other.
const BATTLE_TICKS: usize = 20;

/// The bodies of a fight and the ground they stand on.
pub struct Moving {
    name: &'static str,
    targets: targets::Target,
    pub terrain: Terrain,
    pub bodies: Vec<Components>,
}

/// What a body is made of.
#[derive(Clone, Copy)]
pub struct Components {
    pub motion: Motion,
    pub intent: Intent,
    pub combat: Combat,
    pub mind: Mind,
}

impl Moving {
    /// Of 10,000 or of 100,000 bodies.
    pub fn new(bodies_count: u32) -> Self {
        let (name, targets) = match bodies_count {
            10_000 => ("bodies-10000", targets::INTEGRATE_10000),
            _ => ("bodies-100000", targets::INTEGRATE_100000),
        };
        let count = times(bodies_count as usize, 1_000);
        let fighting_count = count.min(FIGHTING_COUNT);
        let edge = crowd::FIELD_EDGE_BLOCKS;
        let world = crowd::fight(fighting_count as u32, edge, times(BATTLE_TICKS, 2));
        let rows = 0..world.bodies.count();
        let components = |row: usize| Components {
            motion: world.bodies.motion[row],
            intent: world.bodies.intent[row],
            combat: world.bodies.combat[row],
            mind: world.bodies.mind[row],
        };
        Self {
            name,
            targets,
            bodies: rows.map(components).cycle().take(count).collect(),
            terrain: world.terrain,
        }
    }

    pub fn kernel(&self) -> Kernel {
        let amount = Amount {
            count: self.bodies.len() as u64,
            unit: "body",
        };
        let ours = Columns {
            motion: self.bodies.iter().map(|body| body.motion).collect(),
            intent: self.bodies.iter().map(|body| body.intent).collect(),
            combat: self.bodies.iter().map(|body| body.combat).collect(),
            terrain: self.terrain.clone(),
        };
        Kernel::new(self.name, amount, ours).for_target(self.targets)
    }
}

/// What the move phase does for one soldier; returns something of what came of it.
#[inline]
pub fn advance(motion: &mut Motion, intent: &Intent, combat: &Combat, terrain: &Terrain) -> i64 {
    let buttons = if combat.is_alive() { intent.buttons } else { 0 };
    let input = MovementInput {
        buttons: Buttons(buttons),
        yaw: intent.yaw,
    };
    let outcome = movement::step(motion, input, terrain);
    i64::from(motion.position.x) + i64::from(outcome.fall_damage)
}

/// The columns that the phase reads, as a shard has them.
struct Columns {
    motion: Vec<Motion>,
    intent: Vec<Intent>,
    combat: Vec<Combat>,
    terrain: Terrain,
}

impl Work for Columns {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for row in 0..self.motion.len() {
            let motion = &mut self.motion[row];
            tell(advance(
                motion,
                &self.intent[row],
                &self.combat[row],
                &self.terrain,
            ));
        }
    }
}
