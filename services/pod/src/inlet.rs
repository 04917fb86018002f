//! Commands on their way into one shard: from edges, each with its place on the edge's lane, and from
//! the own process. A tick takes them; once it is durable their places are acknowledged, so that a
//! command is in exactly one tick, whoever crashes (R5).

use std::collections::{BTreeMap, VecDeque};

use engine::Command;
use link::{PeerName, reliable::Position};

use crate::{limits::COMMANDS_WAITING_MAX, record::Places};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Inlet {
    /// By edge, in order, each with the place after it.
    edges: BTreeMap<PeerName, VecDeque<(Position, Command)>>,
    own: VecDeque<Command>,
}

impl Inlet {
    /// Whether there is room for another command of an edge; if not, take none from its lane.
    pub fn has_room(&self, edge: &PeerName) -> bool {
        let waiting = self.edges.get(edge);
        waiting.is_none_or(|waiting| waiting.len() < COMMANDS_WAITING_MAX)
    }

    /// Takes in a command of an edge; `place` is the one after it on its lane. Panics if there is no
    /// room.
    pub fn handle_command(&mut self, edge: &PeerName, place: Position, command: Command) {
        assert!(self.has_room(edge), "room is asked for first");
        match self.edges.get_mut(edge) {
            Some(waiting) => waiting.push_back((place, command)),
            None => drop(self.edges.insert(edge.clone(), [(place, command)].into())),
        }
    }

    /// Whether there is room for another command of the own process.
    pub fn has_room_for_own(&self) -> bool {
        self.own.len() < COMMANDS_WAITING_MAX
    }

    /// Takes in a command of the own process.
    ///
    /// # Errors
    /// The command comes back when too many wait.
    pub fn handle_own(&mut self, command: Command) -> Result<(), Command> {
        if !self.has_room_for_own() {
            return Err(command);
        }
        self.own.push_back(command);
        Ok(())
    }

    /// Commands that wait.
    pub fn count(&self) -> usize {
        self.edges.values().map(VecDeque::len).sum::<usize>() + self.own.len()
    }

    /// Moves all that waits into `commands`; returns how far the edges' lanes are taken by it.
    pub fn drain(&mut self, commands: &mut Vec<Command>) -> Places {
        commands.extend(self.own.drain(..));
        let mut places = Places::new();
        for (edge, waiting) in std::mem::take(&mut self.edges) {
            for (place, command) in waiting {
                commands.push(command);
                places.insert(edge.clone(), place);
            }
        }
        places
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

    fn place(next: u64) -> Position {
        Position { series: 1, next }
    }

    #[test]
    fn a_tick_takes_all_and_says_how_far_each_edge_is_taken() {
        let east = PeerName::edge("east").expect("a good name");
        let west = PeerName::edge("west").expect("a good name");
        let mut inlet = Inlet::default();
        inlet.handle_command(&west, place(5), leave(1));
        inlet.handle_command(&east, place(1), leave(2));
        inlet.handle_command(&west, place(6), leave(3));
        inlet.handle_own(leave(4)).expect("there is room");
        let mut commands = Vec::new();
        let places = inlet.drain(&mut commands);
        assert_eq!(commands.len(), 4);
        assert_eq!(places, Places::from([(east, place(1)), (west, place(6))]));
        assert!(inlet.drain(&mut commands).is_empty());
        assert_eq!(inlet.count(), 0);
    }

    #[test]
    fn an_edge_that_floods_waits_and_others_do_not() {
        let east = PeerName::edge("east").expect("a good name");
        let west = PeerName::edge("west").expect("a good name");
        let mut inlet = Inlet::default();
        for next in 0..COMMANDS_WAITING_MAX as u64 {
            inlet.handle_command(&west, place(next), leave(1));
        }
        assert!(!inlet.has_room(&west) && inlet.has_room(&east));
        inlet.drain(&mut Vec::new());
        assert!(inlet.has_room(&west));
    }
}
