//! The move phase: one movement step for every input of a player and for every soldier.

use crate::{
    act::self_harm,
    body::{Bodies, Intent, NONE},
    effect::Outbox,
    event::Weapon,
    input::Buttons,
    limits::INPUT_STARVED_TICKS,
    motion::Motion,
    movement::{self, MovementInput},
    player::{AppliedInput, Player, Players},
    world::World,
};

/// Moves all bodies.
pub fn phase(world: &mut World) {
    let mut mover = Mover {
        bodies: &mut world.bodies,
        terrain: &world.terrain,
        outbox: &mut world.outbox,
    };
    for row in 0..mover.bodies.count() {
        match mover.bodies.player[row] {
            NONE => mover.move_soldier(row),
            slot => mover.move_player(row, slot, &mut world.players),
        }
    }
}

struct Mover<'a> {
    bodies: &'a mut Bodies,
    terrain: &'a spatial::Terrain,
    outbox: &'a mut Outbox,
}

impl Mover<'_> {
    fn move_soldier(&mut self, row: usize) {
        let Intent { buttons, yaw, .. } = self.bodies.intent[row];
        self.step(row, buttons, yaw);
    }

    /// Applies the inputs that are due; a body whose player sent none for long falls and stops.
    fn move_player(&mut self, row: usize, slot: u32, players: &mut Players) {
        let player = players.get_mut(slot);
        player.applied_count = 0;
        for _ in 0..player.queue.due_count() {
            let input = player.queue.pop();
            player.respawn_banner = input.respawn_banner;
            if self.bodies.combat[row].is_alive() {
                self.step(row, input.buttons.0, input.yaw);
            }
            let motion = &self.bodies.motion[row];
            player.push_applied(AppliedInput {
                input,
                position: motion.position,
                is_crouched: motion.has(Motion::FLAG_CROUCHED),
            });
        }
        if !self.bodies.combat[row].is_alive() {
            self.step(row, 0, player.queue.yaw);
        } else if player.applied_count == 0 {
            self.move_starved(row, player);
        }
    }

    fn move_starved(&mut self, row: usize, player: &mut Player) {
        player.queue.starved_ticks = player.queue.starved_ticks.saturating_add(1);
        if player.queue.starved_ticks < INPUT_STARVED_TICKS {
            return;
        }
        player.drop_work();
        let before = self.bodies.motion[row];
        self.step(row, 0, player.queue.yaw);
        if self.bodies.motion[row] != before {
            player.push_count = player.push_count.wrapping_add(1);
        }
    }

    fn step(&mut self, row: usize, buttons: u16, yaw: u16) {
        let motion = &mut self.bodies.motion[row];
        let is_alive = self.bodies.combat[row].is_alive();
        let input = MovementInput {
            buttons: Buttons(if is_alive { buttons } else { 0 }),
            yaw,
        };
        let outcome = movement::step(motion, input, self.terrain);
        if outcome.fall_damage > 0 && is_alive {
            let id = self.bodies.id[row];
            self.outbox
                .push(self_harm(id, outcome.fall_damage, Weapon::Fall));
        }
    }
}
