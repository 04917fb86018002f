//! The relay's links to other processes: a lane from every own shard to each of them, lanes of pods'
//! shards to here, lanes of edges' commands, and what they ask for. All on the relay's thread; behind it
//! is [`link::transport`], whose lanes have two directions; here each is used in one, so that one may
//! begin anew without the other.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::Receiver,
    },
    thread,
    time::Instant,
};

use bytes::Bytes;
use engine::{Command, PartitionChange, World, generate::Generator, record::Input};
use link::{
    Peer, PeerName,
    reliable::Position,
    transport::{Fault, Gate, Message, Request, SendError},
};
use pod::{
    Acknowledgement, Offered, PodState, Relay, Said, feed,
    record::{Places, read_command},
    state,
    word::{Listening, Question, SnapshotKind},
};
use spatial::partition::Owner;

use crate::{
    bell::Bell,
    herald::{self, Herald},
    lanes::{InLane, OutLane, bring_in},
    limits::{DEPARTURE_PATIENCE, QUIET_TICKS},
    refusals::Refusals,
    relay_loop::ShardSide,
    shard_loop::Inward,
    snapshots::{Snapshot, Snapshots, TooFarAhead},
};

/// What the relay is told of other processes.
pub enum Word {
    /// One that there is; of a pod, with the number of its shards.
    Known {
        peer: Peer,
        shard_count: u16,
    },
    /// One that will not come back as it was.
    Gone(PeerName),
    Asked(Request),
    /// A shard of this process wants to be waited for.
    Volunteers(Owner),
    /// A snapshot was made.
    Made(Snapshot),
}

/// What a process's relay makes known to who looks after the process.
#[derive(Debug, Default)]
pub struct Standing {
    volunteers: Mutex<Vec<Owner>>,
    was_member: AtomicBool,
    may_leave: AtomicBool,
    is_left_behind: AtomicBool,
    is_fenced: AtomicBool,
}

impl Standing {
    /// Own shards that nobody has waited for yet, and that keep up.
    pub fn volunteers(&self) -> Vec<Owner> {
        self.volunteers.lock().expect("no holder panics").clone()
    }

    /// Whether any own shard was ever waited for in this life: others may need what it said.
    pub fn was_member(&self) -> bool {
        self.was_member.load(Ordering::Acquire)
    }

    /// Whether all own shards were dismissed, and everybody has heard their last.
    pub fn may_leave(&self) -> bool {
        self.may_leave.load(Ordering::Acquire)
    }

    /// Whether the others have gone on, so that frames which are missing here will never come.
    pub fn is_left_behind(&self) -> bool {
        self.is_left_behind.load(Ordering::Acquire)
    }

    /// Whether another process hears a later life of this one.
    pub fn is_fenced(&self) -> bool {
        self.is_fenced.load(Ordering::Acquire)
    }
}

/// See the module.
pub struct Links {
    series: u64,
    may_act: Gate,
    words: Receiver<Word>,
    herald: Herald<Word>,
    peers: BTreeMap<PeerName, Lanes>,
    /// How far each edge's commands were taken when this life began.
    first_places: Vec<Places>,
    snapshots: Snapshots,
    refusals: Refusals,
    generator: Generator,
    /// Own shards that were waited for in this life.
    enlisted: Vec<Owner>,
    own: Vec<Owner>,
    /// The first tick for which none of them is waited for any more, and when that was seen.
    dismissed: Option<(u32, Instant)>,
    standing: Arc<Standing>,
}

/// The lanes to and from a process.
struct Lanes {
    peer: Peer,
    /// By own shard.
    said: Vec<OutLane>,
    /// Of a pod's shards, or of an edge's commands, by shard.
    heard: Vec<InLane>,
}

