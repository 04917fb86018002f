//! The rings between the thread that ticks and the one that writes, and what they tell each other.
//!
//! Both rings are bounded; buffers go to the writer full and come back empty, so after warm-up a commit
//! allocates nothing. When all of [`QUEUE_BLOCKS_MAX`] buffers wait for the disk, the port refuses the
//! tick: [`CommitError::Full`]. Its owner counts that, does not run the tick yet, and offers it again.

use std::{
    error, fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering},
    },
    task::Waker,
};

use atomic_waker::AtomicWaker;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::{
    block::{Block, TooLarge},
    committer::Committer,
    limits::{LATENCIES_MAX, QUEUE_BLOCKS_MAX},
    segment::Identity,
};

/// The end of the thread that ticks.
pub struct JournalPort {
    blocks: Producer<Block>,
    empty: Consumer<Block>,
    latencies: Consumer<CommitLatency>,
    shared: Arc<Shared>,
    /// A buffer that was not sent after all.
    spare: Option<Block>,
    /// Buffers there are, wherever they are.
    block_count: usize,
    next_tick: u32,
}

/// The writer's end, inside of its [`Committer`].
pub(crate) struct WriterEnd {
    pub blocks: Consumer<Block>,
    pub empty: Producer<Block>,
    pub latencies: Producer<CommitLatency>,
    pub shared: Arc<Shared>,
}

/// What both ends see.
pub(crate) struct Shared {
    pub durable_tick: AtomicU32,
    /// The system's number of the error that the disk fails with; see [`NO_ERROR`].
    pub error: AtomicI32,
    pub attempt_count: AtomicU32,
    pub latencies_dropped_count: AtomicU64,
    /// Set by the port's owner: no more ticks come.
    pub is_closed: AtomicBool,
    /// Wakes the writer.
    pub waker: AtomicWaker,
    /// Wakes the port's owner.
    pub port_waker: AtomicWaker,
}

pub(crate) const NO_ERROR: i32 = 0;
/// An error that has no number of the system's.
pub(crate) const OTHER_ERROR: i32 = -1;

/// Why a tick was not taken. It is then not in the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitError {
    /// Too many ticks wait for the disk: offer it again later.
    Full,
    /// Its records exceed [`crate::limits::BLOCK_BYTES_MAX`].
    TooLarge,
    /// The writer has ended.
    Closed,
}

/// How the disk does.
#[derive(Debug)]
pub enum State {
    Healthy,
    /// The writer tries again every [`crate::limits::RETRY_AFTER`]; what is durable stays so, and
    /// nothing more becomes so meanwhile.
    Failing {
        error: io::Error,
        attempt_count: u32,
    },
}

/// How long one group commit took; for a histogram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommitLatency {
    pub tick_count: u32,
    pub bytes_count: u64,
    pub write_us: u32,
    pub sync_us: u32,
}

/// Both ends of a journal whose next tick is `next_tick` (1 in a new world): all before it are durable,
/// by this journal or by a checkpoint.
///
/// # Panics
/// If `next_tick` is 0: ticks begin at 1.
pub fn link(identity: Identity, next_tick: u32) -> (JournalPort, Committer) {
    assert!(next_tick > 0, "ticks begin at 1");
    let (blocks_in, blocks_out) = RingBuffer::new(QUEUE_BLOCKS_MAX);
    let (empty_in, empty_out) = RingBuffer::new(QUEUE_BLOCKS_MAX);
    let (latencies_in, latencies_out) = RingBuffer::new(LATENCIES_MAX);
    let shared = Arc::new(Shared {
        durable_tick: AtomicU32::new(next_tick - 1),
        error: AtomicI32::new(NO_ERROR),
        attempt_count: AtomicU32::new(0),
        latencies_dropped_count: AtomicU64::new(0),
        is_closed: AtomicBool::new(false),
        waker: AtomicWaker::new(),
        port_waker: AtomicWaker::new(),
    });
    let port = JournalPort {
        blocks: blocks_in,
        empty: empty_out,
        latencies: latencies_out,
        shared: shared.clone(),
        spare: None,
        block_count: 0,
        next_tick,
    };
    let end = WriterEnd {
        blocks: blocks_out,
        empty: empty_in,
        latencies: latencies_in,
        shared,
    };
    (port, Committer::new(end, identity, next_tick))
}

