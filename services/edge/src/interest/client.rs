//! One client's part: its budget, its clock and its memory, and what it is told in a tick.

use engine::BodyId;
use protocol::{limits, own::OWN_BYTES};
use spatial::{CellCoord, Position, position::CELL_BLOCK_BITS};

use super::{
    TICK_RATE_HZ,
    cells::{Span, TickCells},
    memory::{Memory, UNQUEUED},
    packer::Packer,
    policy::{self, Slowing},
    views::{self, Look, ViewEntry},
};

/// Where a client's player is and what it may be sent; new each tick.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Events that involve it are always told.
    pub body: BodyId,
    pub position: Position,
    /// Where the camera looks; 65,536 to a full turn.
    pub yaw: u16,
    /// The player's own state, encoded; none before its body is there.
    pub own: Option<&'a [u8; OWN_BYTES]>,
    /// The largest datagram that the connection takes now.
    pub datagram_bytes: usize,
}

/// Buckets of cells by how far ahead of the clock they are due: now, or in so many units.
const BUCKET_COUNT: usize = policy::CLOCK_STEP as usize + 1;

/// Cells that are due in this tick, in lists by when, nearest first.
#[derive(Default)]
pub struct DueLists {
    heads: [u16; BUCKET_COUNT],
    due: Vec<Due>,
}

/// Stands for the end of a list.
const END: u16 = u16::MAX;

/// An entry that is due.
#[derive(Clone, Copy, Default)]
struct Due {
    entry: u16,
    ahead: u16,
    /// The next of its list.
    next: u16,
}

/// A client's interest over time.
pub struct ClientInterest {
    memory: Memory,
    slots_epoch: u32,
    /// Virtual time, modulo 65,536; overload slows it down.
    clock: u16,
    budget_bytes_per_tick: usize,
    /// Unspent bytes; never more than one tick's and one datagram's.
    tokens: usize,
    view_cells: usize,
    /// Where it stood and looked in the last tick, and what was told less often.
    seen_from: Option<(CellCoord, u8, Slowing)>,
    /// The body index told last where the own cell is too full to be told at once.
    own_after: u32,
    /// Cells whose telling goes on: slot and body index told last.
    due_unfinished: Option<(u16, u32)>,
    aged_unfinished: Option<(u16, u32)>,
}

/// What one tick's telling reads.
pub(super) struct Tick<'a> {
    pub cells: &'a TickCells,
    pub entries: &'a [ViewEntry],
    /// Those of them that are looked at in this tick.
    pub looks: &'a [Look],
    pub lists: &'a mut DueLists,
    /// The client's own cell, and its span if anything is in it.
    pub from: CellCoord,
    pub span: Option<u32>,
    pub facing: u8,
    pub slowing: Slowing,
    /// What the payload's shares are of.
    pub payload_bytes: usize,
}

impl Tick<'_> {
    /// How often the client is told of a cell, in units of its clock.
    fn period(&self, entry: &ViewEntry) -> u32 {
        let period = entry.period(self.facing);
        self.slowing.period(period, entry.is_near)
    }
}

impl ClientInterest {
    /// A client that was told nothing yet. Numbers are clamped to what [`limits`] allow.
    pub fn new(budget_bytes_per_second: u32, view_distance_blocks: u16) -> Self {
        let mut client = Self {
            memory: Memory::new(),
            slots_epoch: 0,
            clock: 0,
            budget_bytes_per_tick: 0,
            tokens: 0,
            view_cells: 0,
            seen_from: None,
            own_after: 0,
            due_unfinished: None,
            aged_unfinished: None,
        };
        client.set_budget(budget_bytes_per_second);
        client.set_view_distance(view_distance_blocks);
        client
    }

    pub fn set_budget(&mut self, bytes_per_second: u32) {
        let least = limits::BUDGET_BYTES_PER_SECOND_MIN;
        let bytes = bytes_per_second.clamp(least, limits::BUDGET_BYTES_PER_SECOND_MAX);
        self.budget_bytes_per_tick = bytes as usize / TICK_RATE_HZ;
    }

    pub fn set_view_distance(&mut self, blocks: u16) {
        let least = limits::VIEW_DISTANCE_BLOCKS_MIN;
        let blocks = blocks.clamp(least, limits::VIEW_DISTANCE_BLOCKS_MAX);
        self.view_cells = usize::from(blocks.div_ceil(1 << CELL_BLOCK_BITS));
    }

    /// Has the cache ready for what [`Self::tell`] will read.
    pub(super) fn warm(&self) {
        self.memory.warm();
    }

    /// Gives a tick's budget and says what may be spent now.
    pub(super) fn earn(&mut self, budget_bytes_per_tick: usize, datagram_bytes: usize) -> usize {
        let tokens_max = budget_bytes_per_tick + datagram_bytes;
        self.tokens = (self.tokens + budget_bytes_per_tick).min(tokens_max);
        self.tokens
    }

    pub(super) fn spend(&mut self, bytes: usize) {
        self.tokens = self.tokens.saturating_sub(bytes);
    }

