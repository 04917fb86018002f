//! The rings between the threads of shards and of edges: single producer, single consumer, bounded, no
//! locks. An edge holds an [`EdgePort`]: commands go straight to the shards that take them, and the
//! frames of whole ticks come from the relay ([`WholePort`]), once nothing can undo them.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use engine::{Command, Frame, compose::Composer};
use pod::{Homes, Station};
use rtrb::{Consumer, Producer, PushError, RingBuffer};
use spatial::partition::Owner;

use crate::limits::{COMMAND_RING_MAX, COMPOSED_FRAMES_KEPT, FRAME_RING_MAX, TICK};

/// Wakes the edge after a frame was sent to it; called on the relay's thread, must not block.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What was published of one tick.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The frames of all shards, in order; or one of the whole world.
    pub parts: Vec<Arc<Frame>>,
    /// How long the slowest shard of this process worked on it.
    pub duration: Duration,
    /// From tick to tick: [`TICK`], or longer while time is dilated.
    pub period: Duration,
    /// When it was told.
    pub told_at: Instant,
}

/// The edge's end.
pub struct EdgePort {
    wholes: Consumer<Whole>,
    /// To the shards of this process, or to whoever sends commands on.
    lanes: Vec<CommandLane>,
    homes: Homes,
    /// Who published the last tick: only their frames are read.
    speakers: Vec<Owner>,
    composer: Composer,
    /// Composed frames, oldest first: storage for the next once nobody holds them.
    composed: VecDeque<Arc<Frame>>,
    tick_duration: Duration,
    tick_period: Duration,
}

struct CommandLane {
    owner: Owner,
    commands: Producer<Command>,
}

/// A shard's end of one edge's commands.
pub struct ShardPort {
    commands: Consumer<Command>,
    /// Taken from the ring while the shard had no room for it.
    early: Option<Command>,
}

/// The relay's end of one edge's frames.
pub struct WholePort {
    wholes: Producer<Whole>,
    wake: Wake,
    frames_skipped: Arc<AtomicU64>,
}

/// All ends of the rings of a process.
pub struct Ports {
    /// In the order of their wakes.
    pub edges: Vec<EdgePort>,
    /// By shard, one of each edge.
    pub shards: Vec<Vec<ShardPort>>,
    /// One for each edge.
    pub wholes: Vec<WholePort>,
}

/// Connects edges, given by their wakes, with shards and their relay.
pub fn connect(owners: &[Owner], seed: u64, wakes: Vec<Wake>) -> Ports {
    let mut ports = Ports {
        edges: Vec::new(),
        shards: owners.iter().map(|_| Vec::new()).collect(),
        wholes: Vec::new(),
    };
    for wake in wakes {
        let mut lanes = Vec::new();
        for (owner, ports) in owners.iter().zip(&mut ports.shards) {
            let (commands_in, commands) = RingBuffer::new(COMMAND_RING_MAX);
            lanes.push(CommandLane {
                owner: *owner,
                commands: commands_in,
            });
            ports.push(ShardPort {
                commands,
                early: None,
            });
        }
        let (wholes_in, wholes) = RingBuffer::new(FRAME_RING_MAX);
        ports.edges.push(EdgePort {
            wholes,
            lanes,
            homes: Homes::default(),
            speakers: Vec::new(),
            composer: Composer::new(seed),
            composed: VecDeque::new(),
            tick_duration: Duration::ZERO,
            tick_period: TICK,
        });
        ports.wholes.push(WholePort {
            wholes: wholes_in,
            wake,
            frames_skipped: Arc::default(),
        });
    }
    ports
}

impl EdgePort {
    /// Sends a command to the shard that it is for as far as known; a shard that it is not for
    /// forwards it.
    ///
    /// # Errors
    /// The command comes back when the ring is full: drop it and count it, or try it again later.
    pub fn send(&mut self, command: Command) -> Result<(), Command> {
        let lane = self.lane_of(&command);
        self.lanes[lane]
            .commands
            .push(command)
            .map_err(|PushError::Full(command)| command)
    }

