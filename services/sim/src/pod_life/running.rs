//! A pod that does ticks: its shards, the relay between them and the others, and the journal.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use engine::{Command, Frame, PartitionChange, compose::Composer, record::Input};
use journal::{Identity, JournalPort, checkpoint, simulated::SimulatedDisk};
use link::{
    PeerName,
    reliable::{LaneId, Outbox, Position},
};
use pod::{
    Acknowledgement, PodState, Relay, Said, feed,
    record::{Places, read_command},
};
use spatial::partition::Owner;

use crate::{
    canary::Canary,
    disk::{Fused, Step, Writer},
    limits::{CHECKPOINTS_KEPT, DEPARTURE_PATIENCE, QUIET_TICKS, SEGMENT_BYTES_MAX},
    occurrences::Occurrence,
    peers::{Host, Message, Peers},
    pod_life::shard::{ShardLife, Turned},
    scene::Land,
    stage::{Stage, Task},
    time::{MS, Time},
    word::{SnapshotKind, SnapshotWish, Speaker, Word},
};

/// Who the pod is.
pub struct Desk {
    pub own: Speaker,
    pub life: crate::word::LifeId,
    pub pod: u16,
    pub series: u64,
}

/// See the module.
pub struct Running {
    pub desk: Desk,
    relay: Relay,
    pub shards: Vec<ShardLife>,
    composer: Composer,
    port: JournalPort,
    writer: Writer,
    disk: SimulatedDisk,
    identity: Identity,
    /// How far each edge's commands were taken when this life began.
    first_places: Vec<Places>,
    /// The last tick that the witness was told to be durable.
    durable_told: u32,
    committed: u32,
    wishes: BTreeMap<PeerName, SnapshotWish>,
    /// Snapshots that wait for their tick to be durable.
    snapshots: Vec<(PeerName, u32, Bytes)>,
    checkpoint: Option<PodState>,
    /// Shards of its own that were waited for in this life.
    enlisted: BTreeSet<Owner>,
    /// What a canary acknowledges before its time.
    early: Vec<(PeerName, LaneId, Position)>,
    /// The first tick for which none of its shards is waited for any more, and when that was seen.
    dismissed: Option<(u32, Time)>,
    /// Whether frames wait for room in a shard's ring.
    is_backed_up: bool,
    /// Since which tick it says nothing any more, for it is about to leave.
    quiet: Option<u32>,
    /// The first frame that the sender of a lane still had, where earlier ones were expected.
    gap: Option<u64>,
    /// What is to be done soon.
    pub due: BTreeSet<Task>,
}

impl Running {
    pub fn new(desk: Desk, state: &PodState, disk: SimulatedDisk, stage: &Stage) -> Self {
        let seed = state.shards[0].world.config.seed;
        let identity = pod::recovery::identity(seed, desk.pod);
        let (port, committer) = journal::link(identity, state.tick + 1);
        let committer = committer.with_segment_bytes_max(SEGMENT_BYTES_MAX);
        let shards = state.shards.iter();
        let shards: Vec<_> = shards
            .map(|shard| ShardLife::new(state, shard, stage.now()))
            .collect();
        let own = state.owners();
        let enlisted = state.members.iter().filter(|it| own.contains(it));
        Self {
            relay: Relay::new(state),
            composer: Composer::new(seed),
            writer: Writer::new(disk.clone(), committer),
            first_places: state.shards.iter().map(|it| it.places.clone()).collect(),
            durable_told: state.tick,
            committed: state.tick,
            wishes: BTreeMap::new(),
            snapshots: Vec::new(),
            checkpoint: None,
            enlisted: enlisted.copied().collect(),
            early: Vec::new(),
            dismissed: None,
            is_backed_up: false,
            quiet: None,
            gap: None,
            due: (0..shards.len() as u16).map(Task::Shard).collect(),
            desk,
            shards,
            port,
            disk,
            identity,
        }
    }

