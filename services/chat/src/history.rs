//! The last words of each channel that newcomers are told of, oldest first, and which words were removed lately.
//! What has no place in any channel's history, as a whisper, is not kept.

use std::collections::VecDeque;

use crate::{
    audience::Audience,
    channel::Channel,
    limits::{HISTORY_MAX, REMOVED_MAX},
    words::Words,
};

/// Keeps `Kept` of each message: what its owner tells newcomers.
#[derive(Clone, Debug)]
pub struct History<Kept> {
    global: Ring<Kept>,
    houses: [Ring<Kept>; 2],
    system: Ring<Kept>,
    /// By their numbers, the eldest first.
    removed: VecDeque<(u64, Kept)>,
}

/// The eldest first.
type Ring<Kept> = VecDeque<Line<Kept>>;

#[derive(Clone, Debug)]
struct Line<Kept> {
    /// When it was said, and the number of the words.
    order: (u64, u64),
    kept: Kept,
}

impl<Kept> Default for History<Kept> {
    fn default() -> Self {
        Self {
            global: Ring::new(),
            houses: [Ring::new(), Ring::new()],
            system: Ring::new(),
            removed: VecDeque::new(),
        }
    }
}

impl<Kept> History<Kept> {
    /// In the order in which words were said, whenever they come to be known; those that are known are not
    /// kept again, and those that were removed not at all.
    pub fn keep(&mut self, words: &Words, kept: Kept) {
        if self.is_removed(words.sequence) {
            return;
        }
        let ring = match (words.channel, words.audience) {
            (Channel::Global, _) => &mut self.global,
            (Channel::System, Audience::Everyone) => &mut self.system,
            (Channel::House, Audience::House(house)) => &mut self.houses[usize::from(house & 1)],
            _ => return,
        };
        let order = (words.time_ms, words.sequence);
        let place = ring.partition_point(|line| line.order < order);
        if ring.get(place).is_some_and(|line| line.order == order) {
            return;
        }
        ring.insert(place, Line { order, kept });
        if ring.len() > HISTORY_MAX {
            ring.pop_front();
        }
    }

    /// Words that nobody is to see any more, wherever they were said, and what is told of that; whether it is news.
    pub fn remove(&mut self, sequence: u64, kept: Kept) -> bool {
        if self.is_removed(sequence) {
            return false;
        }
        self.removed.push_back((sequence, kept));
        if self.removed.len() > REMOVED_MAX {
            self.removed.pop_front();
        }
        let [red, blue] = &mut self.houses;
        for ring in [&mut self.global, &mut self.system, red, blue] {
            ring.retain(|line| line.order.1 != sequence);
        }
        true
    }

    /// Whether these words are among those that were removed lately.
    pub fn is_removed(&self, sequence: u64) -> bool {
        self.removed.iter().any(|(removed, _)| *removed == sequence)
    }

    /// What who comes back is told, who may have missed it: of the last words that were removed.
    pub fn removed(&self) -> impl Iterator<Item = &Kept> {
        let first = self.removed.len().saturating_sub(HISTORY_MAX);
        self.removed.iter().skip(first).map(|(_, kept)| kept)
    }

    /// What a newcomer of a house is told.
    pub fn recent(&self, house: u8) -> impl Iterator<Item = &Kept> {
        let house = &self.houses[usize::from(house & 1)];
        let rings = [&self.system, &self.global, house];
        rings.into_iter().flatten().map(|line| &line.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Speaker;

    fn words(channel: Channel, audience: Audience, sequence: u64) -> Words {
        Words {
            channel,
            speaker: Speaker::default(),
            audience,
            to: String::new(),
            text: String::new(),
            sequence,
            time_ms: sequence / 2,
        }
    }

    #[test]
    fn each_channel_keeps_its_last_words() {
        let mut history = History::default();
        let everyone = Audience::Everyone;
        let mut keep = |channel, audience, sequence| {
            history.keep(&words(channel, audience, sequence), sequence);
        };
        for sequence in 0..HISTORY_MAX as u64 + 5 {
            keep(Channel::Global, everyone, sequence);
        }
        keep(Channel::House, Audience::House(0), 900);
        keep(Channel::House, Audience::House(1), 901);
        keep(Channel::Whisper, Audience::Pair(1, 2), 902);
        keep(Channel::System, Audience::Pair(1, 1), 903);
        assert!(history.remove(7, 7));
        let recent: Vec<u64> = history.recent(1).copied().collect();
        let global = (5..HISTORY_MAX as u64 + 5).filter(|sequence| *sequence != 7);
        assert_eq!(recent, global.chain([901]).collect::<Vec<_>>());
    }

    #[test]
    fn what_was_removed_is_news_once_and_does_not_come_back() {
        let mut history = History::default();
        let said = words(Channel::Global, Audience::Everyone, 7);
        history.keep(&said, 7);
        assert!(history.remove(7, 70) && !history.remove(7, 70));
        assert_eq!(history.removed().collect::<Vec<_>>(), [&70]);
        history.keep(&said, 7);
        assert_eq!(history.recent(0).count(), 0);
        for sequence in 0..2 * REMOVED_MAX as u64 {
            history.remove(1_000 + sequence, sequence);
        }
        assert_eq!(history.removed.len(), REMOVED_MAX);
        assert_eq!(history.removed().count(), HISTORY_MAX);
    }

    #[test]
    fn what_comes_late_or_twice_stands_where_it_was_said() {
        let mut history = History::default();
        for sequence in [40, 10, 30, 20, 30, 10] {
            history.keep(
                &words(Channel::Global, Audience::Everyone, sequence),
                sequence,
            );
        }
        let recent: Vec<u64> = history.recent(0).copied().collect();
        assert_eq!(recent, [10, 20, 30, 40]);
    }
}
