//! The whole tick on one screen.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    act, advance, banner, drain, drops, edit, frame::Frame, gather, input::Command, publish,
    revive, round, think, world::World,
};

/// The parts of a tick, in order; a host times them, for the core has no clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Phase {
    Gather = 0,
    Drain = 1,
    Edit = 2,
    Revive = 3,
    Think = 4,
    Hold = 5,
    Move = 6,
    Act = 7,
    Publish = 8,
}

impl Phase {
    pub const ALL: [Phase; 9] = [
        Phase::Gather,
        Phase::Drain,
        Phase::Edit,
        Phase::Revive,
        Phase::Think,
        Phase::Hold,
        Phase::Move,
        Phase::Act,
        Phase::Publish,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Phase::Gather => "gather",
            Phase::Drain => "drain",
            Phase::Edit => "edit",
            Phase::Revive => "revive",
            Phase::Think => "think",
            Phase::Hold => "hold",
            Phase::Move => "move",
            Phase::Act => "act",
            Phase::Publish => "publish",
        }
    }
}

/// Advances a world of one shard by one tick (50 ms) and publishes its frame. Empties `commands`.
pub fn tick(world: &mut World, commands: &mut Vec<Command>) -> Arc<Frame> {
    let frame = tick_beside(world, commands, &[], |_| {});
    commands.clear();
    frame
}

/// Advances one shard by one tick, given what all others published of the last one; `has_ended` is
/// called at the end of each phase. Leaves in `commands` what it took of them and of commands
/// forwarded by others, in the order in which it applied them: what a journal keeps.
///
/// Panics unless `siblings` holds one frame of the last tick from every other shard.
pub fn tick_beside(
    world: &mut World,
    commands: &mut Vec<Command>,
    siblings: &[Arc<Frame>],
    mut has_ended: impl FnMut(Phase),
) -> Arc<Frame> {
    world.tick += 1;
    gather::phase(world, siblings);
    has_ended(Phase::Gather);
    drain::phase(world, commands);
    has_ended(Phase::Drain);
    edit::phase(world);
    has_ended(Phase::Edit);
    revive::phase(world);
    has_ended(Phase::Revive);
    think::phase(world);
    has_ended(Phase::Think);
    banner::phase(world);
    round::phase(world);
    has_ended(Phase::Hold);
    advance::phase(world);
    has_ended(Phase::Move);
    act::phase(world);
    drops::phase(world);
    has_ended(Phase::Act);
    let frame = publish::phase(world);
    has_ended(Phase::Publish);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena;

    /// R2 as far as one shard can show it: where a body's row is must not matter to anything.
    #[test]
    fn the_order_of_rows_changes_nothing() {
        let mut world = arena::melee(5, 120, 32);
        let mut world_shuffled = world.clone();
        let mut commands = Vec::new();
        for number in 1..=300 {
            let count = world_shuffled.bodies.count();
            world_shuffled
                .bodies
                .swap_rows(number % count, number * 7 % count);
            world_shuffled.arrows.reverse();
            world_shuffled.bombs.reverse();
            let frame = tick(&mut world, &mut commands);
            let frame_shuffled = tick(&mut world_shuffled, &mut commands);
            assert_eq!(frame.hash, frame_shuffled.hash, "at tick {number}");
        }
        assert!(world.happenings.edit_sequence > 0, "bombs went off");
    }
}