    /// Ticks that are not durable yet, and what waits for the shards.
    pub fn waiting_count(&self) -> usize {
        let shards = self.shards.iter();
        let stations = shards.map(|it| it.station.waiting_count() + it.arriving_count());
        self.relay.waiting_count() + stations.sum::<usize>()
    }

    pub fn durable_tick(&self) -> u32 {
        self.relay.durable_tick()
    }

    /// Whom it waits for, for the log.
    pub fn missing(&self) -> (u32, Vec<Owner>) {
        let (tick, missing) = self.relay.missing();
        (tick, missing.collect())
    }

    /// A shard's thread comes round; when to come again, if nothing comes before.
    pub fn turn_shard(&mut self, number: u16, stage: &mut Stage) -> Option<Time> {
        if self.quiet.is_some() {
            return None;
        }
        if self.is_backed_up {
            self.due.insert(Task::Relay);
        }
        let shard = &mut self.shards[usize::from(number)];
        match shard.turn(&self.desk, stage) {
            Turned::Early(time) => Some(time),
            Turned::Waiting => None,
            Turned::Ticked(frame) => {
                self.due.insert(Task::Relay);
                self.due.insert(Task::Shard(number));
                for (other, shard) in (0..).zip(&mut self.shards) {
                    if other != number {
                        shard.give(frame.clone());
                        self.due.insert(Task::Shard(other));
                    }
                }
                None
            }
        }
    }

    /// The relay's thread comes round.
    pub fn turn_relay(&mut self, peers: &mut Peers, stage: &mut Stage) {
        self.take_ticked();
        self.deliver();
        self.commit(stage);
        self.release(peers, stage);
        self.checkpoint = self.relay.poll_checkpoint().or(self.checkpoint.take());
        if self.checkpoint.is_some() {
            self.due.insert(Task::Keeper);
        }
        self.answer_wishes(peers, stage);
    }

    fn take_ticked(&mut self) {
        for (number, shard) in (0..).zip(&mut self.shards) {
            while self.relay.has_room(number)
                && let Some(ticked) = shard.done.pop_front()
            {
                self.relay.handle_ticked(ticked);
                self.due.insert(Task::Shard(number));
            }
        }
    }

    /// What a ring has no room for stays with the relay until its shard has taken some.
    fn deliver(&mut self) {
        self.is_backed_up = !self.shards.iter().all(ShardLife::has_room);
        while !self.is_backed_up
            && let Some(frame) = self.relay.poll_delivery()
        {
            for (number, shard) in (0..).zip(&mut self.shards) {
                shard.give(frame.clone());
                self.due.insert(Task::Shard(number));
            }
            self.is_backed_up = !self.shards.iter().all(ShardLife::has_room);
        }
    }

    fn commit(&mut self, stage: &Stage) {
        while self.port.has_room()
            && let Some(mut commit) = self.relay.poll_commit()
        {
            if stage.canary == Some(Canary::ForgetsHeard) {
                commit.heard.clear();
            }
            let tick = commit.tick;
            let committed = self.port.commit_with(tick, |block| commit.fill(block));
            committed.expect("there is room, and ticks are small");
            self.committed = tick;
            self.due.insert(Task::Writer);
        }
    }

    /// Says what is durable to whom it is for.
    fn release(&mut self, peers: &mut Peers, stage: &mut Stage) {
        let durable = self.port.durable_tick();
        for tick in self.durable_told + 1..=durable {
            stage
                .witness
                .note_durable(self.desk.life, self.desk.pod, tick);
        }
        self.durable_told = durable;
        let released = match stage.canary {
            Some(Canary::ReleasesEarly) => self.committed,
            _ => durable,
        };
        self.relay.handle_durable(released);
        while let Some(said) = self.relay.poll_said() {
            self.say(&said, peers, stage);
        }
        while let Some(word) = self.relay.poll_acknowledgement() {
            self.acknowledge(word, peers, stage);
        }
        for (name, lane, place) in self.early.drain(..) {
            peers.acknowledge(&self.desk.own, (&name, lane), place, stage);
        }
        while let Some(frames) = self.relay.poll_whole() {
            self.tell(&frames, stage);
        }
    }

