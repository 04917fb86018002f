//! The rings between shards' threads and edges' threads: single producer, single consumer, bounded, no
//! locks. An edge holds an [`EdgePort`] to all shards of its process, a shard one [`ShardPort`] to
//! each edge.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::{Command, Frame, SessionId, compose::Composer};
use rtrb::{Consumer, Producer, PushError, RingBuffer};
use spatial::partition::Owner;

use crate::limits::{COMMAND_RING_MAX, COMPOSED_FRAMES_KEPT, FRAME_RING_MAX};

/// Wakes the edge after a frame was sent to it; called on a shard's thread, must not block.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The edge's end: one lane to every shard, and whole frames made of theirs.
pub struct EdgePort {
    lanes: Vec<Lane>,
    composer: Composer,
    /// Composed frames, oldest first: storage for the next once nobody holds them.
    composed: VecDeque<Arc<Frame>>,
    /// Which shard takes a session's commands next, in order of sessions.
    homes: Vec<(SessionId, usize)>,
    /// The shard that takes those of unknown sessions.
    seat: usize,
}

/// An edge's rings to one shard.
struct Lane {
    owner: Owner,
    commands: Producer<Command>,
    frames: Consumer<Arc<Frame>>,
    /// The next frame, taken from the ring.
    next: Option<Arc<Frame>>,
    tick_us: Arc<AtomicU64>,
}

/// A shard's end of its rings to one edge.
pub struct ShardPort {
    commands: Consumer<Command>,
    frames: Producer<Arc<Frame>>,
    wake: Wake,
    tick_us: Arc<AtomicU64>,
    frames_skipped: Arc<AtomicU64>,
}

/// Connects every edge, given by its wake, with every shard. Returns the edges' ends, and by shard
/// those of the shards.
pub fn connect(
    owners: &[Owner],
    seed: u64,
    wakes: Vec<Wake>,
) -> (Vec<EdgePort>, Vec<Vec<ShardPort>>) {
    let mut shard_ports: Vec<Vec<ShardPort>> = owners.iter().map(|_| Vec::new()).collect();
    let mut edge_port = |wake: Wake| {
        let mut lanes = Vec::new();
        for (owner, ports) in owners.iter().zip(&mut shard_ports) {
            let (lane, port) = lane(*owner, wake.clone());
            lanes.push(lane);
            ports.push(port);
        }
        EdgePort {
            lanes,
            composer: Composer::new(seed),
            composed: VecDeque::new(),
            homes: Vec::new(),
            seat: 0,
        }
    };
    let edge_ports = wakes.into_iter().map(&mut edge_port).collect();
    (edge_ports, shard_ports)
}

