//! What happens in the tick under way, collected for its frame.

use alloc::vec::Vec;

use spatial::{Block, BlockCoord, CellCoord};

use crate::{
    event::{Event, RefusalReason},
    frame::Edit,
    id::SessionId,
    limits::{EDITS_PER_TICK_MAX, EVENTS_MAX},
    player::Player,
};

/// Kinds of [`RefusalReason`].
pub const REFUSAL_REASON_COUNT: usize = 9;

/// Happenings of one tick, and counts since the world began.
#[derive(Clone, Debug, Default)]
pub struct Happenings {
    pub events: Vec<Event>,
    pub edits: Vec<Edit>,
    pub loaded: Vec<CellCoord>,
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
    /// Effects on cells that are not this shard's; bombs at the edge of the world send some.
    pub effects_foreign_count: u64,
    /// Cells handed over to load that are not this shard's.
    pub loads_foreign_count: u64,
    /// Frames made anew because a reader still held the oldest one.
    pub frames_allocated_count: u64,
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
