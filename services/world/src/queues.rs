//! How full a shard's bounded queues get, so that an operator sees one filling up before it is full.

use crate::limits::{COMMAND_RING_MAX, DONE_RING_MAX, SIBLING_RING_MAX};

/// A shard's queues. The order is that of [`QUEUES`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Queue {
    /// Commands of the fullest edge of this process.
    EdgeCommands,
    /// Commands that come through the relay.
    RelayCommands,
    /// Frames of the other shards of this process, the fullest ring of them.
    SiblingFrames,
    /// Ticks that the relay has not taken yet.
    Done,
}

/// Names, as `/metrics` shows them, and how many each queue holds.
pub const QUEUES: [(&str, usize); 4] = [
    ("edge_commands", COMMAND_RING_MAX),
    ("relay_commands", COMMAND_RING_MAX),
    ("sibling_frames", SIBLING_RING_MAX),
    ("done", DONE_RING_MAX),
];

/// The most that was in each since the last [`Self::take`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Depths([usize; QUEUES.len()]);

impl Depths {
    pub fn note(&mut self, queue: Queue, count: usize) {
        let deepest = &mut self.0[queue as usize];
        *deepest = count.max(*deepest);
    }

    /// What was noted, which is forgotten.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Name, depth and room of each.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, usize, usize)> + '_ {
        let depths = self.0.iter().copied();
        QUEUES
            .into_iter()
            .zip(depths)
            .map(|((name, max), depth)| (name, depth, max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_counts_until_it_is_told() {
        let mut depths = Depths::default();
        for count in [3, 7, 5] {
            depths.note(Queue::SiblingFrames, count);
        }
        let told = depths.take();
        assert!(
            told.iter()
                .any(|it| it == ("sibling_frames", 7, SIBLING_RING_MAX))
        );
        assert_eq!(depths, Depths::default());
    }
}