    pub(super) fn budget_bytes_per_tick(&self) -> usize {
        self.budget_bytes_per_tick
    }

    pub(super) fn view_cells(&self) -> usize {
        self.view_cells
    }

    /// Packs what matters most: the own cell, then what waited longest, then what is due.
    pub(super) fn tell<Sink: FnMut(&mut [u8])>(
        &mut self,
        tick: &mut Tick<'_>,
        packer: &mut Packer<'_, Sink>,
    ) {
        self.prepare(tick);
        self.tell_own_cell(tick, packer);
        self.queue(tick);
        self.tell_aged(tick, packer);
        self.tell_due(tick, packer);
    }

    fn prepare(&mut self, tick: &Tick<'_>) {
        if self.slots_epoch != tick.cells.slots_epoch {
            self.slots_epoch = tick.cells.slots_epoch;
            self.memory.clear();
            self.due_unfinished = None;
            self.aged_unfinished = None;
        }
        self.memory.grow(tick.cells.slot_count());
        let seen_from = Some((tick.from, tick.facing, tick.slowing));
        if self.seen_from != seen_from {
            self.seen_from = seen_from;
            self.shorten_waits(tick);
        }
    }

    /// What came nearer or into sight is due no later than had it always been there.
    fn shorten_waits(&mut self, tick: &Tick<'_>) {
        for entry in tick.entries {
            let period = tick.period(entry) as u16;
            if self.memory.is_queued(entry.slot) && self.ahead(entry.slot) > period as i16 {
                self.memory
                    .set_due(entry.slot, self.clock.wrapping_add(period));
            }
        }
    }

    /// The own cell comes every tick, or as much of it as its share allows, in turns.
    fn tell_own_cell<Sink: FnMut(&mut [u8])>(
        &mut self,
        tick: &Tick<'_>,
        packer: &mut Packer<'_, Sink>,
    ) {
        let Some(span) = tick.span.map(|span| tick.cells.spans[span as usize]) else {
            return;
        };
        let share = tick.payload_bytes / policy::OWN_SHARE;
        let rows_max = (share / policy::ROW_BYTES_NEAR).max(1) as u32;
        if span.row_end - span.row_first <= rows_max {
            let left = packer.add([0; 3], span.row_first..span.row_end, true);
            if left.is_empty() {
                self.memory.told(span.slot, tick.cells.tick, self.clock);
            }
            return;
        }
        let first = tick
            .cells
            .row_after(span.row_first..span.row_end, self.own_after);
        let first = if first == span.row_end {
            span.row_first
        } else {
            first
        };
        let end = span.row_end.min(first + rows_max);
        let left = packer.add([0; 3], first..end, true);
        if left.start > first {
            self.own_after = tick.cells.body_index(left.start - 1);
        }
        let rest = rows_max - (end - first);
        if left.is_empty() && rest > 0 {
            self.wrap_own_cell(tick, span, rest, packer);
        }
    }

    fn wrap_own_cell<Sink: FnMut(&mut [u8])>(
        &mut self,
        tick: &Tick<'_>,
        span: Span,
        rows: u32,
        packer: &mut Packer<'_, Sink>,
    ) {
        let left = packer.add([0; 3], span.row_first..span.row_first + rows, true);
        if left.start > span.row_first {
            self.own_after = tick.cells.body_index(left.start - 1);
        }
    }

    /// Sorts the cells in view by when they are due; those new to the client join the queue.
    fn queue(&mut self, tick: &mut Tick<'_>) {
        let due_count = self.find_due(tick.looks, &mut tick.lists.due);
        tick.lists.heads = [END; BUCKET_COUNT];
        // From far to near, each in front of its list.
        for at in (0..due_count).rev() {
            let Due { entry, ahead, .. } = tick.lists.due[at];
            let entry = &tick.entries[usize::from(entry)];
            if !self.memory.is_queued(entry.slot) {
                self.join_queue(entry, tick.period(entry));
            }
            let head = &mut tick.lists.heads[usize::from(ahead)];
            tick.lists.due[at].next = std::mem::replace(head, at as u16);
        }
    }

    /// Writes down what is due of what is looked at, and how many. Without branches: what is due and what is
    /// not come in no order that a processor could guess.
    fn find_due(&self, looks: &[Look], due: &mut Vec<Due>) -> usize {
        due.resize(looks.len().max(due.len()), Due::default());
        let due = &mut due[..looks.len()];
        let mut count = 0;
        for look in looks {
            let ahead = self.ahead(look.slot).max(0) as u16;
            due[count] = Due {
                entry: look.entry,
                ahead,
                next: END,
            };
            count += usize::from(usize::from(ahead) < BUCKET_COUNT);
        }
        count
    }

    /// How far ahead of the clock a cell is due; not after it, when it is not queued.
    #[inline]
    fn ahead(&self, slot: u16) -> i16 {
        let due = self.memory.due(slot);
        if due == UNQUEUED {
            0
        } else {
            due.wrapping_sub(self.clock) as i16
        }
    }

