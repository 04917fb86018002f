//! The rings between the shard's thread and one edge's thread: single producer, single consumer,
//! bounded, no locks. An edge holds an [`EdgePort`], the shard the [`ShardPort`] at the other end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::{Command, Frame};
use rtrb::{Consumer, Producer, PushError, RingBuffer};

use crate::limits::{COMMAND_RING_MAX, FRAME_RING_MAX};

/// Wakes the edge after a frame was sent to it; called on the shard's thread, must not block.
pub type Wake = Box<dyn Fn() + Send>;

/// The edge's end.
pub struct EdgePort {
    commands: Producer<Command>,
    frames: Consumer<Arc<Frame>>,
    tick_us: Arc<AtomicU64>,
}

/// The shard's end.
pub struct ShardPort {
    commands: Consumer<Command>,
    frames: Producer<Arc<Frame>>,
    wake: Wake,
    tick_us: Arc<AtomicU64>,
    frames_skipped: Arc<AtomicU64>,
}

/// Both ends of the rings between a shard and an edge.
pub fn connect(wake: Wake) -> (EdgePort, ShardPort) {
    let (commands_in, commands_out) = RingBuffer::new(COMMAND_RING_MAX);
    let (frames_in, frames_out) = RingBuffer::new(FRAME_RING_MAX);
    let tick_us = Arc::new(AtomicU64::new(0));
    let edge = EdgePort {
        commands: commands_in,
        frames: frames_out,
        tick_us: tick_us.clone(),
    };
    let shard = ShardPort {
        commands: commands_out,
        frames: frames_in,
        wake,
        tick_us,
        frames_skipped: Arc::new(AtomicU64::new(0)),
    };
    (edge, shard)
}

impl EdgePort {
    /// Sends a command to the shard.
    ///
    /// # Errors
    /// The command comes back when the ring is full: drop it and count it, or try it again later.
    pub fn send(&mut self, command: Command) -> Result<(), Command> {
        self.commands
            .push(command)
            .map_err(|PushError::Full(command)| command)
    }

    /// The next frame that waits, oldest first.
    pub fn frame(&mut self) -> Option<Arc<Frame>> {
        self.frames.pop().ok()
    }

    /// How long the simulation took for the newest frame.
    pub fn tick_duration(&self) -> Duration {
        Duration::from_micros(self.tick_us.load(Ordering::Relaxed))
    }

    /// Whether the shard is gone: no frame will come any more.
    pub fn is_abandoned(&self) -> bool {
        self.frames.is_abandoned()
    }
}

impl ShardPort {
    /// Moves at most `count_max` waiting commands into `inbox`; returns how many.
    pub(crate) fn drain(&mut self, inbox: &mut Vec<Command>, count_max: usize) -> usize {
        let count = self.commands.slots().min(count_max);
        let chunk = self
            .commands
            .read_chunk(count)
            .expect("only this end takes, so as many as there were are still there");
        inbox.extend(chunk);
        count
    }

    /// Offers a frame, which took this long to make, and wakes the edge; a full ring skips the frame
    /// and counts it.
    pub(crate) fn publish(&mut self, frame: &Arc<Frame>, duration: Duration) {
        let tick_us = duration.as_micros() as u64;
        self.tick_us.store(tick_us, Ordering::Relaxed);
        if self.frames.push(frame.clone()).is_err() {
            self.frames_skipped.fetch_add(1, Ordering::Relaxed);
        }
        (self.wake)();
    }

    /// Counts the frames that this edge was too slow for.
    pub fn frames_skipped(&self) -> Arc<AtomicU64> {
        self.frames_skipped.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::SessionId;

    fn leave(session: u64) -> Command {
        Command::Leave {
            session: SessionId(session),
        }
    }

    fn frame(tick: u32) -> Arc<Frame> {
        Arc::new(Frame {
            tick,
            ..Frame::default()
        })
    }

    #[test]
    fn a_full_command_ring_gives_the_newest_back() {
        let (mut edge, mut shard) = connect(Box::new(|| ()));
        for session in 0..COMMAND_RING_MAX as u64 {
            assert!(edge.send(leave(session)).is_ok());
        }
        assert!(edge.send(leave(0)).is_err());
        let mut inbox = Vec::new();
        assert_eq!(shard.drain(&mut inbox, 10), 10);
        assert_eq!(shard.drain(&mut inbox, usize::MAX), COMMAND_RING_MAX - 10);
        let sessions: Vec<u64> = inbox
            .iter()
            .map(|command| match command {
                Command::Leave { session } => session.0,
                other => panic!("sent only leaves, got {other:?}"),
            })
            .collect();
        assert!(sessions.is_sorted() && sessions.len() == COMMAND_RING_MAX);
    }

    #[test]
    fn a_slow_edge_skips_frames_and_holds_nobody_up() {
        let (mut edge, mut shard) = connect(Box::new(|| ()));
        for tick in 0..100 {
            shard.publish(&frame(tick), Duration::ZERO);
        }
        let ticks: Vec<u32> = std::iter::from_fn(|| edge.frame())
            .map(|frame| frame.tick)
            .collect();
        assert_eq!(ticks, (0..FRAME_RING_MAX as u32).collect::<Vec<_>>());
        let skipped = shard.frames_skipped().load(Ordering::Relaxed);
        assert_eq!(skipped, 100 - FRAME_RING_MAX as u64);
        shard.publish(&frame(100), Duration::from_millis(3));
        assert_eq!(edge.frame().map(|frame| frame.tick), Some(100));
        assert_eq!(edge.tick_duration(), Duration::from_millis(3));
    }
}
