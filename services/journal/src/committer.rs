//! A journal's writer without its I/O: takes the ticks that wait, says what to write where, and tells
//! the port what became of it. [`crate::Appender`] does the I/O on a plain thread; an executor's twin
//! does the same with its own files.
//!
//! One turn of a writer is: [`Committer::gather`], [`Committer::plan`], create the segment if the plan
//! says so, write [`Committer::parts`], sync, sync the folder's names after a creation, then
//! [`Committer::committed`]; or [`Committer::failed`] at the first error. After a commit there is time for
//! [`Committer::room_wanted`].
//!
//! After an error nothing is known of the segment being written: a failed fdatasync may have dropped
//! what it could not write. So the same group goes to a new segment, named after its first tick, and a
//! scanner takes those ticks from there.

use std::{
    io,
    ops::Range,
    sync::atomic::Ordering,
    task::{Poll, Waker},
    time::Duration,
};

use crate::{
    block::{Block, place_seed},
    limits::{
        BLOCK_ALIGN_BYTES, BUFFER_BYTES_KEPT_MAX, GROUP_BYTES_MAX, QUEUE_BLOCKS_MAX,
        ROOM_AFTER_BYTES, ROOM_BYTES, SEGMENT_BYTES_MAX,
    },
    link::{Closer, CommitLatency, NO_ERROR, OTHER_ERROR, WriterEnd},
    segment::{self, HEADER_BYTES, Identity, SegmentHeader},
};

/// Parts of one write at most: a segment's header and a full queue.
pub const PARTS_MAX: usize = QUEUE_BLOCKS_MAX + 1;

/// See the module.
pub struct Committer {
    end: WriterEnd,
    identity: Identity,
    segment_bytes_max: u64,
    room_bytes: u64,
    /// What is being written, or waits to be tried again.
    group: Vec<Block>,
    segment: Option<OpenSegment>,
    /// The header of the segment that the plan creates.
    header: Option<Box<[u8; HEADER_BYTES]>>,
    /// The first tick of the last segment that this writer created.
    created: Option<u32>,
    /// All ticks below it are durable.
    durable_before: u32,
}

struct OpenSegment {
    seed: u64,
    size: u64,
    next_tick: u32,
    /// Where the room ends that was made ahead.
    room_end: u64,
}

/// Where the group goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Create this segment first.
    pub create: Option<Creation>,
    pub offset: u64,
    pub bytes_count: u64,
}

/// A segment to create.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Creation {
    pub file: String,
    /// Whether to remove the file of that name first: it is this writer's own, and nothing in it was
    /// ever durable. Otherwise there is none, and if there is, that is an error.
    pub replaces: bool,
}

impl Committer {
    pub(crate) fn new(end: WriterEnd, identity: Identity, next_tick: u32) -> Self {
        Self {
            end,
            identity,
            segment_bytes_max: SEGMENT_BYTES_MAX,
            room_bytes: ROOM_BYTES,
            group: Vec::with_capacity(QUEUE_BLOCKS_MAX),
            segment: None,
            header: None,
            created: None,
            durable_before: next_tick,
        }
    }

    /// Begins a new segment at this size: for tests, whose journals are small.
    #[must_use]
    pub fn with_segment_bytes_max(mut self, segment_bytes_max: u64) -> Self {
        self.segment_bytes_max = segment_bytes_max;
        self
    }

    /// Makes this much room ahead: for tests, whose journals are small.
    #[must_use]
    pub fn with_room_bytes(mut self, room_bytes: u64) -> Self {
        self.room_bytes = room_bytes;
        self
    }

    /// Takes waiting ticks into the group, unless there is one that failed; whether there is a group.
    pub fn gather(&mut self) -> bool {
        if !self.group.is_empty() {
            return true;
        }
        let mut bytes_count = 0;
        while let Ok(block) = self.end.blocks.peek() {
            bytes_count += block.sealed_bytes();
            let is_next = |last: &Block| last.tick() + 1 == block.tick();
            let fits = bytes_count <= GROUP_BYTES_MAX as u64;
            if self
                .group
                .last()
                .is_some_and(|last| !is_next(last) || !fits)
            {
                break;
            }
            self.group.extend(self.end.blocks.pop());
        }
        !self.group.is_empty()
    }

    /// Says where the group goes, and makes its bytes ready for there.
    ///
    /// # Panics
    /// If there is no group.
    pub fn plan(&mut self) -> Plan {
        let first_tick = self.group.first().expect("there is a group").tick();
        let blocks_bytes: u64 = self.group.iter().map(Block::sealed_bytes).sum();
        let has_room = |open: &OpenSegment| {
            open.next_tick == first_tick && open.size + blocks_bytes <= self.segment_bytes_max
        };
        let (offset, create) = match self.segment.as_ref().filter(|open| has_room(open)) {
            Some(open) => (open.size, None),
            None => (0, Some(self.begin_segment(first_tick))),
        };
        let open = self.segment.as_ref().expect("one is open by now");
        let mut block_offset = open.size;
        for block in &mut self.group {
            block.seal(place_seed(open.seed, block_offset), self.durable_before);
            block_offset += block.sealed_bytes();
        }
        Plan {
            create,
            offset,
            bytes_count: block_offset - offset,
        }
    }

