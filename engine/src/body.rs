//! Bodies as columns, split by the phase that reads them. Rows are dense and in no meaningful order:
//! no rule may depend on which row a body stands in (R2).

use alloc::vec::Vec;

use crate::{frame::House, id::BodyId, limits::BODIES_MAX, motion::Motion, worn::Worn};

/// No row, and no player: this body is a soldier.
pub const NONE: u32 = u32::MAX;

/// What a body wants to do in this tick. `think` writes a soldier's, `advance` and `act` read it.
/// A player's is unused: its inputs say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Intent {
    /// Bits of [`crate::input::Buttons`] for the movement step.
    pub buttons: u16,
    pub yaw: u16,
    /// Where an arrow or bomb goes, up is positive.
    pub pitch: i16,
    pub attack: Attack,
}

/// What a soldier's hands do in a tick; refused while its wait lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Attack {
    #[default]
    None = 0,
    Swing = 1,
    /// A fully drawn arrow along the intent's yaw and pitch.
    Loose = 2,
    /// A bomb along the intent's yaw and pitch.
    Throw = 3,
}

/// How a body fights; the numbers are on the wire as an appearance's gear.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Gear {
    #[default]
    Sword = 0,
    Bow = 1,
    Player = 2,
    Sapper = 3,
}

/// Health and waits: read by `drain`, `act` and `publish`. 20 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Combat {
    /// 0 is dead.
    pub health: u16,
    pub health_max: u16,
    /// Ticks until a dead body may return.
    pub respawn_ticks: u16,
    /// Ticks it can still hold its breath, then ticks to the next harm.
    pub breath_ticks: u16,
    pub house: House,
    pub gear: Gear,
    /// Ticks in which nothing hurts it, after a return.
    pub safe_ticks: u8,
    /// One of [`crate::frame::pose`]'s `HANDS_*`, shown for `hands_ticks` more.
    pub hands: u8,
    pub hands_ticks: u8,
    pub sword_wait_ticks: u8,
    pub bow_wait_ticks: u8,
    pub bomb_wait_ticks: u8,
    pub pick_wait_ticks: u8,
    pub horn_wait_ticks: u8,
    /// Whether it holds a bow at rest, for the animator.
    pub holds_bow: bool,
    /// As its player's dress says; soldiers wear nothing that counts.
    pub worn: Worn,
}

const _: () = assert!(size_of::<Combat>() == 20);

/// A soldier's memory; only `think` reads and writes it. 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mind {
    /// What it marches on: see `think::navigation`.
    pub goal: u8,
    /// How it feels, for `mood_ticks` more: see `think::soldier::mood`.
    pub mood: u8,
    pub mood_ticks: u8,
    /// Ticks of walking since it last checked whether it gets on.
    pub stuck_ticks: u8,
    /// Where it was then, in 1/4 m.
    pub stuck_x: i16,
    pub stuck_z: i16,
}

impl Mind {
    /// One that has to choose a goal first.
    pub fn new() -> Self {
        Self {
            goal: u8::MAX,
            ..Self::default()
        }
    }
}

/// All bodies that a shard owns.
#[derive(Clone, Debug, Default)]
pub struct Bodies {
    pub id: Vec<BodyId>,
    /// The player's place in [`crate::player::Players`], or [`NONE`] for a soldier.
    pub player: Vec<u32>,
    pub motion: Vec<Motion>,
    pub intent: Vec<Intent>,
    pub combat: Vec<Combat>,
    pub mind: Vec<Mind>,
    pub tally: Tally,
    /// By body index: its row here; [`NONE`] where this shard has nobody of that index.
    rows: Vec<u32>,
}

/// Bodies that ever came and went: created + arrived - destroyed - departed = alive here (R4).
/// Summed over all shards, what departed has arrived or is in a frame's handoffs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    pub created_count: u64,
    pub destroyed_count: u64,
    pub arrived_count: u64,
    pub departed_count: u64,
}

/// One body off the columns: what a shard hands to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Body {
    pub id: BodyId,
    pub motion: Motion,
    pub intent: Intent,
    pub combat: Combat,
    pub mind: Mind,
}

impl Body {
    /// A body that has done nothing yet.
    pub fn new(id: BodyId, motion: Motion, combat: Combat) -> Self {
        Self {
            id,
            motion,
            intent: Intent::default(),
            combat,
            mind: Mind::default(),
        }
    }
}

impl Tally {
    /// None when more went than came.
    pub fn alive_count(&self) -> Option<u64> {
        let came = self.created_count.checked_add(self.arrived_count)?;
        came.checked_sub(self.destroyed_count)?
            .checked_sub(self.departed_count)
    }

    /// Takes over what another shard counted.
    pub fn add(&mut self, other: &Tally) {
        let Tally {
            created_count,
            destroyed_count,
            arrived_count,
            departed_count,
        } = other;
        self.created_count += created_count;
        self.destroyed_count += destroyed_count;
        self.arrived_count += arrived_count;
        self.departed_count += departed_count;
    }
}