impl Links {
    /// For a pod that begins with this state. `may_act` says whether its lease holds.
    pub fn new(state: &PodState, may_act: Gate) -> Self {
        let (herald, words) = herald::new(Bell::default());
        let own = state.owners();
        let enlisted = own.iter().filter(|it| state.members.contains(it));
        Self {
            series: state.series,
            may_act,
            words,
            herald,
            peers: BTreeMap::new(),
            first_places: state.shards.iter().map(|it| it.places.clone()).collect(),
            snapshots: Snapshots::default(),
            refusals: Refusals::default(),
            generator: Generator::new(state.shards[0].world.config.seed),
            enlisted: enlisted.copied().collect(),
            own,
            dismissed: None,
            standing: Arc::default(),
        }
    }

    /// Rings the relay.
    pub fn bell(&self) -> Bell {
        self.herald.bell().clone()
    }

    pub fn herald(&self) -> Herald<Word> {
        self.herald.clone()
    }

    pub fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    pub(crate) fn refusals(&self) -> Refusals {
        self.refusals.clone()
    }

    pub(crate) fn may_act(&self) -> bool {
        (self.may_act)()
    }

    /// Says what a shard did to all who listen.
    pub(crate) fn say(&mut self, said: &Said, relay: &Relay) {
        for lanes in self.peers.values_mut() {
            match lanes.said[usize::from(said.shard)].send(said.bytes.clone()) {
                Ok(_) | Err(SendError::Closed) => {}
                Err(SendError::Broken(Fault::Fenced)) => {
                    self.standing.is_fenced.store(true, Ordering::Release);
                }
                // Who was too slow, or lost its place, begins anew from what was said last.
                Err(SendError::Full(_) | SendError::Broken(Fault::Refused(_))) => {
                    let desk = (self.series, self.herald.bell());
                    lanes.begin_anew(said.shard, desk, relay);
                }
                Err(SendError::TooLong { bytes }) => panic!("a frame of {bytes} bytes"),
            }
        }
    }

    /// Tells who said it that something is durable here.
    pub(crate) fn acknowledge(&mut self, word: &Acknowledgement) {
        match word {
            Acknowledgement::Frames { source, place } => {
                let name = PeerName::Pod(source.pod);
                self.acknowledge_lane(&name, source.shard, *place);
            }
            Acknowledgement::Commands { shard, places } => {
                for (edge, place) in places {
                    self.acknowledge_lane(edge, *shard, *place);
                }
            }
        }
    }

    fn acknowledge_lane(&mut self, name: &PeerName, shard: u16, place: Position) {
        let lanes = self.peers.get_mut(name);
        if let Some(lane) = lanes.and_then(|it| it.heard.get_mut(usize::from(shard))) {
            lane.acknowledge(place);
        }
    }

    /// Takes in what has come.
    pub(crate) fn receive(&mut self, relay: &mut Relay, shards: &mut [ShardSide]) {
        for (name, lanes) in &mut self.peers {
            match name {
                PeerName::Pod(pod) => {
                    for (shard, lane) in (0..).zip(&mut lanes.heard) {
                        let source = Owner { pod: *pod, shard };
                        let refusals = &self.refusals;
                        lane.drain(|message| receive_frame(source, message, relay, refusals));
                    }
                }
                PeerName::Edge(_) => {
                    for (lane, shard) in lanes.heard.iter_mut().zip(&mut *shards) {
                        let generator = &self.generator;
                        lane.drain(|message| receive_command(name, message, shard, generator));
                    }
                }
            }
        }
    }

    /// Hears of processes, answers them, and says how this one stands.
    pub(crate) fn attend(
        &mut self,
        relay: &Relay,
        shards: &mut [ShardSide],
        world: Option<Box<World>>,
        now: Instant,
    ) {
        while let Ok(word) = self.words.try_recv() {
            match word {
                Word::Known { peer, shard_count } => self.know(peer, shard_count, relay),
                Word::Gone(name) => {
                    self.peers.remove(&name);
                    self.snapshots.forget(&name);
                }
                Word::Asked(request) => self.answer(request, relay, shards),
                Word::Volunteers(owner) => enlist(owner, relay, shards),
                // Who went meanwhile does not fetch it.
                Word::Made(snapshot) if self.peers.contains_key(&snapshot.name) => {
                    self.snapshots.keep(snapshot);
                }
                Word::Made(_) => {}
            }
        }
        if let Some(world) = world {
            self.make_snapshots(&world, relay);
        }
        let (gathered, _) = relay.missing();
        if self.snapshots.is_world_wanted(gathered + 1) {
            shards[0].is_world_wanted.store(true, Ordering::Release);
        }
        self.look_around(relay, now);
    }

