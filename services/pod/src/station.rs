//! A shard's place in its pod: what it has heard of the others, what it is to be given, and whether its
//! next tick may start. The tick itself is the engine's, and runs wherever the shard's thread is.

use std::sync::Arc;

use engine::{Command, Frame};
use link::{PeerName, reliable::Position};
use spatial::partition::Owner;

use crate::{
    exchange::{Exchange, Offered},
    inlet::Inlet,
    record::{Places, write_given},
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Station {
    own: Owner,
    exchange: Exchange,
    inlet: Inlet,
}

/// What a tick is given; used again for the next.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    pub commands: Vec<Command>,
    /// What all others published of the last tick.
    pub siblings: Vec<Arc<Frame>>,
    /// How far the commands of edges are taken by this tick.
    pub places: Places,
    /// The same commands and places as the journal keeps them.
    pub record: Vec<u8>,
}

impl Station {
    /// For a shard that did a tick in which `members` made frames. It is to be offered the own frame
    /// of that tick, and those of the others.
    pub fn new(own: Owner, tick: u32, members: Vec<Owner>) -> Self {
        Self {
            own,
            exchange: Exchange::new(tick, members),
            inlet: Inlet::default(),
        }
    }

    /// Takes note of what this shard or another published.
    pub fn handle_frame(&mut self, frame: Arc<Frame>) -> Offered {
        self.exchange.offer(frame)
    }

    /// Whether there is room for another command of an edge; if not, take none from its lane.
    pub fn has_room(&self, edge: &PeerName) -> bool {
        self.inlet.has_room(edge)
    }

    /// Takes in a command of an edge; `place` is the one after it on its lane. Panics if there is no
    /// room.
    pub fn handle_command(&mut self, edge: &PeerName, place: Position, command: Command) {
        self.inlet.handle_command(edge, place, command);
    }

    /// Whether there is room for another command of the own process.
    pub fn has_room_for_own(&self) -> bool {
        self.inlet.has_room_for_own()
    }

    /// Takes in a command of the own process.
    ///
    /// # Errors
    /// The command comes back when too many wait.
    pub fn handle_own(&mut self, command: Command) -> Result<(), Command> {
        self.inlet.handle_own(command)
    }

    /// Fills `turn` with what the next tick is given, if it may start.
    pub fn poll_turn(&mut self, turn: &mut Turn) -> bool {
        if !self.exchange.take(&mut turn.siblings) {
            return false;
        }
        let own = self.own;
        turn.siblings.retain(|frame| frame.source != own);
        turn.commands.clear();
        turn.places = self.inlet.drain(&mut turn.commands);
        turn.record.clear();
        write_given(own.shard, &turn.places, &turn.commands, &mut turn.record);
        true
    }

    /// Whether others have gone on without this shard: then its next tick is not to wait for its time.
    /// Who is waited for keeps the pace that it can keep.
    pub fn is_behind(&self) -> bool {
        let is_waited_for = self.exchange.members().contains(&self.own);
        !is_waited_for && self.exchange.is_behind()
    }

    /// Whom the next tick waits for.
    pub fn missing(&self) -> impl Iterator<Item = Owner> + '_ {
        self.exchange.missing()
    }

    /// Frames and commands that wait.
    pub fn waiting_count(&self) -> usize {
        self.exchange.count() + self.inlet.count()
    }
}