impl JournalPort {
    /// Gives a tick's records to the writer. Never waits; [`Self::durable_tick`] tells when they are
    /// durable.
    ///
    /// # Errors
    /// If the tick is not taken.
    ///
    /// # Panics
    /// If an earlier or the same tick was taken before.
    pub fn commit(&mut self, tick: u32, records: &[&[u8]]) -> Result<(), CommitError> {
        self.commit_with(tick, |block| {
            records.iter().try_for_each(|record| block.push(record))
        })
    }

    /// As [`Self::commit`], for those who write their records into the block themselves.
    ///
    /// # Errors
    /// If the tick is not taken.
    ///
    /// # Panics
    /// If an earlier or the same tick was taken before.
    pub fn commit_with(
        &mut self,
        tick: u32,
        fill: impl FnOnce(&mut Block) -> Result<(), TooLarge>,
    ) -> Result<(), CommitError> {
        assert!(
            tick >= self.next_tick,
            "tick {tick} comes after tick {}",
            self.next_tick
        );
        if self.is_closed() {
            return Err(CommitError::Closed);
        }
        let mut block = self.empty_block().ok_or(CommitError::Full)?;
        block.begin(tick);
        if fill(&mut block).is_err() {
            self.spare = Some(block);
            return Err(CommitError::TooLarge);
        }
        let sent = self.blocks.push(block);
        sent.expect("there are no more buffers than places in the ring");
        self.next_tick = tick + 1;
        self.shared.waker.wake();
        Ok(())
    }

    /// Whether a tick would be taken now.
    pub fn has_room(&self) -> bool {
        self.spare.is_some() || self.block_count < QUEUE_BLOCKS_MAX || !self.empty.is_empty()
    }

    fn empty_block(&mut self) -> Option<Block> {
        let used = self.spare.take().or_else(|| self.empty.pop().ok());
        if used.is_none() && self.block_count < QUEUE_BLOCKS_MAX {
            self.block_count += 1;
            return Some(Block::default());
        }
        used
    }

    /// Every tick that was taken, up to this one, is durable.
    pub fn durable_tick(&self) -> u32 {
        self.shared.durable_tick.load(Ordering::Acquire)
    }

    /// As [`Self::durable_tick`]; the waker is woken once when the writer next has something to tell.
    pub fn poll_durable_tick(&self, waker: &Waker) -> u32 {
        self.shared.port_waker.register(waker);
        self.durable_tick()
    }

    pub fn state(&self) -> State {
        let error = match self.shared.error.load(Ordering::Acquire) {
            NO_ERROR => return State::Healthy,
            OTHER_ERROR => io::Error::other("the disk took only a part"),
            number => io::Error::from_raw_os_error(number),
        };
        State::Failing {
            error,
            attempt_count: self.shared.attempt_count.load(Ordering::Relaxed),
        }
    }

    /// Takes the latencies of the commits since the last call.
    pub fn latencies(&mut self) -> impl Iterator<Item = CommitLatency> + '_ {
        std::iter::from_fn(|| self.latencies.pop().ok())
    }

    /// Latencies that nobody took in time.
    pub fn latencies_dropped_count(&self) -> u64 {
        self.shared.latencies_dropped_count.load(Ordering::Relaxed)
    }

    /// Whether no more ticks are taken: the writer was stopped, or is gone.
    pub fn is_closed(&self) -> bool {
        self.blocks.is_abandoned() || self.shared.is_closed.load(Ordering::Acquire)
    }
}

impl Drop for JournalPort {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// Ends a writer: the port takes no more ticks, what waits is written (once, if the disk fails), and the
/// writer is done.
#[derive(Clone)]
pub struct Closer(pub(crate) Arc<Shared>);

impl Closer {
    pub fn close(&self) {
        self.0.close();
    }
}

impl Shared {
    fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.waker.wake();
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => "too many ticks wait for the disk".fmt(out),
            Self::TooLarge => TooLarge.fmt(out),
            Self::Closed => "the journal's writer has ended".fmt(out),
        }
    }
}

impl error::Error for CommitError {}