    /// Also of one that is known already: its shards may be more or fewer now.
    fn know(&mut self, peer: Peer, shard_count: u16, relay: &Relay) {
        let name = peer.name().clone();
        let known = self.peers.remove(&name);
        let mut lanes = known.unwrap_or_else(|| Lanes {
            said: Vec::new(),
            heard: Vec::new(),
            peer,
        });
        let bell = self.herald.bell();
        let heard_count = match name {
            PeerName::Pod(_) => usize::from(shard_count),
            PeerName::Edge(_) => self.own.len(),
        };
        lanes.heard.truncate(heard_count);
        for shard in lanes.heard.len() as u16..heard_count as u16 {
            let durable = match &name {
                PeerName::Pod(pod) => relay.durable_place_of(Owner { pod: *pod, shard }),
                PeerName::Edge(_) => self.first_places[usize::from(shard)].get(&name).copied(),
            };
            lanes
                .heard
                .extend(InLane::open(&lanes.peer, shard, durable, bell));
        }
        for shard in lanes.said.len() as u16..self.own.len() as u16 {
            let said = bring_in(relay, shard, self.series);
            lanes
                .said
                .extend(OutLane::open(&lanes.peer, shard, said, bell));
        }
        // Of a link that was closed meanwhile, the next word is that it is gone.
        if lanes.said.len() == self.own.len() && lanes.heard.len() == heard_count {
            self.peers.insert(name, lanes);
        }
    }
}

/// Questions, and how this process stands.
impl Links {
    fn answer(&mut self, request: Request, relay: &Relay, shards: &mut [ShardSide]) {
        let Ok(question) = Question::decode(&request.bytes) else {
            return request.refuse("no question of this version");
        };
        let from = request.from.clone();
        let answer = match question {
            Question::Listen => match self.peers.get(&from) {
                Some(lanes) => {
                    let firsts = lanes.said.iter().map(OutLane::first);
                    Listening(firsts.max().map(|first| first as u32)).encode()
                }
                None => return request.refuse("not linked yet"),
            },
            Question::Snapshot(_) if !self.peers.contains_key(&from) => {
                return request.refuse("not linked yet");
            }
            Question::Snapshot(wish) => {
                let ticks = (relay.missing().0, relay.durable_tick());
                match self.snapshots.piece(from, wish, ticks) {
                    Ok(piece) => piece.encode(),
                    Err(TooFarAhead) => return request.refuse("that tick is too far ahead"),
                }
            }
            Question::Enlist(owner) => {
                enlist(owner, relay, shards);
                Bytes::new()
            }
        };
        // Who asked may have given up.
        let _ = request.answer(answer);
    }

    /// Has snapshots made of a shard's world, as far as it is new enough for who asked.
    fn make_snapshots(&mut self, world: &World, relay: &Relay) {
        let Some(outline) = relay.outline(world.tick) else {
            return;
        };
        for (name, wish) in self.snapshots.take_wishes(world.tick) {
            let (world, outline) = (world.clone(), outline.clone());
            let herald = self.herald.clone();
            // Terrain is megabytes to encode, and frames are not to wait for it.
            let made = thread::Builder::new()
                .name("snapshot".into())
                .spawn(move || {
                    let bytes = match wish.kind {
                        SnapshotKind::Feed => feed::snapshot(&world, &outline),
                        SnapshotKind::Pod => state::joining(&world, &outline),
                    };
                    herald.tell(Word::Made(Snapshot {
                        name,
                        number: wish.number,
                        tick: world.tick,
                        bytes: bytes.into(),
                    }));
                });
            if let Err(error) = made {
                tracing::warn!(%error, "no snapshot: it will be asked for again");
            }
        }
    }

