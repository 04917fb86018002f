//! What lies on the ground: what the fallen had, for whoever walks there.
//!
//! It is replicated like terrain: every shard lays and takes up all of it, by effects on cells in the
//! same order and knowing the same, so no border moves anything (see `edit`). Only the owner of a cell
//! answers who took something up there. Strangers, whose gains are nobody's to keep, neither leave
//! anything behind nor take it up.

use alloc::vec::Vec;

use spatial::{Block, BlockCoord, Position, morton, position::UNITS_PER_METRE};

use crate::{
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    id::BodyId,
    limits::{DROP_CLAIM_TICKS, DROP_TICKS, DROPS_MAX, DROPS_SWEEP_TICKS},
    spoils::{Fallen, LOOT_DRAWS, Thing},
    world::World,
};

/// How near feet must be to take something up, on each axis: 1.25 m.
const REACH: i32 = UNITS_PER_METRE * 5 / 4;
/// Ticks between two times that a player reaches for what lies there.
const REACH_TICKS: u32 = 4;
/// How far what lies in the air falls at once, and what is built over rises, in blocks; the next sweep goes on.
const FALL_BLOCKS_MAX: i32 = 64;
const RISE_BLOCKS_MAX: i32 = 4;

/// Up to two things, and how many of each; 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Loot(pub [Option<(Thing, u8)>; LOOT_DRAWS]);

impl Loot {
    pub fn things(self) -> impl Iterator<Item = (Thing, u8)> {
        self.0.into_iter().flatten()
    }

    pub fn is_none(self) -> bool {
        self.0 == [None; LOOT_DRAWS]
    }

    /// All of it in 24 bits.
    pub(crate) fn bits(self) -> u32 {
        let bits = |it: Option<(Thing, u8)>| {
            it.map_or(0, |(thing, count)| {
                (thing as u32 + 1) << 8 | u32::from(count)
            })
        };
        bits(self.0[0]) << 12 | bits(self.0[1])
    }
}

/// What one of the fallen left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Drop {
    /// Its own for as long as it lies.
    pub id: u32,
    /// Its middle, on the ground.
    pub position: Position,
    pub loot: Loot,
    /// Who felled them: for a while nobody else may take it.
    pub finder: BodyId,
    /// Since when it lies there.
    pub tick: u32,
}

impl Drop {
    /// Whether it is another's for now.
    pub fn is_kept_from(&self, body: BodyId, tick: u32) -> bool {
        self.finder != body && tick.saturating_sub(self.tick) < DROP_CLAIM_TICKS
    }

    fn is_over(&self, tick: u32) -> bool {
        tick.saturating_sub(self.tick) >= DROP_TICKS
    }

    /// Where it is among others.
    pub(crate) fn key(&self) -> (u64, u32) {
        (morton::encode_position(self.position), self.id)
    }
}

/// All that lies in the world, in order of cells and ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Drops(pub(crate) Vec<Drop>);

impl Drops {
    /// None, with room for all that there may be.
    pub(crate) fn with_room() -> Self {
        Self(Vec::with_capacity(DROPS_MAX + 1))
    }

    pub fn all(&self) -> &[Drop] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Visits what lies within `radius` of a place, on each axis, in order of cells and ids.
    pub fn each_near(&self, place: Position, radius: i32, mut visit: impl FnMut(&Drop)) {
        let corner = |by: i32| {
            let axes = [place.x, place.y, place.z].map(|axis| axis.saturating_add(by));
            morton::encode_position(Position::new(axes[0], axes[1], axes[2]))
        };
        // All codes of a box are between those of its corners.
        let (low, high) = (corner(-radius), corner(radius));
        let start = self.0.partition_point(|drop| drop.key().0 < low);
        let count = self.0[start..].partition_point(|drop| drop.key().0 <= high);
        let is_near = |drop: &&Drop| {
            let at = drop.position;
            let axes = [(at.x, place.x), (at.y, place.y), (at.z, place.z)];
            axes.iter()
                .all(|(at, place)| at.abs_diff(*place) <= radius as u32)
        };
        self.0[start..start + count]
            .iter()
            .filter(is_near)
            .for_each(&mut visit);
    }