    fn say(&self, said: &Said, peers: &mut Peers, stage: &mut Stage) {
        let lane = LaneId(said.shard);
        for name in peers.names() {
            if peers.is_full(&name, lane) {
                let next = u64::from(said.tick);
                let begin = || Outbox::new(self.desk.own.incarnation, self.place(next));
                peers.cut_lane(&name, lane, begin);
            }
            peers.say(&self.desk.own, (&name, lane), said.bytes.clone(), stage);
        }
    }

    fn place(&self, next: u64) -> Position {
        let series = self.desk.series;
        Position { series, next }
    }

    fn acknowledge(&self, word: Acknowledgement, peers: &mut Peers, stage: &mut Stage) {
        match word {
            Acknowledgement::Frames { source, place } => {
                let name = PeerName::Pod(source.pod);
                let lane = (&name, LaneId(source.shard));
                peers.acknowledge(&self.desk.own, lane, place, stage);
            }
            Acknowledgement::Commands { shard, places } => {
                for (edge, place) in places {
                    let lane = (&edge, LaneId(shard));
                    peers.acknowledge(&self.desk.own, lane, place, stage);
                }
            }
        }
    }

    /// Edges in the same process hear of whole ticks.
    fn tell(&mut self, frames: &[Arc<Frame>], stage: &mut Stage) {
        let mut whole = Frame::default();
        self.composer.compose(frames, &mut whole);
        stage.witness.note_told(&self.desk.own.name, &whole);
    }

    /// Begins the lanes to a process, from what was said last.
    pub fn begin_lanes(&self, to: &PeerName, peers: &mut Peers) {
        for shard in 0..self.shards.len() as u16 {
            let said: Vec<&Said> = self.relay.said().of_shard(shard).collect();
            let next = said.first().map(|said| u64::from(said.tick));
            let next = next.unwrap_or(u64::from(self.relay.durable_tick()) + 1);
            peers.begin_lane(to, LaneId(shard), || {
                let mut outbox = Outbox::new(self.desk.own.incarnation, self.place(next));
                for said in said {
                    outbox.push(said.bytes.clone());
                }
                outbox
            });
        }
    }

    /// The journal's thread comes round; after which span to come again.
    pub fn turn_writer(&mut self, stage: &mut Stage) -> Option<Time> {
        match self.writer.step(stage.canary) {
            Step::Idle => None,
            Step::Written => {
                let delay = stage.storage.delay_of(self.desk.pod);
                stage
                    .occurrences
                    .note_many(Occurrence::SlowDisk, (delay > 0).into());
                Some(delay + stage.draw_span(200, 3 * MS))
            }
            Step::Failed => {
                stage
                    .occurrences
                    .note(match stage.storage.is_full(self.desk.pod) {
                        true => Occurrence::FullDisk,
                        false => Occurrence::FailedDisk,
                    });
                Some(stage.draw_span(20 * MS, 100 * MS))
            }
            Step::Committed => {
                self.due.insert(Task::Relay);
                Some(stage.draw_span(0, 200))
            }
        }
    }

    /// The thread that writes checkpoints comes round; false if the machine's power failed within.
    pub fn turn_keeper(&mut self, stage: &mut Stage) -> bool {
        let Some(state) = self.checkpoint.take() else {
            return true;
        };
        let mut bytes = Vec::new();
        state.write(&mut bytes);
        let disk = Fused::draw(self.disk.clone(), stage.blown_fuses, &mut stage.random);
        // A disk that fails keeps the older ones.
        if checkpoint::write(&disk, self.identity, state.tick, &bytes).is_ok() {
            let _ = checkpoint::retain(&disk, CHECKPOINTS_KEPT);
        }
        !disk.is_blown()
    }
}

