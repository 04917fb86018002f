//! Players: the sessions that steer bodies, with their queued inputs, bags and tallies.
//!
//! Rows are stable slots; the order of sessions is kept beside them. Not responsible for who may
//! come in: edges admit, name and count sessions.

use alloc::vec::Vec;

use spatial::{BlockCoord, Position};

use crate::{
    balance::{BLOCKS_COUNT_MAX, BLOCKS_COUNT_START, BOMBS_COUNT_MAX},
    body::NONE,
    effect::Work,
    id::{Attachment, BodyId, SessionId},
    input::{PlayerInput, Slot},
    limits::{INPUT_BURST, INPUT_QUEUE_MAX, INPUTS_PER_TICK_MAX, PLAYERS_MAX},
    record::{CheckpointError, Input, Record},
    spoils::{Gains, Spoils},
    worn::Dress,
};

/// A player. About 1,250 bytes, most of them queued inputs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Player {
    pub session: SessionId,
    pub body: BodyId,
    /// The connection that speaks for it.
    pub attachment: Attachment,
    /// Connections that did so far: more than one has who came back.
    pub attachments_count: u16,
    /// Ticks since that said anything.
    pub silent_ticks: u16,
    pub queue: InputQueue,
    /// The inputs applied in this tick, for `act`; emptied by the next `advance`.
    pub applied: [AppliedInput; INPUTS_PER_TICK_MAX],
    pub applied_count: u8,
    pub slot: Slot,
    /// Ticks the bow has been drawn.
    pub draw_ticks: u8,
    /// Whether the primary button was down in the last input: throws and swings want it released.
    pub was_primary: bool,
    pub was_horn: bool,
    /// The block being dug, and the ticks spent on it.
    pub dig: Option<(BlockCoord, u16)>,
    pub bombs_count: u8,
    pub bomb_regain_ticks: u16,
    pub blocks_count: u8,
    pub kills: u16,
    pub deaths: u16,
    pub score: u32,
    pub push_count: u16,
    /// Where it wants to come back: a banner's index, or 255 for the keep.
    pub respawn_banner: u8,
    /// Whether it was told of a refusal in this tick: one answer a tick, the rest is counted.
    pub was_refused: bool,
    pub spoils: Spoils,
    pub dress: Dress,
}

/// An input and where the body stood after its movement step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AppliedInput {
    pub input: PlayerInput,
    pub position: Position,
    pub is_crouched: bool,
}

/// Inputs waiting for their tick, in order, and the budget that holds a player to 20 a second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InputQueue {
    inputs: [PlayerInput; INPUT_QUEUE_MAX],
    count: u8,
    /// Inputs that may be applied: one more each tick, [`INPUT_BURST`] at most.
    tokens_count: u8,
    /// Ticks since the last input was applied.
    pub starved_ticks: u8,
    /// The last sequence taken in.
    pub sequence_received: u32,
    /// The last sequence applied.
    pub sequence_applied: u32,
    /// Yaw of the last input applied, for the neutral ones of a starved body.
    pub yaw: u16,
}

/// All players of a shard.
#[derive(Clone, Debug, Default)]
pub struct Players {
    slots: Vec<Player>,
    /// Slots free for the next player.
    free: Vec<u32>,
    /// Every session with its slot, in order of sessions.
    order: Vec<(SessionId, u32)>,
}

