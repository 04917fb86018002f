//! Which inputs of a client go on to its shard: each of them once, however often it comes, and once more
//! those that a shard took and lost, as one does whose process ends before it could tell.

use engine::limits::INPUT_GAP_MAX;

use crate::limits;

/// What went to the shard, and what the shard made of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputGate {
    /// The newest input that went to the shard.
    sequence: u32,
    /// The newest that the shard applied, and the last tick in which nothing seemed lost.
    applied: u32,
    sound_tick: u32,
}

impl InputGate {
    /// Of a client who comes in now: the shard counts on from what it applied.
    pub fn new(tick: u32, applied: u32) -> Self {
        Self {
            sequence: applied,
            applied,
            sound_tick: tick,
        }
    }

    /// Whether an input did not go to the shard before.
    pub fn is_new(&self, sequence: u32) -> bool {
        sequence > self.sequence
    }

    /// An input went to the shard. A number too far ahead for the shard to take is not remembered, or all
    /// that follow would be taken for repeats.
    pub fn sent(&mut self, sequence: u32) {
        if self.sequence == 0 || sequence - self.sequence <= INPUT_GAP_MAX {
            self.sequence = sequence;
        }
    }

    /// A frame says how far the shard came and how many inputs wait there. Where none waits and none was
    /// applied for long, what went there is lost: the client's repeats count as new again.
    pub fn heard(&mut self, tick: u32, applied: u32, waiting_count: u8) {
        if applied != self.applied || waiting_count > 0 || self.sequence <= applied {
            (self.applied, self.sound_tick) = (applied, tick);
        } else if tick.saturating_sub(self.sound_tick) >= limits::INPUTS_LOST_TICKS {
            self.sequence = applied;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(sent: u32) -> InputGate {
        let mut gate = InputGate::default();
        (1..=sent).for_each(|sequence| gate.sent(sequence));
        gate
    }

    #[test]
    fn an_input_goes_once() {
        let mut gate = gate(5);
        assert!(!gate.is_new(5) && gate.is_new(6));
        for tick in 1..200 {
            gate.heard(tick, 5, 0);
        }
        assert!(!gate.is_new(5), "it was applied, so it was not lost");
    }

    #[test]
    fn what_a_shard_lost_goes_again_but_not_what_waits_there() {
        let mut gate = gate(9);
        for tick in 1..200 {
            gate.heard(tick, 5, 4);
        }
        assert!(!gate.is_new(6));
        for tick in 200..200 + limits::INPUTS_LOST_TICKS {
            assert!(!gate.is_new(6), "it may be on its way");
            gate.heard(tick, 5, 0);
        }
        assert!(gate.is_new(6) && !gate.is_new(5));
    }

    #[test]
    fn an_input_after_a_long_rest_is_not_taken_for_lost() {
        let mut gate = InputGate::new(1_000, 5);
        gate.heard(2_000, 5, 0);
        gate.sent(6);
        gate.heard(2_001, 5, 0);
        assert!(!gate.is_new(6));
    }

    #[test]
    fn a_number_far_ahead_is_not_remembered() {
        let mut gate = gate(5);
        gate.sent(u32::MAX);
        assert!(gate.is_new(6));
        let mut fresh = InputGate::default();
        fresh.sent(70_000);
        assert!(!fresh.is_new(70_000) && fresh.is_new(70_001));
    }
}
