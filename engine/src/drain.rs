//! The drain phase: commands and the effects of the last tick, each in canonical order (R2).

use alloc::vec::Vec;

use spatial::{Brick, CellCoord};

use crate::{
    balance::BLOCKS_COUNT_MAX,
    effect::{Change, Effect, EffectTarget},
    event::Event,
    hash, hurt,
    id::SessionId,
    input::Command,
    intake,
    limits::BODY_HEIGHT,
    roster,
    world::World,
};

/// Empties `commands` and the inbox of effects on bodies. Effects on cells stay for `edit`.
pub fn phase(world: &mut World, commands: &mut Vec<Command>) {
    core::mem::swap(&mut world.inbox, &mut world.outbox);
    world.happenings.counters.effects_dropped_count += world.inbox.dropped_count;
    intake::begin_tick(world);
    commands.sort_unstable_by_key(order);
    for command in commands.drain(..) {
        take(world, command);
    }
    apply_effects(world);
}

/// Terrain first; then by session: it comes, it acts, it goes.
fn order(command: &Command) -> (SessionId, u8, u32) {
    match command {
        Command::Terrain { .. } => (SessionId(0), 0, 0),
        Command::Join { session, .. } => (*session, 1, 0),
        Command::Input { session, input } => (*session, 2, input.sequence),
        Command::Leave { session } => (*session, 3, 0),
    }
}

fn take(world: &mut World, command: Command) {
    match command {
        Command::Terrain { bricks } => load(world, bricks),
        Command::Join {
            session,
            name,
            house,
        } => roster::join(world, session, name, house),
        Command::Leave { session } => roster::leave(world, session),
        Command::Input { session, input } => intake::receive(world, session, input),
    }
}

/// Puts bricks in place, except where something is loaded: it may have been edited since. What is
/// not this shard's is refused and counted (R4).
fn load(world: &mut World, bricks: Vec<(CellCoord, Brick)>) {
    for (cell, brick) in bricks {
        if !world.owns(cell) {
            world.happenings.counters.loads_foreign_count += 1;
        } else if !world.terrain.is_loaded(cell) {
            world
                .round_memory
                .pristine
                .insert_brick(cell, brick.clone());
            world.terrain.insert_brick(cell, brick);
            world.terrain_hash = world.terrain_hash.wrapping_add(hash::of_load(cell));
            world.happenings.loaded.push(cell);
        }
    }
}

fn apply_effects(world: &mut World) {
    let mut inbox = core::mem::take(&mut world.inbox);
    for effect in inbox.sorted() {
        if let EffectTarget::Body(target) = effect.target {
            match world.bodies.row(target) {
                Some(row) => apply(world, effect, row),
                None => world.happenings.counters.effects_late_count += 1,
            }
        }
    }
    world.inbox = inbox;
}

fn apply(world: &mut World, effect: &Effect, row: usize) {
    match effect.change {
        Change::Hurt {
            damage,
            weapon,
            push,
        } => {
            let blow = hurt::Blow {
                source: effect.source,
                damage,
                weapon,
                push,
            };
            hurt::apply(world, row, blow);
        }
        Change::Heal { amount } => heal(world, effect, row, amount),
        Change::Credit { score } => {
            if let Some(player) = world.players.of_body(world.bodies.player[row]) {
                player.kills = player.kills.saturating_add(1);
                player.score = player.score.saturating_add(score);
            }
        }
        Change::Grant { blocks_count } => {
            if let Some(player) = world.players.of_body(world.bodies.player[row]) {
                let count = player.blocks_count.saturating_add(blocks_count);
                player.blocks_count = count.min(BLOCKS_COUNT_MAX);
            }
        }
        Change::Break { .. }
        | Change::Place { .. }
        | Change::Blast { .. }
        | Change::Restore { .. } => {
            unreachable!("cells get these, not bodies")
        }
    }
}

fn heal(world: &mut World, effect: &Effect, row: usize, amount: u16) {
    let combat = &mut world.bodies.combat[row];
    let amount = amount.min(combat.health_max - combat.health);
    if !combat.is_alive() || amount == 0 {
        return;
    }
    combat.health += amount;
    let mut position = world.bodies.motion[row].position;
    position.y += BODY_HEIGHT / 2;
    world.happenings.tell(Event::Healed {
        target: world.bodies.id[row],
        healer: effect.source,
        amount,
        position,
    });
}