    fn begin_segment(&mut self, first_tick: u32) -> Creation {
        let header = SegmentHeader {
            identity: self.identity,
            first_tick,
        };
        self.header = Some(Box::new(header.encode()));
        self.segment = Some(OpenSegment {
            seed: header.seed(),
            size: HEADER_BYTES as u64,
            next_tick: first_tick,
            room_end: 0,
        });
        Creation {
            file: segment::file_name(first_tick),
            replaces: self.created == Some(first_tick),
        }
    }

    /// The plan's bytes, in order; at most [`PARTS_MAX`] parts, each a multiple of
    /// [`crate::limits::BLOCK_ALIGN_BYTES`].
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let header = self.header.iter().map(|header| &header[..]);
        header.chain(self.group.iter().map(Block::bytes))
    }

    /// The segment of the plan is created.
    pub fn created(&mut self) {
        self.created = self.group.first().map(Block::tick);
    }

    /// The group is durable: tells the port and returns its buffers.
    ///
    /// # Panics
    /// If no group was planned.
    pub fn committed(&mut self, write: Duration, sync: Duration) {
        let open = self.segment.as_mut().expect("the plan opened one");
        let last_tick = self.group.last().expect("there is a group").tick();
        let blocks_bytes: u64 = self.group.iter().map(Block::sealed_bytes).sum();
        open.size += blocks_bytes;
        open.next_tick = last_tick + 1;
        self.durable_before = last_tick + 1;
        self.header = None;
        let latency = CommitLatency {
            tick_count: self.group.len() as u32,
            bytes_count: blocks_bytes,
            write_us: microseconds(write),
            sync_us: microseconds(sync),
        };
        let shared = &self.end.shared;
        shared.error.store(NO_ERROR, Ordering::Release);
        shared.durable_tick.store(last_tick, Ordering::Release);
        if self.end.latencies.push(latency).is_err() {
            let dropped = &shared.latencies_dropped_count;
            dropped.fetch_add(1, Ordering::Relaxed);
        }
        self.return_blocks();
        self.end.shared.port_waker.wake();
    }

    fn return_blocks(&mut self) {
        for mut block in self.group.drain(..) {
            block.shrink(BUFFER_BYTES_KEPT_MAX);
            let returned = self.end.empty.push(block);
            returned.expect("there are no more buffers than places in the ring");
        }
    }

    /// The disk failed: nothing of the group is durable, and the next plan begins a new segment.
    pub fn failed(&mut self, error: &io::Error) {
        self.segment = None;
        self.header = None;
        let shared = &self.end.shared;
        let attempts = match shared.error.load(Ordering::Acquire) {
            NO_ERROR => 1,
            _ => shared
                .attempt_count
                .load(Ordering::Relaxed)
                .saturating_add(1),
        };
        shared.attempt_count.store(attempts, Ordering::Relaxed);
        let number = error.raw_os_error().unwrap_or(OTHER_ERROR);
        shared.error.store(number, Ordering::Release);
        shared.port_waker.wake();
    }

    /// The room to make now, if it is time to: to be filled as [`crate::room`] says and synced, then
    /// [`Self::room_made`].
    pub fn room_wanted(&self) -> Option<Range<u64>> {
        let open = self.segment.as_ref()?;
        let left_bytes = open.room_end.saturating_sub(open.size);
        let end = (open.size + self.room_bytes).min(self.segment_bytes_max);
        let room = open.size.max(open.room_end)..end - end % BLOCK_ALIGN_BYTES as u64;
        let is_busy = open.size >= self.room_bytes.min(ROOM_AFTER_BYTES);
        let is_due = is_busy && left_bytes < self.room_bytes / 2 && room.start < room.end;
        is_due.then_some(room)
    }

    /// There is room up to here.
    pub fn room_made(&mut self, end: u64) {
        if let Some(open) = &mut self.segment {
            open.room_end = end;
        }
    }

    /// The disk took no room, for it is full, mostly: the segment goes on without, as long as groups do
    /// fit.
    pub fn room_refused(&mut self) {
        self.room_made(u64::MAX);
    }

    /// Syncing the room failed. All that is durable stays so, but nothing is known of the file from now
    /// on: the next group begins a new segment.
    pub fn room_lost(&mut self) {
        self.segment = None;
    }

    /// Whether a tick waits, or none will come any more; else the waker is woken at the next of both.
    pub fn poll_wake(&mut self, waker: &Waker) -> Poll<()> {
        self.end.shared.waker.register(waker);
        if self.gather() || self.is_closed() {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Whether no more ticks come: what waits is to be written once, and then the writer ends.
    pub fn is_closed(&self) -> bool {
        self.end.shared.is_closed.load(Ordering::Acquire)
    }

    /// What ends this writer, from wherever it is.
    pub fn closer(&self) -> Closer {
        Closer(self.end.shared.clone())
    }
}

fn microseconds(duration: Duration) -> u32 {
    duration.as_micros().try_into().unwrap_or(u32::MAX)
}