    /// Where the shard is of another process, any that is heard by the others will do.
    fn lane_of(&self, command: &Command) -> usize {
        if let [_] = self.lanes.as_slice() {
            return 0;
        }
        let home = self.homes.of(command);
        let mut lanes = self.lanes.iter();
        let lane = lanes.position(|lane| lane.owner == home);
        let is_heard = |lane: &CommandLane| self.speakers.contains(&lane.owner);
        lane.or_else(|| self.lanes.iter().position(is_heard))
            .unwrap_or(0)
    }

    /// Frames that wait.
    pub fn frames_waiting(&self) -> usize {
        self.wholes.slots()
    }

    /// The next frame of the whole world, oldest first.
    pub fn frame(&mut self) -> Option<Arc<Frame>> {
        let parts = self.parts()?;
        if let [only] = parts.as_slice() {
            return Some(only.clone());
        }
        Some(self.compose(&parts))
    }

    /// The next frames that are there, of all shards: for who reads every tick, and composes none.
    pub fn parts(&mut self) -> Option<Vec<Arc<Frame>>> {
        self.whole().map(|whole| whole.parts)
    }

    /// The same, for who also asks when that was.
    pub fn whole(&mut self) -> Option<Whole> {
        let whole = self.wholes.pop().ok()?;
        self.tick_duration = whole.duration;
        self.tick_period = whole.period;
        if self.lanes.len() > 1 {
            self.homes.learn(&whole.parts);
            self.speakers.clear();
            self.speakers
                .extend(whole.parts.iter().map(|part| part.source));
        }
        Some(whole)
    }

    fn compose(&mut self, parts: &[Arc<Frame>]) -> Arc<Frame> {
        let is_free = self
            .composed
            .front_mut()
            .is_some_and(|oldest| Arc::get_mut(oldest).is_some());
        let is_room = self.composed.len() < COMPOSED_FRAMES_KEPT;
        let mut whole = match self.composed.pop_front() {
            Some(oldest) if is_free => oldest,
            Some(held) => {
                if is_room {
                    self.composed.push_front(held);
                }
                Arc::default()
            }
            None => Arc::default(),
        };
        let filled = Arc::get_mut(&mut whole).expect("nobody else holds it");
        self.composer.compose(parts, filled);
        self.composed.push_back(whole.clone());
        whole
    }

    /// How long the slowest shard's simulation took for the newest frame.
    pub fn tick_duration(&self) -> Duration {
        self.tick_duration
    }

    /// The time from tick to tick as of the newest frame: longer than [`TICK`] while time is dilated.
    pub fn tick_period(&self) -> Duration {
        self.tick_period
    }

    /// Whether the relay is gone: no frame will come any more.
    pub fn is_abandoned(&self) -> bool {
        self.wholes.is_abandoned()
    }
}

impl ShardPort {
    /// Commands that wait in the ring.
    pub(crate) fn waiting_count(&self) -> usize {
        self.commands.slots()
    }

    /// The next command that waits.
    pub fn take(&mut self) -> Option<Command> {
        self.early.take().or_else(|| self.commands.pop().ok())
    }

    /// Gives one back that was just taken, for there is no room for it.
    pub(crate) fn give_back(&mut self, command: Command) {
        self.early = Some(command);
    }

    /// Moves what waits into the station, as much as there is room for.
    pub(crate) fn deliver(&mut self, station: &mut Station) {
        while let Some(command) = self.take() {
            if let Err(command) = station.handle_own(command) {
                return self.give_back(command);
            }
        }
    }
}

