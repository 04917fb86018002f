//! An edge's view of the world: the frames that all shards say, as they come, made into frames of the
//! whole world in order. It ticks nothing and keeps nothing: after a gap it begins anew with a snapshot.

use std::sync::Arc;

use bytes::Bytes;
use engine::{
    Command, Frame, SessionId, World,
    follow::{self, Follower},
    record::{CheckpointError, Input, Record, frame},
};
use spatial::partition::Owner;

use crate::{
    exchange::{Exchange, Offered},
    relay::BadFrame,
    state::Outline,
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Feed {
    exchange: Exchange,
    follower: Follower,
    homes: Homes,
}

/// Where an edge begins, as bytes: with the frames of a shard's last tick, of which `outline` is.
pub fn snapshot(world: &World, outline: &Outline) -> Vec<u8> {
    let mut output = Vec::new();
    outline.members.write(&mut output);
    output.extend(follow::snapshot(world, &outline.roster));
    output
}

impl Feed {
    /// # Errors
    /// Any [`CheckpointError`].
    pub fn new(snapshot: &[u8]) -> Result<Self, CheckpointError> {
        let mut input = Input::new(snapshot);
        let members = Record::read(&mut input)?;
        let follower = Follower::new(input.rest())?;
        Ok(Self {
            exchange: Exchange::new(follower.tick() + 1, members),
            follower,
            homes: Homes::default(),
        })
    }

    /// The tick whose frames are wanted next.
    pub fn tick(&self) -> u32 {
        self.exchange.tick()
    }

    /// A frame came from a source. What is too early is to be offered again later.
    ///
    /// # Errors
    /// [`BadFrame`]; nothing has changed then.
    pub fn handle_frame(&mut self, source: Owner, bytes: &Bytes) -> Result<Offered, BadFrame> {
        let frame = frame::read(bytes).map_err(BadFrame::Unreadable)?;
        if frame.source != source {
            return Err(BadFrame::Misattributed(frame.source));
        }
        let tick = frame.tick;
        match self.exchange.offer(Arc::new(frame)) {
            Offered::Contradicts => Err(BadFrame::Contradicts(source, tick)),
            offered => Ok(offered),
        }
    }

    /// The next frame of the whole world, once all shards have said theirs.
    pub fn poll_whole(&mut self) -> Option<Frame> {
        let mut frames = Vec::new();
        if !self.exchange.take(&mut frames) {
            return None;
        }
        self.homes.learn(&frames);
        Some(self.follower.follow(&frames))
    }

    /// Which shard a command goes to.
    pub fn home_of(&self, command: &Command) -> Owner {
        self.homes.of(command)
    }

    /// The shards whose frames the next tick lacks.
    pub fn missing(&self) -> impl Iterator<Item = Owner> + '_ {
        self.exchange.missing()
    }

    /// Frames that wait for others.
    pub fn waiting_count(&self) -> usize {
        self.exchange.count()
    }
}

/// Which shard takes a session's commands next. A shard that they are not for sends them on.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    /// In order of sessions.
    sessions: Vec<(SessionId, Owner)>,
    /// Takes those of unknown sessions, and changes of the partition.
    seat: Owner,
}

impl Homes {
    /// Learns from what all shards said of a tick.
    pub fn learn(&mut self, frames: &[Arc<Frame>]) {
        self.sessions.clear();
        for frame in frames {
            let players = frame.players.iter();
            let homes = players.map(|player| (player.session, frame.source));
            self.sessions.extend(homes);
        }
        self.sessions.sort_unstable();
        for crossing in frames.iter().flat_map(|frame| &frame.handoffs.bodies) {
            if let Some(player) = &crossing.player
                && let Ok(place) = self.place_of(player.session)
            {
                self.sessions[place].1 = crossing.to;
            }
        }
        let seat = frames.iter().find(|frame| frame.is_seat);
        self.seat = seat.expect("some member keeps the seat").source;
    }

    /// The shard that takes a command.
    pub fn of(&self, command: &Command) -> Owner {
        let session = match command {
            Command::Join { session, .. }
            | Command::Leave { session }
            | Command::Present { session, .. }
            | Command::Wear { session, .. }
            | Command::SpoilsKept { session, .. }
            | Command::Input { session, .. } => *session,
            Command::Terrain { .. }
            | Command::Partition(_)
            | Command::EndRound { .. }
            | Command::Speak { .. } => {
                return self.seat;
            }
        };
        let home = self.place_of(session);
        home.map_or(self.seat, |place| self.sessions[place].1)
    }

    fn place_of(&self, session: SessionId) -> Result<usize, usize> {
        let sessions = &self.sessions;
        sessions.binary_search_by_key(&session, |(key, _)| *key)
    }
}
