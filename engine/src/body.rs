//! Bodies as columns, split by the phase that reads them. Rows are dense and in no meaningful order:
//! no rule may depend on which row a body stands in (R2).

use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    frame::House,
    id::BodyId,
    limits::{BODIES_MAX, BODY_INDEX_REST_TICKS},
    motion::Motion,
};

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

/// Health and waits: read by `drain`, `act` and `publish`. 24 bytes.
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
}

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
    /// Bodies ever added and removed: created - destroyed = alive (R4).
    pub created_count: u64,
    pub destroyed_count: u64,
    indices: Indices,
}

/// Which body index stands in which row, and which indices may be given again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Indices {
    /// By body index; [`NONE`] where nobody is.
    pub row: Vec<u32>,
    /// By body index: the generation given last.
    pub generation: Vec<u8>,
    /// Indices at rest, with the tick from which they may be given again.
    pub resting: VecDeque<(u32, u32)>,
}

/// What a new body starts with.
#[derive(Clone, Copy, Debug)]
pub struct NewBody {
    pub player: u32,
    pub motion: Motion,
    pub combat: Combat,
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
            created_count: 0,
            destroyed_count: 0,
            indices: Indices::new(),
        }
    }

    pub fn count(&self) -> usize {
        self.id.len()
    }

    /// The row of a body; none once it left or if its index went to another.
    #[inline]
    pub fn row(&self, id: BodyId) -> Option<usize> {
        let row = *self.indices.row.get(id.index() as usize)? as usize;
        (row < self.id.len() && self.id[row] == id).then_some(row)
    }

    /// Adds a body; none when the world is full.
    pub fn add(&mut self, body: NewBody, tick: u32) -> Option<BodyId> {
        if self.count() == BODIES_MAX {
            return None;
        }
        let id = self.indices.take(self.count() as u32, tick)?;
        self.id.push(id);
        self.player.push(body.player);
        self.motion.push(body.motion);
        self.intent.push(Intent::default());
        self.combat.push(body.combat);
        self.mind.push(Mind::default());
        self.created_count += 1;
        Some(id)
    }

    /// Removes a body; its index rests before it names another.
    pub fn remove(&mut self, id: BodyId, tick: u32) {
        let row = self.row(id).expect("only living bodies are removed");
        self.id.swap_remove(row);
        self.player.swap_remove(row);
        self.motion.swap_remove(row);
        self.intent.swap_remove(row);
        self.combat.swap_remove(row);
        self.mind.swap_remove(row);
        if let Some(moved) = self.id.get(row) {
            self.indices.row[moved.index() as usize] = row as u32;
        }
        self.indices.give_back(id, tick);
        self.destroyed_count += 1;
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
            self.indices.row[self.id[row].index() as usize] = row as u32;
        }
    }

    pub(crate) fn indices(&self) -> &Indices {
        &self.indices
    }

    /// Puts restored indices in place; the ids must already be there. All are soldiers until
    /// players claim theirs.
    pub(crate) fn restore_indices(&mut self, mut indices: Indices) {
        indices.row.clear();
        indices.row.resize(indices.generation.len(), NONE);
        for (row, id) in self.id.iter().enumerate() {
            indices.row[id.index() as usize] = row as u32;
        }
        self.player.clear();
        self.player.resize(self.id.len(), NONE);
        self.indices = indices;
    }
}

impl Indices {
    /// Index 0 is nobody.
    fn new() -> Self {
        let mut row = Vec::with_capacity(BODIES_MAX + 1);
        let mut generation = Vec::with_capacity(BODIES_MAX + 1);
        row.push(NONE);
        generation.push(0);
        Self {
            row,
            generation,
            resting: VecDeque::with_capacity(BODIES_MAX),
        }
    }

    /// An index that rested long enough, else a new one; none when all rest.
    fn take(&mut self, row: u32, tick: u32) -> Option<BodyId> {
        let index = match self.resting.front() {
            Some(&(index, free_tick)) if free_tick <= tick => {
                self.resting.pop_front();
                index as usize
            }
            _ if self.row.len() <= BODIES_MAX => {
                self.row.push(NONE);
                self.generation.push(u8::MAX);
                self.row.len() - 1
            }
            _ => return None,
        };
        self.row[index] = row;
        self.generation[index] = self.generation[index].wrapping_add(1);
        Some(BodyId::new(index as u32, self.generation[index]))
    }

    fn give_back(&mut self, id: BodyId, tick: u32) {
        self.row[id.index() as usize] = NONE;
        self.resting
            .push_back((id.index(), tick + BODY_INDEX_REST_TICKS));
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

    fn new_body() -> NewBody {
        NewBody {
            player: NONE,
            motion: Motion::default(),
            combat: Combat::default(),
        }
    }

    #[test]
    fn ids_survive_the_removal_of_others() {
        let mut bodies = Bodies::new();
        let ids: Vec<BodyId> = (0..5)
            .map(|_| bodies.add(new_body(), 1).expect("the world is empty"))
            .collect();
        bodies.remove(ids[1], 2);
        bodies.remove(ids[4], 2);
        assert_eq!(bodies.row(ids[1]), None);
        for id in [ids[0], ids[2], ids[3]] {
            let row = bodies.row(id).expect("it was not removed");
            assert_eq!(bodies.id[row], id);
        }
        assert_eq!(bodies.created_count - bodies.destroyed_count, 3);
    }

    #[test]
    fn an_index_rests_and_comes_back_with_another_generation() {
        let mut bodies = Bodies::new();
        let first = bodies.add(new_body(), 1).expect("the world is empty");
        bodies.remove(first, 10);
        let second = bodies.add(new_body(), 11).expect("there is room");
        assert_ne!(second.index(), first.index());
        let third = bodies.add(new_body(), 10 + BODY_INDEX_REST_TICKS);
        let third = third.expect("there is room");
        assert_eq!(third.index(), first.index());
        assert_ne!(third, first);
        assert_eq!(bodies.row(first), None);
    }

    #[test]
    fn a_full_world_takes_nobody() {
        let mut bodies = Bodies::new();
        for _ in 0..BODIES_MAX {
            assert!(bodies.add(new_body(), 1).is_some());
        }
        assert!(bodies.add(new_body(), 1).is_none());
    }
}
