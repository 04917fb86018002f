//! What happens in the tick under way, collected for its frame.

use alloc::vec::Vec;

use spatial::{Block, BlockCoord, Brick, CellCoord};

use crate::{
    event::{Event, RefusalReason},
    frame::Edit,
    id::SessionId,
    input::Command,
    limits::{EDITS_PER_TICK_MAX, EVENTS_MAX, FORWARDED_MAX},
    player::Player,
    spoils::Estate,
};

/// Kinds of [`RefusalReason`].
pub const REFUSAL_REASON_COUNT: usize = RefusalReason::ALL.len();

/// Happenings of one tick, and counts since the world began.
#[derive(Clone, Debug, Default)]
pub struct Happenings {
    pub events: Vec<Event>,
    pub edits: Vec<Edit>,
    pub loaded: Vec<CellCoord>,
    /// Terrain taken in, for all shards to load in the next tick.
    pub arriving: Vec<(CellCoord, Brick)>,
    /// Commands for other shards.
    pub forwarded: Vec<Command>,
    /// Spoils of players who left, for the seat.
    pub estates: Vec<Estate>,
    /// The last edit's number.
    pub edit_sequence: u32,
    pub counters: Counters,
}

/// Counts for metrics; no rule reads them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Inputs, actions and joins refused, by [`RefusalReason`].
    pub refused_count: [u64; REFUSAL_REASON_COUNT],
    /// Events beyond [`EVENTS_MAX`] in one tick.
    pub events_dropped_count: u64,
    /// Effects on bodies that had left.
    pub effects_late_count: u64,
    /// Effects beyond [`EFFECTS_MAX`](crate::limits::EFFECTS_MAX) in one tick.
    pub effects_dropped_count: u64,
    /// Effects on cells outside of the world; bombs at its edge send some. Counted by the seat.
    pub effects_foreign_count: u64,
    /// Cells handed over to load that are outside of the world.
    pub loads_foreign_count: u64,
    /// Changes of the partition that it did not allow.
    pub partition_refused_count: u64,
    /// Commands beyond [`FORWARDED_MAX`] in one tick that were for other shards.
    pub forwarded_dropped_count: u64,
    /// Estates of players who left that the seat had no room for.
    pub estates_lost_count: u64,
    /// Words that spoils are kept that were known to be, or never told of.
    pub spoils_unknown_count: u64,
    /// Ticks in which bodies were lost or double over all shards (R4); counted by the seat. Never moves
    /// unless we have a bug.
    pub conservation_faults_count: u64,
    /// Frames made anew because a reader still held the oldest one.
    pub frames_allocated_count: u64,
}

impl Counters {
    /// Adds what another shard counted.
    pub fn add(&mut self, other: &Counters) {
        let Counters {
            refused_count,
            events_dropped_count,
            effects_late_count,
            effects_dropped_count,
            effects_foreign_count,
            loads_foreign_count,
            partition_refused_count,
            forwarded_dropped_count,
            estates_lost_count,
            spoils_unknown_count,
            conservation_faults_count,
            frames_allocated_count,
        } = other;
        for (sum, count) in self.refused_count.iter_mut().zip(refused_count) {
            *sum += count;
        }
        self.events_dropped_count += events_dropped_count;
        self.effects_late_count += effects_late_count;
        self.effects_dropped_count += effects_dropped_count;
        self.effects_foreign_count += effects_foreign_count;
        self.loads_foreign_count += loads_foreign_count;
        self.partition_refused_count += partition_refused_count;
        self.forwarded_dropped_count += forwarded_dropped_count;
        self.estates_lost_count += estates_lost_count;
        self.spoils_unknown_count += spoils_unknown_count;
        self.conservation_faults_count += conservation_faults_count;
        self.frames_allocated_count += frames_allocated_count;
    }
}

impl Happenings {
    pub fn new() -> Self {
        Self {
            events: Vec::with_capacity(EVENTS_MAX),
            edits: Vec::with_capacity(EDITS_PER_TICK_MAX),
            ..Self::default()
        }
    }

    /// Adds an event, unless there are too many.
    pub fn tell(&mut self, event: Event) {
        if self.events.len() < EVENTS_MAX {
            self.events.push(event);
        } else {
            self.counters.events_dropped_count += 1;
        }
    }

    /// Sends a command on to whoever it is for, unless there are too many.
    pub fn forward(&mut self, command: Command) {
        if self.forwarded.len() < FORWARDED_MAX {
            self.forwarded.push(command);
        } else {
            self.counters.forwarded_dropped_count += 1;
        }
    }

    /// Leaves the spoils of a player who goes to the seat, if there are any.
    pub fn leave_behind(&mut self, player: &Player) {
        if !player.spoils.are_none() {
            self.estates.push(Estate {
                session: player.session,
                spoils: player.spoils,
                dress: player.dress,
            });
        }
    }

    /// Numbers and keeps an edit. There must be room: see [`Self::has_room_for_edit`].
    pub fn keep_edit(&mut self, block: BlockCoord, now: Block) {
        self.edit_sequence += 1;
        self.edits.push(Edit {
            sequence: self.edit_sequence,
            block,
            now,
        });
    }

    pub fn has_room_for_edit(&self) -> bool {
        self.edits.len() < EDITS_PER_TICK_MAX
    }

    /// Counts a refusal, and answers the first of each player in a tick.
    pub fn refuse(&mut self, player: &mut Player, sequence: u32, reason: RefusalReason) {
        if player.was_refused {
            self.counters.refused_count[reason as usize] += 1;
            return;
        }
        player.was_refused = true;
        self.refuse_session(player.session, sequence, reason);
    }

    /// Counts and answers a refusal.
    pub fn refuse_session(&mut self, session: SessionId, sequence: u32, reason: RefusalReason) {
        self.counters.refused_count[reason as usize] += 1;
        self.tell(Event::Refused {
            session,
            sequence,
            reason,
        });
    }
}