fn lane(owner: Owner, wake: Wake) -> (Lane, ShardPort) {
    let (commands_in, commands_out) = RingBuffer::new(COMMAND_RING_MAX);
    let (frames_in, frames_out) = RingBuffer::new(FRAME_RING_MAX);
    let tick_us = Arc::new(AtomicU64::new(0));
    let lane = Lane {
        owner,
        commands: commands_in,
        frames: frames_out,
        next: None,
        tick_us: tick_us.clone(),
    };
    let port = ShardPort {
        commands: commands_out,
        frames: frames_in,
        wake,
        tick_us,
        frames_skipped: Arc::new(AtomicU64::new(0)),
    };
    (lane, port)
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

    fn lane_of(&self, command: &Command) -> usize {
        let session = match command {
            Command::Join { session, .. }
            | Command::Leave { session }
            | Command::Present { session, .. }
            | Command::Input { session, .. } => session,
            Command::Terrain { .. } | Command::Partition(_) => return self.seat,
        };
        let home = self.homes.binary_search_by_key(session, |(key, _)| *key);
        home.map_or(self.seat, |place| self.homes[place].1)
    }

    /// The next frame of the whole world, oldest first, once every shard's is there.
    pub fn frame(&mut self) -> Option<Arc<Frame>> {
        self.align()?;
        let parts = self.lanes.iter_mut().filter_map(|lane| lane.next.take());
        let parts: Vec<Arc<Frame>> = parts.collect();
        if let [only] = parts.as_slice() {
            return Some(only.clone());
        }
        self.learn_homes(&parts);
        Some(self.compose(&parts))
    }

    /// The newest frames that are there from all shards of one tick, in the order of the shards: for
    /// who looks at the world now and then. Older ones are passed over.
    pub fn newest_parts(&mut self) -> Option<Vec<Arc<Frame>>> {
        let mut newest = None;
        while self.align().is_some() {
            let parts = self.lanes.iter_mut().filter_map(|lane| lane.next.take());
            newest = Some(parts.collect::<Vec<_>>());
        }
        if let Some(parts) = &newest {
            self.learn_homes(parts);
        }
        newest
    }

    /// Has each lane's next frame be of one tick; a tick that one of them skipped is skipped by all.
    fn align(&mut self) -> Option<()> {
        loop {
            let mut tick_newest = 0;
            for lane in &mut self.lanes {
                let next = lane.next.take().or_else(|| lane.frames.pop().ok())?;
                tick_newest = tick_newest.max(next.tick);
                lane.next = Some(next);
            }
            let mut is_aligned = true;
            for lane in &mut self.lanes {
                let is_old = lane.next.as_ref().is_some_and(|it| it.tick < tick_newest);
                is_aligned &= !is_old;
                if is_old {
                    lane.next = None;
                }
            }
            if is_aligned {
                return Some(());
            }
        }
    }

    fn learn_homes(&mut self, parts: &[Arc<Frame>]) {
        self.homes.clear();
        for (place, part) in parts.iter().enumerate() {
            let players = part.players.iter().map(|player| (player.session, place));
            self.homes.extend(players);
        }
        self.homes.sort_unstable();
        for crossing in parts.iter().flat_map(|part| &part.handoffs.bodies) {
            let place_to = self.lanes.iter().position(|it| it.owner == crossing.to);
            if let (Some(player), Some(place_to)) = (&crossing.player, place_to) {
                let home = self
                    .homes
                    .binary_search_by_key(&player.session, |(key, _)| *key);
                home.into_iter()
                    .for_each(|place| self.homes[place].1 = place_to);
            }
        }
        self.seat = parts.iter().position(|part| part.is_seat).unwrap_or(0);
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
        let durations = self
            .lanes
            .iter()
            .map(|it| it.tick_us.load(Ordering::Relaxed));
        Duration::from_micros(durations.max().unwrap_or(0))
    }

    /// Whether a shard is gone: no whole frame will come any more.
    pub fn is_abandoned(&self) -> bool {
        self.lanes.iter().any(|lane| lane.frames.is_abandoned())
    }
}

impl ShardPort {
    /// Moves at most `count_max` waiting commands into `inbox`; returns how many.
    pub(crate) fn drain(&mut self, inbox: &mut Vec<Command>, count_max: usize) -> usize {
        let count = self.commands.slots().min(count_max);
        let chunk = self
            .commands
            .read_chunk(count)
            .expect("only this end takes, so as many as there were are still there");
        inbox.extend(chunk);
        count
    }