impl Players {
    pub fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            order: Vec::with_capacity(PLAYERS_MAX),
        }
    }

    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// Sessions and their slots, in order of sessions.
    pub fn order(&self) -> &[(SessionId, u32)] {
        &self.order
    }

    /// The slot of a session.
    pub fn slot_of(&self, session: SessionId) -> Option<u32> {
        let place = self.order.binary_search_by_key(&session, |&(key, _)| key);
        place.ok().map(|place| self.order[place].1)
    }

    pub fn get(&self, slot: u32) -> &Player {
        &self.slots[slot as usize]
    }

    pub fn get_mut(&mut self, slot: u32) -> &mut Player {
        &mut self.slots[slot as usize]
    }

    /// The player who steers a body, from the body's `player` column.
    pub fn of_body(&mut self, slot: u32) -> Option<&mut Player> {
        (slot != NONE).then(|| &mut self.slots[slot as usize])
    }

    /// Takes a slot for a new session.
    pub fn add(&mut self, player: Player) -> u32 {
        let session = player.session;
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = player;
                slot
            }
            None => {
                self.slots.push(player);
                self.slots.len() as u32 - 1
            }
        };
        let place = self.order.partition_point(|&(key, _)| key < session);
        self.order.insert(place, (session, slot));
        slot
    }

    /// Frees a session's slot and hands its player back.
    pub fn remove(&mut self, session: SessionId) -> Option<Player> {
        let place = self.order.binary_search_by_key(&session, |&(key, _)| key);
        let (_, slot) = self.order.remove(place.ok()?);
        self.free.push(slot);
        Some(core::mem::take(&mut self.slots[slot as usize]))
    }
}

impl Player {
    pub fn new(session: SessionId, body: BodyId) -> Self {
        Self {
            session,
            body,
            bombs_count: BOMBS_COUNT_MAX,
            blocks_count: BLOCKS_COUNT_START,
            respawn_banner: u8::MAX,
            ..Self::default()
        }
    }

    /// Another connection speaks for it from now on.
    pub fn attach(&mut self, attachment: Attachment) {
        self.attachment = attachment;
        self.attachments_count = self.attachments_count.saturating_add(1);
        self.silent_ticks = 0;
        self.queue.restart();
        self.drop_work();
    }

    /// A connection said something: true if that is the one to listen to.
    pub fn hears(&mut self, attachment: Attachment) -> bool {
        let is_heard = self.attachment == attachment;
        if is_heard {
            self.silent_ticks = 0;
        }
        is_heard
    }

    /// The inputs applied in this tick, in order.
    pub fn applied(&self) -> &[AppliedInput] {
        &self.applied[..self.applied_count as usize]
    }

    pub fn push_applied(&mut self, applied: AppliedInput) {
        self.applied[self.applied_count as usize] = applied;
        self.applied_count += 1;
    }

    /// Notes what its character gained, if it has one.
    pub(crate) fn gain(&mut self, tick: u32, what: impl FnOnce(&mut Gains)) {
        if !self.session.is_stranger() {
            self.spoils.gain(tick, what);
        }
    }

    /// Hears what became of the work of its hands.
    pub(crate) fn have_worked(&mut self, work: Work, tick: u32) {
        match work {
            Work::Dug { thing } => self.gain(tick, |open| open.dig(thing)),
            Work::Placed => return self.gain(tick, Gains::place),
            Work::GivenBack => {}
            Work::Found { loot } => {
                return self.gain(tick, |open| open.find(loot));
            }
        }
        self.blocks_count = (self.blocks_count.saturating_add(1)).min(BLOCKS_COUNT_MAX);
    }

    /// Lowers the bow and lets go of the block being dug.
    pub fn drop_work(&mut self) {
        self.draw_ticks = 0;
        self.dig = None;
    }
}

impl Default for InputQueue {
    fn default() -> Self {
        Self {
            inputs: [PlayerInput::default(); INPUT_QUEUE_MAX],
            count: 0,
            tokens_count: INPUT_BURST,
            starved_ticks: 0,
            sequence_received: 0,
            sequence_applied: 0,
            yaw: 0,
        }
    }
}

impl InputQueue {
    pub fn count(&self) -> usize {
        self.count as usize
    }

    pub fn is_full(&self) -> bool {
        self.count() == INPUT_QUEUE_MAX
    }

    /// The inputs waiting, in order.
    pub fn inputs(&self) -> &[PlayerInput] {
        &self.inputs[..self.count()]
    }