/// Those who begin to listen, to join and to leave.
impl Running {
    pub fn wish(&mut self, from: &PeerName, wish: SnapshotWish) {
        self.wishes.insert(from.clone(), wish);
        self.due.insert(Task::Relay);
    }

    /// A shard asks to be waited for; the pod that has the seat does that, if it keeps up.
    pub fn enlist(&mut self, owner: Owner) {
        let mut shards = self.shards.iter_mut();
        let seat = shards.find(|shard| shard.world.seat.is_some());
        if let Some(seat) = seat.filter(|_| self.relay.is_followed_by(owner)) {
            let command = Command::Partition(PartitionChange::Enlist { owner });
            // If too many wait, it is asked for again.
            let _ = seat.station.handle_own(command);
        }
    }

    fn answer_wishes(&mut self, peers: &mut Peers, stage: &mut Stage) {
        let world = &self.shards[0].world;
        let Some(outline) = self.relay.outline(world.tick) else {
            return;
        };
        let snapshots = &mut self.snapshots;
        self.wishes.retain(|name, wish| {
            if world.tick < wish.tick_min {
                return true;
            }
            let bytes = match (wish.kind, name) {
                (
                    SnapshotKind::Pod {
                        series,
                        shard_count,
                    },
                    PeerName::Pod(pod),
                ) => {
                    let state = PodState::newcomer((*pod, series), shard_count, world, outline);
                    let mut bytes = Vec::new();
                    state.write(&mut bytes);
                    bytes
                }
                _ => feed::snapshot(world, outline),
            };
            snapshots.retain(|(other, ..)| other != name);
            snapshots.push((name.clone(), world.tick, bytes.into()));
            false
        });
        let durable = self.port.durable_tick();
        let own = &self.desk.own;
        self.snapshots.retain(|(name, tick, bytes)| {
            if *tick > durable {
                return true;
            }
            peers.ask(own, name, Word::Snapshot(bytes.clone()), stage);
            false
        });
    }

    /// Who makes a frame of the tick that is being gathered.
    pub fn members(&self) -> &[Owner] {
        let (tick, _) = self.relay.missing();
        let outline = self.relay.outline(tick);
        &outline.expect("the newest is kept").members
    }

    pub fn is_member(&self) -> bool {
        let mut members = self.members().iter();
        members.any(|owner| owner.pod == self.desk.pod)
    }

    /// Notes which of its shards are waited for, and since when none is any more.
    pub fn look_at_members(&mut self, now: Time) {
        let (tick, _) = self.relay.missing();
        let own = self.shards.iter().map(|shard| shard.world.owner);
        let own: BTreeSet<Owner> = own.collect();
        let members: BTreeSet<Owner> = self.members().iter().copied().collect();
        self.enlisted.extend(own.intersection(&members));
        let is_dismissed = self.enlisted == own && own.is_disjoint(&members);
        self.dismissed = match self.dismissed {
            Some(dismissed) if is_dismissed => Some(dismissed),
            None if is_dismissed => Some((tick, now)),
            _ => None,
        };
    }

    /// Its shards that nobody has waited for yet, if they keep up with the others.
    pub fn volunteers(&self) -> Vec<Owner> {
        let newest = self.members().iter();
        let newest = newest.filter_map(|it| self.relay.place_of(*it));
        let newest = newest.map(|place| place.next).max().unwrap_or(0);
        let (tick, _) = self.relay.missing();
        if newest > u64::from(tick) + 3 {
            return Vec::new();
        }
        let own = self.shards.iter().map(|shard| shard.world.owner);
        own.filter(|owner| !self.enlisted.contains(owner)).collect()
    }

