//! Who is who in the frames of one tick.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use engine::{BodyId, Frame, House, SessionId};
use events::battle::{Character, Fighter};

/// A player as the frames show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    pub body: BodyId,
    pub house: House,
    /// Of the process whose shard has it.
    pub pod: u16,
}

/// The players of two ticks: an arrow may hit when who let it fly has just left.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    players: BTreeMap<SessionId, Seen>,
    sessions: HashMap<BodyId, SessionId>,
    sessions_before: HashMap<BodyId, SessionId>,
}

/// Whose character a session plays. One whose highest bit is set is nobody's, as accounts' numbers are above
/// zero.
pub fn character_of(session: SessionId) -> Fighter {
    let id = i64::try_from(session.0).ok()?;
    (id > 0).then_some(Character(id))
}

impl Sight {
    /// Looks at the frames that all shards published of a tick; the players of the tick before.
    pub fn look(&mut self, frames: &[Arc<Frame>]) -> BTreeMap<SessionId, Seen> {
        self.sessions_before = std::mem::take(&mut self.sessions);
        let mut players = BTreeMap::new();
        for frame in frames {
            for player in &frame.players {
                let seen = Seen {
                    body: player.body,
                    house: player.house,
                    pod: frame.source.pod,
                };
                players.insert(player.session, seen);
                self.sessions.insert(player.body, player.session);
            }
        }
        std::mem::replace(&mut self.players, players)
    }

    pub fn players(&self) -> &BTreeMap<SessionId, Seen> {
        &self.players
    }

    /// The character that a body is; none of a soldier and of who has no account.
    pub fn fighter(&self, body: BodyId) -> Fighter {
        let session = self.sessions.get(&body);
        let session = session.or_else(|| self.sessions_before.get(&body))?;
        character_of(*session)
    }
}

/// The house of a body, if it is there.
pub fn house_of(frames: &[Arc<Frame>], body: BodyId) -> Option<u8> {
    let found = |frame: &Arc<Frame>| frame.row(body).map(|row| frame.bodies.house[row]);
    frames.iter().find_map(found)
}