impl Bodies {
    /// With room for all bodies there may ever be, so that none of the columns grows in a tick.
    pub fn new() -> Self {
        Self {
            id: Vec::with_capacity(BODIES_MAX),
            player: Vec::with_capacity(BODIES_MAX),
            motion: Vec::with_capacity(BODIES_MAX),
            intent: Vec::with_capacity(BODIES_MAX),
            combat: Vec::with_capacity(BODIES_MAX),
            mind: Vec::with_capacity(BODIES_MAX),
            tally: Tally::default(),
            rows: Vec::with_capacity(BODIES_MAX + 1),
        }
    }

    pub fn count(&self) -> usize {
        self.id.len()
    }

    /// The row of a body; none if it is not here, or if its index went to another.
    #[inline]
    pub fn row(&self, id: BodyId) -> Option<usize> {
        let row = *self.rows.get(id.index() as usize)? as usize;
        (row < self.id.len() && self.id[row] == id).then_some(row)
    }

    /// A copy of a row.
    pub fn body(&self, row: usize) -> Body {
        Body {
            id: self.id[row],
            motion: self.motion[row],
            intent: self.intent[row],
            combat: self.combat[row],
            mind: self.mind[row],
        }
    }

    /// Rows by body index, [`NONE`] where nobody is.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// A body that never was before; `player` as in the column.
    pub fn create(&mut self, body: Body, player: u32) {
        self.push(body, player);
        self.tally.created_count += 1;
    }

    /// A body that comes from another shard.
    pub fn arrive(&mut self, body: Body, player: u32) {
        self.push(body, player);
        self.tally.arrived_count += 1;
    }

    /// Takes a body out of the world.
    pub fn destroy(&mut self, id: BodyId) {
        self.take(id);
        self.tally.destroyed_count += 1;
    }

    /// Takes a body out that goes to another shard.
    pub fn depart(&mut self, id: BodyId) -> Body {
        self.tally.departed_count += 1;
        self.take(id)
    }

    fn push(&mut self, body: Body, player: u32) {
        let index = body.id.index() as usize;
        if self.rows.len() <= index {
            self.rows.resize(index + 1, NONE);
        }
        assert!(self.rows[index] == NONE, "a body is in one row (R4)");
        self.rows[index] = self.count() as u32;
        self.id.push(body.id);
        self.player.push(player);
        self.motion.push(body.motion);
        self.intent.push(body.intent);
        self.combat.push(body.combat);
        self.mind.push(body.mind);
    }

    fn take(&mut self, id: BodyId) -> Body {
        let row = self.row(id).expect("only who is here is taken out");
        self.player.swap_remove(row);
        let body = Body {
            id: self.id.swap_remove(row),
            motion: self.motion.swap_remove(row),
            intent: self.intent.swap_remove(row),
            combat: self.combat.swap_remove(row),
            mind: self.mind.swap_remove(row),
        };
        self.rows[id.index() as usize] = NONE;
        if let Some(moved) = self.id.get(row) {
            self.rows[moved.index() as usize] = row as u32;
        }
        body
    }

    /// Lets two bodies change places, to show that rows do not matter.
    #[cfg(test)]
    pub fn swap_rows(&mut self, row: usize, row_other: usize) {
        self.id.swap(row, row_other);
        self.player.swap(row, row_other);
        self.motion.swap(row, row_other);
        self.intent.swap(row, row_other);
        self.combat.swap(row, row_other);
        self.mind.swap(row, row_other);
        for row in [row, row_other] {
            self.rows[self.id[row].index() as usize] = row as u32;
        }
    }
}

impl Combat {
    pub fn is_alive(&self) -> bool {
        self.health > 0
    }

    /// Shows a pose of the hands for a while.
    pub fn show_hands(&mut self, hands: u8, ticks: u8) {
        self.hands = hands;
        self.hands_ticks = ticks;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(index: u32) -> Body {
        Body::new(BodyId::new(index, 0), Motion::default(), Combat::default())
    }

    #[test]
    fn rows_follow_the_coming_and_going_of_others() {
        let mut bodies = Bodies::new();
        for index in 1..=5 {
            bodies.create(body(index), NONE);
        }
        bodies.destroy(body(2).id);
        assert_eq!(bodies.depart(body(5).id), body(5));
        assert_eq!(bodies.row(body(2).id), None);
        for index in [1, 3, 4] {
            let row = bodies.row(body(index).id).expect("it stayed");
            assert_eq!(bodies.id[row], body(index).id);
        }
        assert_eq!(bodies.tally.alive_count(), Some(3));
        bodies.arrive(body(5), NONE);
        assert_eq!(bodies.tally.alive_count(), Some(4));
        assert_eq!(bodies.count(), 4);
    }

    #[test]
    #[should_panic(expected = "a body is in one row")]
    fn nobody_is_here_twice() {
        let mut bodies = Bodies::new();
        bodies.create(body(7), NONE);
        bodies.arrive(body(7), NONE);
    }
}
