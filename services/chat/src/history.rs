//! The last words of each channel that newcomers are told of, oldest first. What has no place in any
//! channel's history, as a whisper, is not kept.

use std::collections::VecDeque;

use crate::{audience::Audience, channel::Channel, limits::HISTORY_MAX};

/// Keeps `Kept` of each message: what its owner tells newcomers.
#[derive(Clone, Debug)]
pub struct History<Kept> {
    global: Ring<Kept>,
    houses: [Ring<Kept>; 2],
    system: Ring<Kept>,
}

/// With the number of the words.
type Ring<Kept> = VecDeque<(u64, Kept)>;

impl<Kept> Default for History<Kept> {
    fn default() -> Self {
        Self {
            global: Ring::new(),
            houses: [Ring::new(), Ring::new()],
            system: Ring::new(),
        }
    }
}

impl<Kept> History<Kept> {
    pub fn keep(&mut self, channel: Channel, audience: &Audience, sequence: u64, kept: Kept) {
        let ring = match (channel, audience) {
            (Channel::Global, _) => &mut self.global,
            (Channel::System, _) => &mut self.system,
            (Channel::House, Audience::House(house)) => &mut self.houses[usize::from(*house & 1)],
            _ => return,
        };
        if ring.len() == HISTORY_MAX {
            ring.pop_front();
        }
        ring.push_back((sequence, kept));
    }

    /// Words that nobody is to see any more.
    pub fn remove(&mut self, sequence: u64) {
        let [red, blue] = &mut self.houses;
        for ring in [&mut self.global, &mut self.system, red, blue] {
            ring.retain(|(kept, _)| *kept != sequence);
        }
    }

    /// What a newcomer of a house is told.
    pub fn recent(&self, house: u8) -> impl Iterator<Item = &Kept> {
        let house = &self.houses[usize::from(house & 1)];
        let rings = [&self.system, &self.global, house];
        rings.into_iter().flatten().map(|(_, kept)| kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_keeps_its_last_words() {
        let mut history = History::default();
        let everyone = Audience::Everyone;
        for sequence in 0..HISTORY_MAX as u64 + 5 {
            history.keep(Channel::Global, &everyone, sequence, sequence);
        }
        history.keep(Channel::House, &Audience::House(0), 900, 900);
        history.keep(Channel::House, &Audience::House(1), 901, 901);
        history.keep(Channel::Whisper, &Audience::Pair(1, 2), 902, 902);
        history.remove(7);
        let recent: Vec<u64> = history.recent(1).copied().collect();
        let global = (5..HISTORY_MAX as u64 + 5).filter(|sequence| *sequence != 7);
        assert_eq!(recent, global.chain([901]).collect::<Vec<_>>());
    }
}