    fn look_around(&mut self, relay: &Relay, now: Instant) {
        let (tick, missing) = relay.missing();
        self.refusals.settle(tick, missing);
        let members = &relay.outline(tick).expect("the newest is kept").members;
        let is_member = |owner: &Owner| members.binary_search(owner).is_ok();
        for owner in self.own.iter().filter(|it| is_member(it)) {
            if !self.enlisted.contains(owner) {
                self.enlisted.push(*owner);
            }
        }
        let is_any_member = self.own.iter().any(is_member);
        let is_dismissed = self.enlisted.len() == self.own.len() && !is_any_member;
        self.dismissed = self.dismissed.filter(|_| is_dismissed);
        if is_dismissed {
            self.dismissed.get_or_insert((tick, now));
        }
        let standing = &self.standing;
        let was_member = !self.enlisted.is_empty();
        standing.was_member.store(was_member, Ordering::Release);
        let may_leave = self.may_leave(tick, now);
        standing.may_leave.store(may_leave, Ordering::Release);
        let is_left_behind = self.is_left_behind(relay, is_any_member);
        standing
            .is_left_behind
            .store(is_left_behind, Ordering::Release);
        *standing.volunteers.lock().expect("no holder panics") = self.volunteers(relay);
    }

    /// Whether it may leave: it was dismissed, and all have heard what it said as long as they needed
    /// that; those who do not listen any more are waited for only so long.
    fn may_leave(&self, gathered: u32, now: Instant) -> bool {
        let Some((tick, since)) = self.dismissed else {
            return false;
        };
        let mut lanes = self.peers.values().flat_map(|lanes| &lanes.said);
        let is_heard = lanes.all(|lane| lane.unacknowledged() >= u64::from(tick));
        let is_patient = now.saturating_duration_since(since) < DEPARTURE_PATIENCE;
        gathered > tick + QUIET_TICKS && (is_heard || !is_patient)
    }

    /// Nobody gets two ticks ahead of a shard that is waited for, nor forgets what that may lack.
    fn is_left_behind(&self, relay: &Relay, is_member: bool) -> bool {
        let (tick, missing) = relay.missing();
        let slack = u64::from(tick) + u64::from(is_member);
        let mut missing = may_be_lost(missing, is_member, &self.refusals);
        missing.any(|source| {
            let lanes = self.peers.get(&PeerName::Pod(source.pod));
            let lane = lanes.and_then(|lanes| lanes.heard.get(usize::from(source.shard)));
            lane.is_some_and(|lane| {
                let is_past = lane.taken().is_some_and(|place| place.next > slack);
                is_past || lane.has_gap()
            })
        })
    }

    fn volunteers(&self, relay: &Relay) -> Vec<Owner> {
        let own = self.own.iter();
        own.filter(|owner| !self.enlisted.contains(owner) && relay.is_followed_by(**owner))
            .copied()
            .collect()
    }
}

/// Those of the missing whose frames may never come. One that a member refused did come: its lane is past
/// it, and yet the world stands still, until somebody mends that.
fn may_be_lost(
    missing: impl Iterator<Item = Owner>,
    is_member: bool,
    refusals: &Refusals,
) -> impl Iterator<Item = Owner> {
    missing.filter(move |source| !(is_member && refusals.are_waited_for(*source)))
}

impl Lanes {
    fn begin_anew(&mut self, shard: u16, (series, bell): (u64, &Bell), relay: &Relay) {
        let lane = &mut self.said[usize::from(shard)];
        lane.close();
        let said = bring_in(relay, shard, series);
        if let Some(begun) = OutLane::open(&self.peer, shard, said, bell) {
            *lane = begun;
        }
    }
}