impl WholePort {
    /// Offers what was published of a tick, and wakes the edge; a full ring skips it and counts it.
    pub fn publish(&mut self, whole: Whole) {
        if self.wholes.push(whole).is_err() {
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

    fn owners(count: u16) -> Vec<Owner> {
        (0..count).map(|shard| Owner { pod: 0, shard }).collect()
    }

    fn whole(tick: u32, duration: Duration) -> Whole {
        let frame = Frame {
            tick,
            is_seat: true,
            ..Frame::default()
        };
        Whole {
            parts: vec![Arc::new(frame)],
            duration,
            period: TICK + duration,
            told_at: Instant::now(),
        }
    }

    /// One edge and some shards.
    fn connected(shard_count: u16) -> (EdgePort, Vec<ShardPort>, WholePort) {
        let mut ports = connect(&owners(shard_count), 1, vec![Arc::new(|| ())]);
        let shards = ports.shards.into_iter().flatten().collect();
        (ports.edges.remove(0), shards, ports.wholes.remove(0))
    }

    fn ticks(edge: &mut EdgePort) -> Vec<u32> {
        std::iter::from_fn(|| edge.frame())
            .map(|frame| frame.tick)
            .collect()
    }

    fn sessions(port: &mut ShardPort) -> Vec<u64> {
        std::iter::from_fn(|| port.take())
            .map(|command| match command {
                Command::Leave { session } => session.0,
                other => panic!("sent only leaves, got {other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_full_command_ring_gives_the_newest_back() {
        let (mut edge, mut shards, _whole) = connected(1);
        for session in 0..COMMAND_RING_MAX as u64 {
            assert!(edge.send(leave(session)).is_ok());
        }
        assert!(edge.send(leave(0)).is_err());
        assert_eq!(shards[0].waiting_count(), COMMAND_RING_MAX);
        let sessions = sessions(&mut shards[0]);
        assert!(sessions.is_sorted() && sessions.len() == COMMAND_RING_MAX);
    }

    #[test]
    fn a_slow_edge_skips_frames_and_holds_nobody_up() {
        let (mut edge, _shards, mut port) = connected(1);
        for tick in 0..100 {
            port.publish(whole(tick, Duration::ZERO));
        }
        assert_eq!(edge.frames_waiting(), FRAME_RING_MAX);
        let kept: Vec<u32> = (0..FRAME_RING_MAX as u32).collect();
        assert_eq!(ticks(&mut edge), kept);
        let skipped = port.frames_skipped().load(Ordering::Relaxed);
        assert_eq!(skipped, 100 - FRAME_RING_MAX as u64);
        port.publish(whole(100, Duration::from_millis(3)));
        assert_eq!(ticks(&mut edge), [100]);
        assert_eq!(edge.tick_duration(), Duration::from_millis(3));
        assert_eq!(edge.tick_period(), TICK + Duration::from_millis(3));
        drop(port);
        assert!(edge.is_abandoned());
    }

    #[test]
    fn commands_go_where_their_player_will_be() {
        let (mut edge, mut shards, mut port) = connected(3);
        let player = |session| engine::PlayerState {
            session: SessionId(session),
            ..engine::PlayerState::default()
        };
        let crossing = engine::frame::Crossing {
            to: owners(3)[2],
            body: engine::body::Body::default(),
            player: Some(engine::player::Player::new(
                SessionId(7),
                engine::BodyId::NOBODY,
            )),
        };
        let mut parts = owners(3).into_iter().map(|source| Frame {
            tick: 1,
            source,
            is_seat: source.shard == 1,
            ..Frame::default()
        });
        let mut first = parts.next().expect("three");
        first.players = vec![player(7), player(8)];
        first.handoffs.bodies = vec![crossing];
        let parts = [first].into_iter().chain(parts).map(Arc::new);
        port.publish(Whole {
            parts: parts.collect(),
            duration: Duration::ZERO,
            period: TICK,
            told_at: Instant::now(),
        });
        edge.frame().expect("it is there");
        for session in [7, 8, 9] {
            edge.send(leave(session)).expect("there is room");
        }
        assert_eq!(sessions(&mut shards[0]), [8]);
        assert_eq!(sessions(&mut shards[1]), [9], "strangers go to the seat");
        assert_eq!(sessions(&mut shards[2]), [7]);
    }
}