    /// Becomes the same as others, in its own storage.
    pub(crate) fn copy(&mut self, others: &Drops) {
        self.0.clone_from(&others.0);
    }

    /// Puts something down; where there is too much the oldest goes.
    fn lay(&mut self, drop: Drop) {
        let Err(place) = self.place_of(drop.key()) else {
            return;
        };
        self.0.insert(place, drop);
        if self.0.len() > DROPS_MAX {
            let oldest =
                (0..self.0.len()).min_by_key(|place| (self.0[*place].tick, self.0[*place].id));
            self.0.remove(oldest.expect("there is one"));
        }
    }

    fn take(&mut self, cell: u64, id: u32) -> Option<Drop> {
        let place = self.place_of((cell, id)).ok()?;
        Some(self.0.remove(place))
    }

    fn place_of(&self, key: (u64, u32)) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, Drop::key)
    }
}

/// In any order, each with an id of its own.
impl FromIterator<Drop> for Drops {
    fn from_iter<Iter: IntoIterator<Item = Drop>>(drops: Iter) -> Self {
        let mut all: Vec<Drop> = drops.into_iter().collect();
        all.sort_unstable_by_key(Drop::key);
        Self(all)
    }
}

/// Names what a body leaves that falls at a tick. The tick's twelve bits tell falls of 204 s apart, and
/// nothing lies as long as that.
fn drop_id(fallen: BodyId, tick: u32) -> u32 {
    fallen.index() << 12 | tick & 0xfff
}

/// Has what a body had lie where it fell, for the body that felled it.
pub(crate) fn leave(world: &mut World, fallen: BodyId, finder: BodyId, at: Position) {
    let tick = world.tick;
    let had = Fallen {
        seed: world.config.seed,
        body: fallen,
        tick,
    };
    let loot = had.loot();
    if loot.is_none() {
        return;
    }
    world.outbox.push(Effect {
        target: EffectTarget::of_cell(at.cell()),
        source: finder,
        sequence: sequence(Origin::Loot, drop_id(fallen, tick)),
        change: Change::Lay { loot, at },
    });
}

/// Has players take up what lies at their feet: each in another tick than its neighbours in order.
pub(crate) fn phase(world: &mut World) {
    if world.drops.is_empty() {
        return;
    }
    for (session, slot) in world.players.order() {
        let is_due = (session.0 as u32)
            .wrapping_add(world.tick)
            .is_multiple_of(REACH_TICKS);
        if session.is_stranger() || !is_due {
            continue;
        }
        let body = world.players.get(*slot).body;
        let row = world.bodies.row(body).expect("a player keeps its body");
        if !world.bodies.combat[row].is_alive() {
            continue;
        }
        let feet = world.bodies.motion[row].position;
        if let Some(drop) = at_feet(&world.drops, body, feet, world.tick) {
            world.outbox.push(Effect {
                target: EffectTarget::of_cell(drop.position.cell()),
                source: body,
                sequence: sequence(Origin::Loot, drop.id),
                change: Change::Take { drop: drop.id },
            });
        }
    }
}

/// The one with the lowest key that the body may take: all others have their turn soon.
fn at_feet(drops: &Drops, body: BodyId, feet: Position, tick: u32) -> Option<Drop> {
    let mut found = None;
    drops.each_near(feet, REACH, |drop| {
        if found.is_none() && !drop.is_kept_from(body, tick) {
            found = Some(*drop);
        }
    });
    found
}

/// What an effect says lies there from now on.
pub(crate) fn lay(world: &mut World, effect: &Effect, loot: Loot, at: Position) {
    let drop = Drop {
        id: effect.sequence as u32,
        position: settled(world, at),
        loot,
        finder: effect.source,
        tick: world.tick,
    };
    world.drops.lay(drop);
}

