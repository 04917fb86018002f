//! The drain phase: commands and the effects of the last tick, each in canonical order (R2).

use alloc::vec::Vec;
use core::cmp::Ordering;

use spatial::{Brick, CellCoord, Position};

use crate::{
    dialect::Dialect,
    drops,
    effect::{Change, Effect, EffectTarget, Work},
    event::Event,
    hurt,
    id::{Attachment, SessionId},
    input::{Command, PartitionChange},
    intake, roster, round,
    world::World,
};

/// Takes in commands and the effects on bodies and the seat; those on cells stay in the inbox for
/// `edit`. What was taken is left in `commands`, in the order in which it was applied; what was for
/// another shard is forwarded.
pub fn phase(world: &mut World, commands: &mut Vec<Command>) {
    intake::begin_tick(world);
    collect_forwarded(world, commands);
    let partition_count = partition_first(commands);
    commands[partition_count..].sort_unstable_by(order);
    commands.retain(|command| {
        let is_taken = take(world, command);
        if !is_taken {
            world.happenings.forward(command.clone());
        }
        is_taken
    });
    roster::dismiss_silent(world);
    collect_effects(world);
    apply_effects(world);
}

/// Moves changes of the partition to the front, in the order in which they came, for one may build on
/// another; how many there are.
fn partition_first(commands: &mut [Command]) -> usize {
    let mut count = 0;
    for place in 0..commands.len() {
        if matches!(commands[place], Command::Partition(_)) {
            commands[count..=place].rotate_right(1);
            count += 1;
        }
    }
    count
}

/// The canonical order of all others, in which chance decides between equal ones alone: a client may say
/// two things under one sequence, and which of them counts is the same on any shard (R2).
fn order(one: &Command, other: &Command) -> Ordering {
    let by_key = key(one).cmp(&key(other));
    by_key.then_with(|| match (one, other) {
        (Command::Input { input, .. }, Command::Input { input: second, .. }) => input.cmp(second),
        (
            Command::Join { name, house, .. },
            Command::Join {
                name: second_name,
                house: second_house,
                ..
            },
        ) => (name, house).cmp(&(second_name, second_house)),
        (Command::Wear { dress, .. }, Command::Wear { dress: second, .. }) => dress.cmp(second),
        // Whoever loads a cell, it is the same brick.
        _ => Ordering::Equal,
    })
}

/// Terrain first; then by session: it comes, it dresses, it acts, its spoils are kept, it goes. Where several
/// connections of a session speak in one tick, they do so in the order of their numbers.
fn key(command: &Command) -> (SessionId, u8, Attachment, u32) {
    let none = Attachment::default();
    match command {
        Command::Terrain { .. } | Command::Partition(_) => (SessionId(0), 0, none, 0),
        Command::EndRound { number } => (SessionId(0), 1, none, *number),
        Command::Speak { dialect } => (SessionId(0), 1, none, dialect.number().into()),
        Command::Join {
            session,
            attachment,
            ..
        } => (*session, 1, *attachment, 0),
        Command::Present {
            session,
            attachment,
        } => (*session, 2, *attachment, 0),
        Command::Input {
            session,
            attachment,
            input,
        } => (*session, 4, *attachment, input.sequence),
        Command::Wear { session, dress } => (*session, 3, none, dress.revision),
        Command::SpoilsKept { session, seal } => (*session, 5, none, *seal),
        Command::Leave { session } => (*session, 6, none, 0),
    }
}

/// Commands that came to another shard in the last tick and are for this one.
fn collect_forwarded(world: &World, commands: &mut Vec<Command>) {
    for frame in world.history.newest().frames() {
        let ours = frame.forwarded.iter().filter(|it| is_for(world, it));
        commands.extend(ours.cloned());
    }
}

fn is_for(world: &World, command: &Command) -> bool {
    match command {
        Command::Terrain { .. } => false,
        Command::Partition(_) | Command::EndRound { .. } | Command::Speak { .. } => {
            world.seat.is_some()
        }
        Command::Leave { session }
        | Command::Present { session, .. }
        | Command::Wear { session, .. }
        | Command::Input { session, .. } => world.players.slot_of(*session).is_some(),
        Command::SpoilsKept { session, .. } => {
            let seat = world.seat.as_deref();
            world.players.slot_of(*session).is_some()
                || seat.is_some_and(|seat| seat.estates.has(*session))
        }
        Command::Join { session, .. } => {
            let is_new = |seat: &crate::seat::Seat| seat.seated(*session).is_none();
            world.players.slot_of(*session).is_some() || world.seat.as_deref().is_some_and(is_new)
        }
    }
}

