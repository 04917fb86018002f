//! Players: each is at some edge, comes in, runs, fights, digs, builds and throws by chance, leaves,
//! and goes to another edge.

use engine::{Attachment, BlockTarget, Buttons, Command, Frame, PlayerInput, SessionId, Slot};
use spatial::{BlockCoord, random::SplitMix64};

use crate::time::{MS, Time};

/// Between two inputs.
pub const INPUT_PERIOD: Time = 50 * MS;
/// A player who is not in yet asks again after this.
const JOIN_PATIENCE: Time = 2_000 * MS;

/// See the module.
#[derive(Debug)]
pub struct Player {
    session: SessionId,
    /// The number of its edge.
    pub edge: usize,
    sequence: u32,
    buttons: u16,
    slot: u8,
    asked_at: Option<Time>,
    /// Whether the edge that it is at has heard of it.
    is_new: bool,
}

impl Player {
    pub fn new(number: usize, edge: usize) -> Self {
        Self {
            session: SessionId(number as u64 + 1),
            edge,
            sequence: 0,
            buttons: 0,
            slot: 0,
            asked_at: None,
            is_new: true,
        }
    }

    /// Goes to an edge, where it comes back in the same body.
    pub fn go_to(&mut self, edge: usize) {
        self.edge = edge;
        self.is_new = true;
        self.asked_at = None;
    }

    /// Has the world forget what it was told of somebody's spoils: late, again, or never, as edges are.
    pub fn keep_spoils(whole: &Frame, random: &mut SplitMix64) -> Option<Command> {
        let count = whole.spoils.len() as u32;
        let place = random.below(2 * count.max(1)) as usize;
        whole.spoils.get(place).map(|told| Command::SpoilsKept {
            session: told.session,
            seal: told.seal,
        })
    }

    /// What it does now, given what its edge told it.
    pub fn act(&mut self, now: Time, whole: &Frame, random: &mut SplitMix64) -> Option<Command> {
        let states = &whole.players;
        let place = states.binary_search_by_key(&self.session, |state| state.session);
        let Ok(place) = place else {
            return self.join(now);
        };
        if self.is_new {
            return self.join(now);
        }
        self.asked_at = None;
        if random.chance(1, 400) {
            self.is_new = true;
            let session = self.session;
            return Some(Command::Leave { session });
        }
        let near = states[place].motion.position.block();
        let input = self.input(whole.tick, near, random);
        Some(Command::Input {
            session: self.session,
            attachment: Attachment::default(),
            input,
        })
    }

    fn join(&mut self, now: Time) -> Option<Command> {
        if self.asked_at.is_some_and(|at| now < at + JOIN_PATIENCE) {
            return None;
        }
        self.asked_at = Some(now);
        self.is_new = false;
        Some(Command::Join {
            session: self.session,
            attachment: Attachment::default(),
            name: format!("player {}", self.session.0),
            house: u8::MAX,
        })
    }

    fn input(&mut self, tick: u32, near: BlockCoord, random: &mut SplitMix64) -> PlayerInput {
        if random.chance(1, 8) {
            self.buttons = random.below(1 << 11) as u16;
            self.slot = random.below(10) as u8;
        }
        self.sequence += 1;
        let mut around = || random.between(-3, 3);
        let block = BlockCoord::new(near.x + around(), near.y + around(), near.z + around());
        PlayerInput {
            sequence: self.sequence,
            view_tick: tick.saturating_sub(random.below(12)),
            view_fraction: random.below(256) as u8,
            buttons: Buttons(self.buttons),
            yaw: random.next_u32() as u16,
            pitch: random.between(-16_384, 16_384) as i16,
            slot: Slot(self.slot),
            target: Some(BlockTarget {
                block,
                face: random.below(6) as u8,
            }),
            respawn_banner: random.below(3) as u8,
        }
    }
}