    /// A cell new to the client is due at once, and the next time by chance within its period, so
    /// that cells that came into view together do not stay together.
    fn join_queue(&mut self, entry: &ViewEntry, period: u32) {
        let early = u32::from(entry.slot).wrapping_mul(0x9e37_79b9) % period;
        let due = self.clock.wrapping_sub(early as u16);
        self.memory.push_front(entry.slot, due);
    }

    /// The front of the queue, as long as it waited too long and its share lasts.
    fn tell_aged<Sink: FnMut(&mut [u8])>(
        &mut self,
        tick: &Tick<'_>,
        packer: &mut Packer<'_, Sink>,
    ) {
        let aged_ticks = policy::aged_ticks(tick.slowing) as u16;
        let payload_end = packer.payload + tick.payload_bytes / policy::AGED_SHARE;
        let unfinished = self.aged_unfinished.take();
        self.aged_unfinished = self.resume(unfinished, tick, packer);
        while self.aged_unfinished.is_none() && packer.payload < payload_end && !packer.is_full() {
            let Some(slot) = self.memory.front() else {
                return;
            };
            let Some(entry) = self.visible(slot, tick) else {
                self.memory.remove(slot);
                continue;
            };
            if self.memory.waited(slot, tick.cells.tick) < aged_ticks {
                return;
            }
            if entry.is_own() {
                // It has a share of its own.
                self.memory.told(slot, tick.cells.tick, self.clock);
                continue;
            }
            let due = self.clock.wrapping_add(tick.period(&entry) as u16);
            self.aged_unfinished = self.tell_cell(&entry, due, tick, packer);
        }
    }

    /// What is due, in the order it is due and near first. The clock goes on as far as all was told.
    fn tell_due<Sink: FnMut(&mut [u8])>(&mut self, tick: &Tick<'_>, packer: &mut Packer<'_, Sink>) {
        let unfinished = self.due_unfinished.take();
        self.due_unfinished = self.resume(unfinished, tick, packer);
        for ahead in 0..BUCKET_COUNT {
            let mut at = tick.lists.heads[ahead];
            while at != END {
                if self.due_unfinished.is_some() || packer.is_full() {
                    self.clock = self.clock.wrapping_add(ahead as u16);
                    return;
                }
                let due = tick.lists.due[usize::from(at)];
                let entry = tick.entries[usize::from(due.entry)];
                at = due.next;
                if !entry.is_own() && self.memory.waited(entry.slot, tick.cells.tick) != 0 {
                    let due = self.due_next(&entry, ahead, tick.period(&entry));
                    self.due_unfinished = self.tell_cell(&entry, due, tick, packer);
                }
            }
        }
        self.clock = self.clock.wrapping_add(policy::CLOCK_STEP as u16);
    }

    /// When a cell told now is due again: a period after it was due, as far as the clock did not
    /// leave that behind.
    fn due_next(&self, entry: &ViewEntry, ahead: usize, period: u32) -> u16 {
        let period = period as i16;
        let was_due = self.ahead(entry.slot).max(ahead as i16 - period + 1);
        self.clock.wrapping_add((was_due + period) as u16)
    }

    /// The cell in a slot as seen by this client, if it is occupied and in view.
    fn visible(&self, slot: u16, tick: &Tick<'_>) -> Option<ViewEntry> {
        views::look(tick.cells, slot, tick.from, self.view_cells)
    }

    /// Tells a cell from its first row on; what is left over is returned to be gone on with. When
    /// nothing fits any more, the cell stays as due as it was.
    fn tell_cell<Sink: FnMut(&mut [u8])>(
        &mut self,
        entry: &ViewEntry,
        due: u16,
        tick: &Tick<'_>,
        packer: &mut Packer<'_, Sink>,
    ) -> Option<(u16, u32)> {
        let left = packer.add(entry.relative, entry.rows(), entry.is_near);
        if left.start == entry.row_first {
            return None;
        }
        self.memory.told(entry.slot, tick.cells.tick, due);
        unfinished(tick.cells, entry.slot, &left)
    }

    fn resume<Sink: FnMut(&mut [u8])>(
        &mut self,
        unfinished: Option<(u16, u32)>,
        tick: &Tick<'_>,
        packer: &mut Packer<'_, Sink>,
    ) -> Option<(u16, u32)> {
        let (slot, after) = unfinished?;
        let entry = self.visible(slot, tick)?;
        let rows = entry.rows();
        let rows = tick.cells.row_after(rows.clone(), after)..rows.end;
        let left = packer.add(entry.relative, rows.clone(), entry.is_near);
        if left.start == rows.start && !rows.is_empty() {
            return Some((slot, after));
        }
        self::unfinished(tick.cells, slot, &left)
    }
}

/// What to go on with when rows are left over.
fn unfinished(cells: &TickCells, slot: u16, left: &std::ops::Range<u32>) -> Option<(u16, u32)> {
    (!left.is_empty()).then(|| (slot, cells.body_index(left.start - 1)))
}