/// Takes something up, if it still lies there: the first in canonical order gets it.
pub(crate) fn take(world: &mut World, cell: u64, id: u32) -> Option<Loot> {
    world.drops.take(cell, id).map(|drop| drop.loot)
}

/// Now and then takes away what lay there long enough, and lets the rest fall where the ground is gone.
pub(crate) fn sweep(world: &mut World) {
    if world.drops.is_empty() || !world.tick.is_multiple_of(DROPS_SWEEP_TICKS) {
        return;
    }
    let Drops(mut all) = core::mem::take(&mut world.drops);
    all.retain(|drop| !drop.is_over(world.tick));
    for drop in &mut all {
        drop.position = settled(world, drop.position);
    }
    all.sort_unstable_by_key(Drop::key);
    world.drops = Drops(all);
}

/// On the ground or the water below a place, or above it where that is in it; what is deep rises by and by.
/// Land that is not loaded bears.
fn settled(world: &World, place: Position) -> Position {
    let is_floating = world.dialect.has_floating_drops();
    let bears = |block: BlockCoord| {
        let block = world.terrain.block(block);
        block.is_solid() || block == Block::VOID || is_floating && block == Block::WATER
    };
    let mut block = place.block();
    let y = block.y;
    while bears(block) && block.y - y < RISE_BLOCKS_MAX {
        block.y += 1;
    }
    let below = |block: BlockCoord| BlockCoord::new(block.x, block.y - 1, block.z);
    while !bears(below(block)) && y - block.y < FALL_BLOCKS_MAX {
        block.y -= 1;
    }
    Position::new(place.x, block.position().y, place.z)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drop_at(id: u32, metres: [i32; 3], tick: u32) -> Drop {
        let [x, y, z] = metres.map(|axis| axis * UNITS_PER_METRE);
        Drop {
            id,
            position: Position::new(x, y, z),
            loot: Loot([Some((Thing::Arrow, 3)), None]),
            finder: BodyId::new(1, 1),
            tick,
        }
    }

    #[test]
    fn what_is_near_is_found_across_borders_of_cells_and_nothing_else() {
        let mut drops = Drops::default();
        for (id, x) in (-40..40).zip(-40..40) {
            drops.lay(drop_at((id + 40) as u32, [x, 64, 1 - x], 0));
        }
        for radius in [1, 20, 33] {
            let mut found = Vec::new();
            let place = Position::new(0, 64 * UNITS_PER_METRE, 0);
            drops.each_near(place, radius * UNITS_PER_METRE, |drop| found.push(drop.id));
            found.sort_unstable();
            let wanted: Vec<u32> = (-40..40_i32)
                .filter(|x| x.abs() <= radius && (1 - x).abs() <= radius)
                .map(|x| (x + 40) as u32)
                .collect();
            assert_eq!(found, wanted, "within {radius} m");
        }
    }

    #[test]
    fn of_too_many_the_oldest_goes() {
        let mut drops = Drops::default();
        for number in 0..=DROPS_MAX as u32 {
            drops.lay(drop_at(number, [number as i32 % 50, 64, 0], 7 + number));
        }
        assert_eq!(drops.all().len(), DROPS_MAX);
        assert!(drops.all().iter().all(|drop| drop.tick > 7));
        assert!(drops.all().is_sorted_by_key(Drop::key));
    }

    #[test]
    fn it_is_its_finders_for_a_while() {
        let drop = drop_at(1, [0, 64, 0], 100);
        assert!(!drop.is_kept_from(drop.finder, 100));
        assert!(drop.is_kept_from(BodyId::new(2, 1), 99 + DROP_CLAIM_TICKS));
        assert!(!drop.is_kept_from(BodyId::new(2, 1), 100 + DROP_CLAIM_TICKS));
    }
}