    /// Whether it may leave: it was discharged, all have heard what it said as long as they needed that
    /// (those who do not listen any more are waited for only so long), and it has been quiet for some
    /// ticks without being enlisted again by a word that was late.
    pub fn may_leave(&mut self, now: Time, peers: &Peers) -> bool {
        let Some((tick, since)) = self.dismissed else {
            if self.quiet.take().is_some() {
                let numbers = 0..self.shards.len() as u16;
                self.due.extend(numbers.map(Task::Shard));
            }
            return false;
        };
        let mut names = peers.names().into_iter();
        let has_heard = |name: PeerName| {
            let unacknowledged = peers.unacknowledged(&name);
            unacknowledged.is_none_or(|first| first >= u64::from(tick))
        };
        let (gathered, _) = self.relay.missing();
        if self.quiet.is_none() && (names.all(has_heard) || now > since + DEPARTURE_PATIENCE) {
            self.quiet = Some(gathered);
        }
        self.quiet
            .is_some_and(|quiet| gathered > quiet + QUIET_TICKS)
    }

    /// Whether the others have gone on without it, so that frames which it lacks will never come. Nobody
    /// gets two ticks ahead of a shard that is waited for, nor forgets what that may lack.
    pub fn is_left_behind(&self, peers: &Peers) -> bool {
        let (tick, missing) = self.relay.missing();
        let expected = missing.filter_map(|source| {
            let name = PeerName::Pod(source.pod);
            let place = peers.expected(&name, LaneId(source.shard))?;
            (place.next > u64::from(tick)).then_some(place.next)
        });
        let newest = expected.max().max(self.gap);
        match self.is_member() {
            true => newest.is_some_and(|next| next > u64::from(tick) + 1),
            false => newest.is_some(),
        }
    }

    /// The tick from which a process hears all shards; asked by those who begin to listen.
    pub fn first_tick(&self, to: &PeerName, peers: &Peers) -> Option<u32> {
        let lanes = (0..self.shards.len() as u16).map(LaneId);
        let firsts = lanes.filter_map(|lane| peers.first_of(to, lane));
        firsts.max().map(|first| first as u32)
    }
}

impl Host for Running {
    fn takes_up(&self, from: &PeerName, lane: LaneId) -> bool {
        match from {
            PeerName::Pod(_) => true,
            PeerName::Edge(_) => usize::from(lane.0) < self.shards.len(),
        }
    }

    fn place_of(&self, from: &PeerName, lane: LaneId) -> Option<Position> {
        match from {
            PeerName::Pod(pod) => self.relay.place_of(Owner {
                pod: *pod,
                shard: lane.0,
            }),
            PeerName::Edge(_) => self.first_places[usize::from(lane.0)].get(from).copied(),
        }
    }

    fn has_room(&self, from: &PeerName, lane: LaneId, sequence: u64) -> bool {
        match from {
            PeerName::Pod(_) => self.relay.has_room_for(sequence as u32),
            PeerName::Edge(_) => self.shards[usize::from(lane.0)].station.has_room(from),
        }
    }

    fn take(&mut self, message: Message, stage: &mut Stage) {
        let Message {
            from,
            lane,
            place,
            bytes,
        } = message;
        match from.name {
            PeerName::Pod(pod) => {
                let source = Owner { pod, shard: lane.0 };
                let tick = place.next as u32 - 1;
                let by = self.desk.life;
                stage.witness.note_frame(by, &from, (source, tick), &bytes);
                if stage.canary == Some(Canary::AcknowledgesEarly) {
                    self.early.push((from.name.clone(), lane, place));
                }
                if let Err(bad) = self.relay.handle_frame(source, place.series, bytes) {
                    stage.witness.fail(bad.to_string());
                }
                self.due.insert(Task::Relay);
            }
            PeerName::Edge(_) => {
                let command = read_command(&mut Input::new(&bytes), &Land);
                let command = command.expect("edges of the simulation write what can be read");
                let shard = &mut self.shards[usize::from(lane.0)];
                shard.command(&from.name, place, command);
            }
        }
    }

    fn handle_gap(&mut self, offered: u64) {
        self.gap = self.gap.max(Some(offered));
    }
}