    pub fn tokens_count(&self) -> u8 {
        self.tokens_count
    }

    /// Appends an input that was checked. Panics when full.
    pub fn push(&mut self, input: PlayerInput) {
        self.inputs[self.count()] = input;
        self.count += 1;
        self.sequence_received = input.sequence;
    }

    /// Gains the token of a tick. Once a tick, before [`Self::pop`].
    pub fn refill(&mut self) {
        self.tokens_count = (self.tokens_count + 1).min(INPUT_BURST);
    }

    /// How many inputs this tick applies: one, or two to catch up when more than two wait.
    pub fn due_count(&self) -> usize {
        let wanted_count = if self.count() > 2 {
            INPUTS_PER_TICK_MAX
        } else {
            1
        };
        wanted_count
            .min(self.count())
            .min(self.tokens_count as usize)
    }

    /// The next input; there must be one.
    pub fn pop(&mut self) -> PlayerInput {
        let input = self.inputs[0];
        let count = self.count();
        self.inputs.copy_within(1..count, 0);
        self.inputs[count - 1] = PlayerInput::default();
        self.count -= 1;
        self.tokens_count -= 1;
        self.starved_ticks = 0;
        self.sequence_applied = input.sequence;
        self.yaw = input.yaw;
        input
    }

    /// The same session reconnected: its inputs are counted anew, from whatever number comes first.
    pub fn restart(&mut self) {
        let tokens_count = self.tokens_count;
        *self = Self {
            tokens_count,
            yaw: self.yaw,
            ..Self::default()
        };
    }
}

impl Record for InputQueue {
    fn write(&self, output: &mut Vec<u8>) {
        self.inputs().to_vec().write(output);
        self.tokens_count.write(output);
        self.starved_ticks.write(output);
        self.sequence_received.write(output);
        self.sequence_applied.write(output);
        self.yaw.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let waiting = Vec::<PlayerInput>::read(input)?;
        if waiting.len() > INPUT_QUEUE_MAX {
            return Err(CheckpointError::Inconsistent);
        }
        let mut queue = Self::default();
        waiting.into_iter().for_each(|input| queue.push(input));
        queue.tokens_count = u8::read(input)?.min(INPUT_BURST);
        queue.starved_ticks = Record::read(input)?;
        queue.sequence_received = Record::read(input)?;
        queue.sequence_applied = Record::read(input)?;
        queue.yaw = Record::read(input)?;
        Ok(queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn player(session: u64) -> Player {
        Player::new(SessionId(session), BodyId::NOBODY)
    }

    #[test]
    fn sessions_are_found_in_any_order_of_coming_and_going() {
        let mut players = Players::new();
        for session in [5, 1, 9, 3] {
            players.add(player(session));
        }
        assert!(players.remove(SessionId(1)).is_some());
        assert!(players.remove(SessionId(1)).is_none());
        players.add(player(7));
        let sessions: Vec<u64> = players
            .order()
            .iter()
            .map(|(session, _)| session.0)
            .collect();
        assert_eq!(sessions, [3, 5, 7, 9]);
        for session in sessions {
            let slot = players.slot_of(SessionId(session)).expect("it was added");
            assert_eq!(players.get(slot).session.0, session);
        }
    }

    #[test]
    fn a_queue_catches_up_but_never_beyond_its_budget() {
        let mut queue = InputQueue::default();
        let mut applied_count = 0;
        let mut sequence = 0;
        for _ in 0..1_000 {
            while !queue.is_full() {
                sequence += 1;
                queue.push(PlayerInput {
                    sequence,
                    ..Default::default()
                });
            }
            queue.refill();
            for _ in 0..queue.due_count() {
                applied_count += 1;
                assert_eq!(queue.pop().sequence, applied_count);
            }
        }
        // The first token finds a full bucket.
        assert_eq!(applied_count, 999 + INPUT_BURST as u32);
    }
}