/// Returns the message if there is no room for it yet.
fn receive_frame(
    source: Owner,
    message: Message,
    relay: &mut Relay,
    refusals: &Refusals,
) -> Option<Message> {
    let bytes = message.bytes.clone();
    match relay.handle_frame(source, message.series, bytes) {
        Ok(Offered::TooEarly) => Some(message),
        Ok(_) => None,
        Err(bad) => {
            let tick = message.id.sequence as u32;
            tracing::error!(pod = source.pod, shard = source.shard, tick, %bad, "a frame is refused");
            refusals.note(source, tick, bad.to_string(), Instant::now());
            None
        }
    }
}

/// Returns the message if there is no room for it yet.
fn receive_command(
    edge: &PeerName,
    message: Message,
    shard: &mut ShardSide,
    generator: &Generator,
) -> Option<Message> {
    if shard.inward.is_full() {
        return Some(message);
    }
    match read_command(&mut Input::new(&message.bytes), generator) {
        Ok(command) => {
            let inward = Inward::Edge(edge.clone(), message.place_after(), command);
            let pushed = shard.inward.push(inward);
            pushed.unwrap_or_else(|_| unreachable!("room was there"));
        }
        Err(error) => tracing::error!(%edge, %error, "a command is refused"),
    }
    None
}

/// The pod that has the seat has the world wait for a shard, if that keeps up.
fn enlist(owner: Owner, relay: &Relay, shards: &mut [ShardSide]) {
    let seat = shards.iter_mut().find(|shard| shard.has_seat);
    if let Some(seat) = seat.filter(|_| relay.is_followed_by(owner)) {
        let command = Command::Partition(PartitionChange::Enlist { owner });
        // If too many wait, it is asked for again.
        let _ = seat.inward.push(Inward::Own(command));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Battle, BattleConfig};
    use link::reliable::MessageId;
    use pod::Outline;

    /// Of a world with another pod, whose frame of this tick is the next that is wanted.
    fn relay() -> (Relay, u32) {
        let config = BattleConfig {
            founding: 0,
            seed: 3,
            soldiers_per_house: 1,
        };
        let mut world = Battle::new(config).into_world();
        world.owner = Owner { pod: 1, shard: 0 };
        let outline = Outline {
            members: vec![world.owner, Owner { pod: 2, shard: 0 }],
            roster: world.frame.roster.clone(),
        };
        let state = PodState::found((1, 1), vec![world], &outline);
        (Relay::new(&state), state.tick)
    }

    #[test]
    fn an_operator_is_told_of_a_members_frame_that_is_refused() {
        let (mut relay, tick) = relay();
        let source = Owner { pod: 2, shard: 0 };
        let message = Message {
            series: 1,
            id: MessageId {
                incarnation: 1,
                sequence: tick.into(),
            },
            bytes: Bytes::from_static(b"of another version"),
        };
        let refusals = Refusals::default();
        assert!(receive_frame(source, message, &mut relay, &refusals).is_none());
        let (gathered, missing) = relay.missing();
        refusals.settle(gathered, missing);
        let told = refusals.pending();
        assert_eq!((told[0].source, told[0].tick), (source, tick));
        assert!(told[0].is_waited_for, "{told:?}");
    }

    #[test]
    fn a_member_waits_where_it_refused_a_frame_and_who_is_none_is_left_behind() {
        let (relay, tick) = relay();
        let source = Owner { pod: 2, shard: 0 };
        let refusals = Refusals::default();
        // The sender does a tick more before it waits for this one.
        for tick in [tick, tick + 1] {
            refusals.note(source, tick, "of another version".into(), Instant::now());
        }
        let is_lost = |is_member| {
            let mut lost = may_be_lost(relay.missing().1, is_member, &refusals);
            lost.any(|it| it == source)
        };
        assert!(is_lost(true), "it is not waited for yet");
        refusals.settle(tick, relay.missing().1);
        assert_eq!([true, false].map(is_lost), [false, true]);
    }
}
