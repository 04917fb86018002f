//! Who is in the battle, at whatever edge, as this edge's newest frame has it: what admission asks.

use engine::{Frame, PlayerState, SessionId};

use crate::hub::{bodies::RosterChanges, player};

/// See the module.
pub struct Population<'a> {
    frame: &'a Frame,
    roster: &'a RosterChanges,
}

impl<'a> Population<'a> {
    pub fn new(frame: &'a Frame, roster: &'a RosterChanges) -> Self {
        Self { frame, roster }
    }

    pub fn has(&self, session: SessionId) -> bool {
        player(self.frame, session).is_some()
    }

    /// What a player is called.
    pub fn name(&self, session: SessionId) -> Option<&'a str> {
        name(self.frame, player(self.frame, session)?)
    }

    pub fn players_count(&self) -> usize {
        self.frame.players.len()
    }

    /// Whether a player has this name, which is [`folded`].
    pub fn is_name_taken(&self, folded: &str) -> bool {
        self.roster.has_name(folded)
    }
}

/// A name as it counts when two are compared.
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// What a player of a frame is called.
pub fn name<'a>(frame: &'a Frame, player: &PlayerState) -> Option<&'a str> {
    let looks = frame.roster.appearances.get(player.body.index() as usize);
    let looks = looks?.as_ref().filter(|looks| looks.id == player.body)?;
    Some(&looks.name)
}