/// False if it is for another shard.
fn take(world: &mut World, command: &Command) -> bool {
    match command {
        Command::Terrain { bricks } => load(world, bricks),
        Command::Partition(change) => repartition(world, *change),
        Command::EndRound { number } => round::end_early(world, *number),
        Command::Speak { dialect } => speak(world, *dialect),
        Command::Join {
            session,
            attachment,
            name,
            house,
        } => roster::join(world, (*session, *attachment), name, *house),
        Command::Wear { session, dress } => roster::dress(world, *session, *dress),
        Command::SpoilsKept { session, seal } => intake::keep_spoils(world, *session, *seal),
        Command::Leave { session } => roster::leave(world, *session),
        Command::Present {
            session,
            attachment,
        } => intake::hear(world, *session, *attachment),
        Command::Input {
            session,
            attachment,
            input,
        } => intake::receive(world, *session, *attachment, *input),
    }
}

/// Takes bricks of own cells, to be there for all shards from the next tick on. Cells outside of the
/// world are refused and counted (R4).
fn load(world: &mut World, bricks: &[(CellCoord, Brick)]) -> bool {
    for (cell, brick) in bricks {
        if world.owns(*cell) {
            world.happenings.arriving.push((*cell, brick.clone()));
        } else if world.partition.locate(*cell).is_err() {
            world.happenings.counters.loads_foreign_count += 1;
        }
    }
    true
}

fn repartition(world: &mut World, change: PartitionChange) -> bool {
    let Some(seat) = &mut world.seat else {
        return false;
    };
    if seat.repartition(change, world.history.newest()).is_err() {
        world.happenings.counters.partition_refused_count += 1;
    }
    true
}

/// From the next tick on, and for good.
fn speak(world: &mut World, dialect: Dialect) -> bool {
    let is_ours = world.seat.is_some();
    if is_ours {
        world.dialect_next = world.dialect_next.max(dialect);
    }
    is_ours
}

/// Of all that the last tick wants done: what is this shard's, and what is done to terrain, of which
/// every shard has a copy.
fn collect_effects(world: &mut World) {
    world.inbox.clear();
    for frame in world.history.newest().frames() {
        for effect in &frame.effects {
            let is_ours = match effect.target {
                EffectTarget::Body(id) => world.bodies.row(id).is_some(),
                EffectTarget::Cell(_) => true,
                EffectTarget::Seat => world.seat.is_some(),
            };
            if is_ours {
                world.inbox.push(*effect);
            } else if let (EffectTarget::Body(id), Some(seat)) = (effect.target, &world.seat)
                && !seat.knows(id)
            {
                world.happenings.counters.effects_late_count += 1;
            }
        }
    }
    world.happenings.counters.effects_dropped_count += world.inbox.dropped_count;
}

fn apply_effects(world: &mut World) {
    let mut inbox = core::mem::take(&mut world.inbox);
    for effect in inbox.sorted() {
        match effect.target {
            EffectTarget::Body(target) => {
                let row = world.bodies.row(target);
                apply(world, effect, row.expect("nobody left since it was taken"));
            }
            EffectTarget::Cell(_) => {}
            EffectTarget::Seat => apply_to_seat(world, effect),
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
        Change::Heal { amount } => hurt::heal(world, row, effect.source, amount),
        Change::Credit { score, at } => credit(world, effect, row, (score, at)),
        Change::Grant { work } => {
            let tick = world.tick;
            if let Some(player) = world.players.of_body(world.bodies.player[row]) {
                player.have_worked(work, tick);
                if let Work::Found { loot } = work {
                    let session = player.session;
                    world.happenings.tell(Event::Found { session, loot });
                }
            }
        }
        Change::Break { .. }
        | Change::Place { .. }
        | Change::Blast { .. }
        | Change::Restore { .. }
        | Change::Lay { .. }
        | Change::Take { .. }
        | Change::Forget { .. }
        | Change::Dress { .. } => {
            unreachable!("cells and the seat get these, not bodies")
        }
    }
}

fn apply_to_seat(world: &mut World, effect: &Effect) {
    let seat = world.seat.as_mut().expect("its effects are taken with it");
    match effect.change {
        Change::Forget { session } => seat.forget(session, world.tick),
        Change::Dress { worn } => seat.dress(effect.source, worn),
        other => unreachable!("the seat does not get {other:?}"),
    }
}

/// A body's player felled another, which leaves what it had where it fell.
fn credit(world: &mut World, effect: &Effect, row: usize, (score, at): (u32, Position)) {
    let tick = world.tick;
    let Some(player) = world.players.of_body(world.bodies.player[row]) else {
        return;
    };
    player.kills = player.kills.saturating_add(1);
    player.score = player.score.saturating_add(score);
    player.gain(tick, |open| open.kill(score));
    if !player.session.is_stranger() {
        drops::leave(world, effect.source, world.bodies.id[row], at);
    }
}