    /// Offers a frame, which took this long to make, and wakes the edge; a full ring skips the frame
    /// and counts it.
    pub(crate) fn publish(&mut self, frame: &Arc<Frame>, duration: Duration) {
        let tick_us = duration.as_micros() as u64;
        self.tick_us.store(tick_us, Ordering::Relaxed);
        if self.frames.push(frame.clone()).is_err() {
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

    fn leave(session: u64) -> Command {
        Command::Leave {
            session: SessionId(session),
        }
    }

    fn frame(tick: u32, is_seat: bool) -> Arc<Frame> {
        Arc::new(Frame {
            tick,
            is_seat,
            ..Frame::default()
        })
    }

    fn owners(count: u16) -> Vec<Owner> {
        (0..count).map(|shard| Owner { pod: 0, shard }).collect()
    }

    /// One edge and some shards.
    fn connected(shard_count: u16) -> (EdgePort, Vec<ShardPort>) {
        let (mut edges, shards) = connect(&owners(shard_count), 1, vec![Arc::new(|| ())]);
        let shards = shards.into_iter().flatten().collect();
        (edges.remove(0), shards)
    }

    fn ticks(edge: &mut EdgePort) -> Vec<u32> {
        std::iter::from_fn(|| edge.frame())
            .map(|frame| frame.tick)
            .collect()
    }

    #[test]
    fn a_full_command_ring_gives_the_newest_back() {
        let (mut edge, mut shards) = connected(1);
        for session in 0..COMMAND_RING_MAX as u64 {
            assert!(edge.send(leave(session)).is_ok());
        }
        assert!(edge.send(leave(0)).is_err());
        let mut inbox = Vec::new();
        assert_eq!(shards[0].drain(&mut inbox, 10), 10);
        assert_eq!(
            shards[0].drain(&mut inbox, usize::MAX),
            COMMAND_RING_MAX - 10
        );
        let sessions: Vec<u64> = inbox
            .iter()
            .map(|command| match command {
                Command::Leave { session } => session.0,
                other => panic!("sent only leaves, got {other:?}"),
            })
            .collect();
        assert!(sessions.is_sorted() && sessions.len() == COMMAND_RING_MAX);
    }

    #[test]
    fn a_slow_edge_skips_frames_and_holds_nobody_up() {
        let (mut edge, mut shards) = connected(1);
        for tick in 0..100 {
            shards[0].publish(&frame(tick, true), Duration::ZERO);
        }
        assert_eq!(
            ticks(&mut edge),
            (0..FRAME_RING_MAX as u32).collect::<Vec<_>>()
        );
        let skipped = shards[0].frames_skipped().load(Ordering::Relaxed);
        assert_eq!(skipped, 100 - FRAME_RING_MAX as u64);
        shards[0].publish(&frame(100, true), Duration::from_millis(3));
        assert_eq!(ticks(&mut edge), [100]);
        assert_eq!(edge.tick_duration(), Duration::from_millis(3));
    }

    #[test]
    fn a_whole_frame_waits_for_every_shard_and_skips_what_one_skipped() {
        let (mut edge, mut shards) = connected(2);
        shards[0].publish(&frame(1, true), Duration::ZERO);
        assert_eq!(ticks(&mut edge), []);
        shards[1].publish(&frame(1, false), Duration::ZERO);
        assert_eq!(ticks(&mut edge), [1]);
        for tick in [2, 3, 4] {
            shards[0].publish(&frame(tick, true), Duration::ZERO);
        }
        for tick in [3, 4] {
            shards[1].publish(&frame(tick, false), Duration::ZERO);
        }
        assert_eq!(ticks(&mut edge), [3, 4]);
        drop(shards);
        assert!(edge.is_abandoned());
    }

    #[test]
    fn commands_go_where_their_player_will_be() {
        let (mut edge, mut shards) = connected(3);
        let player = |session| engine::PlayerState {
            session: SessionId(session),
            ..engine::PlayerState::default()
        };
        let crossing = engine::frame::Crossing {
            to: Owner { pod: 0, shard: 2 },
            body: engine::body::Body::default(),
            player: Some(engine::player::Player::new(
                SessionId(7),
                engine::BodyId::NOBODY,
            )),
        };
        let mut parts = [0, 1, 2].map(|place| Frame {
            tick: 1,
            is_seat: place == 1,
            ..Frame::default()
        });
        parts[0].players = vec![player(7), player(8)];
        parts[0].handoffs.bodies = vec![crossing];
        for (shard, part) in shards.iter_mut().zip(parts) {
            shard.publish(&Arc::new(part), Duration::ZERO);
        }
        edge.frame().expect("all are there");
        for session in [7, 8, 9] {
            edge.send(leave(session)).expect("there is room");
        }
        let mut taken = |place: usize| {
            let mut inbox = Vec::new();
            shards[place].drain(&mut inbox, 10);
            format!("{inbox:?}")
        };
        assert!(taken(0).contains("SessionId(8)"));
        assert!(
            taken(1).contains("SessionId(9)"),
            "strangers go to the seat"
        );
        assert!(taken(2).contains("SessionId(7)"));
    }
}
