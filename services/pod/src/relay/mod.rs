//! What a pod's shards share: the frames of other pods on their way in, the own ones on their way out,
//! and the journal between. It is one machine for the whole process, so that what comes from elsewhere
//! is kept once and a tick of the pod is durable or not, never half. Shards run on threads of their
//! own around it; nothing here waits for anything.
//!
//! A frame leaves the process only when the journal has what its tick was given, and a frame of another
//! pod is acknowledged only when the journal has the tick that read it (R5, R9);
//! docs/invariants/handoff.md tells why.

mod step;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
};

use bytes::Bytes;
use engine::{
    Frame,
    record::{CheckpointError, frame, roster::RosterKeeper},
};
use link::reliable::Position;
use spatial::partition::Owner;

use step::{Arrival, Done, Step};
pub use step::{Commit, Ticked};

use crate::{
    exchange::{Exchange, Offered},
    limits::{OUTLINES_KEPT, STEPS_MAX, TICKS_AHEAD_MAX},
    record::Places,
    state::{Outline, PodState, Said, SaidTicks, ShardState, say},
};

/// See the module.
#[derive(Debug)]
pub struct Relay {
    pod: u16,
    /// Whether what its shards say is kept as bytes for others.
    is_heard: bool,
    series: u64,
    exchange: Exchange,
    rosters: RosterKeeper,
    /// Seats' frames that came before the roster that they build on, by tick.
    parked: BTreeMap<u32, Arrival>,
    /// Frames of other pods that no tick of the whole pod has read yet.
    arrivals: BTreeMap<(u32, Owner), Arrival>,
    /// By source of another pod: the place after what came last, and what was acknowledged.
    heard: BTreeMap<Owner, Position>,
    acknowledged: BTreeMap<Owner, Position>,
    /// By shard: the last tick that it did, and how far it has taken the commands of edges.
    ticked: Vec<u32>,
    places: Vec<Places>,
    /// The tick of the state that it began with.
    begun_at: u32,
    /// Ticks that are not durable yet, in order; the first is the one after `durable`.
    steps: VecDeque<Step>,
    durable: u32,
    outlines: BTreeMap<u32, Outline>,
    said: SaidTicks,
    out: Output,
}

/// What waits to be taken out.
#[derive(Debug, Default)]
struct Output {
    deliveries: VecDeque<Arc<Frame>>,
    said: VecDeque<Said>,
    acknowledgements: VecDeque<Acknowledgement>,
    wholes: VecDeque<Vec<Arc<Frame>>>,
    checkpoint: Option<PodState>,
}

/// What is durable here, for who said it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Acknowledgement {
    /// A source's frames before this place.
    Frames { source: Owner, place: Position },
    /// Edges' commands to a shard before these places.
    Commands { shard: u16, places: Places },
}

/// Why a frame of another pod is refused: its sender is broken, or not who it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadFrame {
    Unreadable(CheckpointError),
    /// It is of another source than it came from.
    Misattributed(Owner),
    /// The source has said something else of this tick.
    Contradicts(Owner, u32),
}

impl Relay {
    /// Goes on from a state, of which all is durable.
    pub fn new(state: &PodState) -> Self {
        let outline = Outline {
            members: state.members.clone(),
            roster: state.roster.clone(),
        };
        let next = u64::from(state.tick);
        let heard = state.heard.iter();
        let heard = heard.map(|(source, &series)| (*source, Position { series, next }));
        let heard: BTreeMap<_, _> = heard.collect();
        let mut relay = Self {
            pod: state.pod,
            is_heard: true,
            series: state.series,
            exchange: Exchange::new(state.tick, state.members.clone()),
            rosters: RosterKeeper::new(state.roster.clone(), state.tick.saturating_sub(1)),
            parked: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            acknowledged: heard.clone(),
            heard,
            ticked: vec![state.tick; state.shards.len()],
            places: state.shards.iter().map(|it| it.places.clone()).collect(),
            begun_at: state.tick,
            steps: VecDeque::new(),
            durable: state.tick,
            outlines: BTreeMap::from([(state.tick, outline)]),
            said: state.said.clone(),
            out: Output::default(),
        };
        for shard in &state.shards {
            relay.take_note(&shard.world.frame);
        }
        relay.proceed();
        relay
    }

    /// The same for a process that no other listens to: nothing is said.
    pub fn unheard(state: &PodState) -> Self {
        Self {
            is_heard: false,
            ..Self::new(state)
        }
    }

    /// Every tick up to this one is durable.
    pub fn durable_tick(&self) -> u32 {
        self.durable
    }

    /// What was taken out by [`Self::poll_said`] in the last ticks: where one begins who listens from
    /// now on.
    pub fn said(&self) -> &SaidTicks {
        &self.said
    }

    /// Where a lane of another pod goes on: nothing before that is needed. None if it begins anew.
    pub fn place_of(&self, source: Owner) -> Option<Position> {
        self.heard.get(&source).copied()
    }

    /// The same for what is durable here: what came after it may be needed again.
    pub fn durable_place_of(&self, source: Owner) -> Option<Position> {
        self.acknowledged.get(&source).copied()
    }

    /// Whether there is room for a frame of this tick; if not, take none from its source's lane. Shards
    /// that nobody waits for may be behind what is gathered, and have room for no more than this.
    pub fn has_room_for(&self, tick: u32) -> bool {
        let slowest = self.ticked.iter().min().copied();
        let slowest = slowest.unwrap_or_default().min(self.exchange.tick());
        tick <= slowest + TICKS_AHEAD_MAX
    }

    /// The tick whose frames are being gathered, and whose are missing.
    pub fn missing(&self) -> (u32, impl Iterator<Item = Owner> + '_) {
        (self.exchange.tick(), self.exchange.missing())
    }

    /// Whether a shard keeps up with the world, be it waited for or not: only such a one is to be enlisted,
    /// for from then on all wait for it. A word that was late, about one that has gone, is told by this.
    pub fn is_followed_by(&self, owner: Owner) -> bool {
        let done = match owner.pod == self.pod {
            true => self.ticked.get(usize::from(owner.shard)).copied(),
            false => self.heard.get(&owner).map(|place| place.next as u32 - 1),
        };
        done.is_some_and(|tick| tick + 2 >= self.exchange.tick())
    }

    /// What holds of the whole world at a tick, if it is one of the last.
    pub fn outline(&self, tick: u32) -> Option<&Outline> {
        self.outlines.get(&tick)
    }

    /// Whether the next tick of a shard may be taken in; if not, the journal is behind, and who does not
    /// take the shard's makes it wait. A shard that got ahead takes no room from the others, for without
    /// their ticks none of its own becomes durable.
    pub fn has_room(&self, shard: u16) -> bool {
        let backlog = self.ticked[usize::from(shard)].saturating_sub(self.durable);
        (backlog as usize) < STEPS_MAX
    }

    /// Ticks that are not durable yet.
    pub fn waiting_count(&self) -> usize {
        self.steps.len()
    }

    /// A shard of this pod did a tick; each gives its ticks in order.
    pub fn handle_ticked(&mut self, ticked: Ticked) {
        let frame = ticked.frame;
        let (tick, shard) = (frame.tick, usize::from(frame.source.shard));
        assert_eq!(
            tick,
            self.ticked[shard] + 1,
            "a shard gives its ticks in order"
        );
        self.ticked[shard] = tick;
        self.places[shard].extend(ticked.places.clone());
        let state = ticked.world.map(|world| ShardState {
            world: *world,
            places: self.places[shard].clone(),
        });
        let said = self.is_heard.then(|| say(&frame));
        self.step(tick).done[shard] = Some(Done {
            places: ticked.places,
            record: ticked.record,
            said,
            state,
        });
        self.take_checkpoint(tick);
        self.take_note(&frame);
        self.proceed();
    }

    /// A frame of another pod came. What is too early is to be offered again later.
    ///
    /// # Errors
    /// [`BadFrame`]; nothing has changed then.
    pub fn handle_frame(
        &mut self,
        source: Owner,
        series: u64,
        bytes: Bytes,
    ) -> Result<Offered, BadFrame> {
        let frame = frame::read(&bytes).map_err(BadFrame::Unreadable)?;
        if frame.source != source || source.pod == self.pod {
            return Err(BadFrame::Misattributed(frame.source));
        }
        let tick = frame.tick;
        if !self.has_room_for(tick) {
            return Ok(Offered::TooEarly);
        }
        let arrival = Arrival {
            series,
            frame: Arc::new(frame),
            bytes,
        };
        let offered = match arrival.frame.is_seat && !self.rosters.is_ready_for(tick) {
            true => self.park(arrival),
            false => self.accept(arrival)?,
        };
        self.note_place(source, series, tick);
        self.proceed();
        Ok(offered)
    }

    /// The journal has all ticks up to this one.
    pub fn handle_durable(&mut self, tick: u32) {
        if tick <= self.durable {
            return;
        }
        while self.durable < tick {
            let step = self.steps.pop_front().expect("it was committed");
            assert!(step.is_committed, "only what was committed is durable");
            self.durable = step.tick;
            for (shard, done) in (0..).zip(step.done.into_iter().flatten()) {
                self.release(shard, done);
            }
        }
        self.acknowledge_frames();
        let oldest = tick.saturating_sub(OUTLINES_KEPT);
        self.outlines.retain(|tick, _| *tick >= oldest);
    }

    fn release(&mut self, shard: u16, done: Done) {
        self.out.said.extend(done.said);
        if !done.places.is_empty() {
            let places = done.places;
            let acknowledgement = Acknowledgement::Commands { shard, places };
            self.out.acknowledgements.push_back(acknowledgement);
        }
    }

    /// Frames before the durable tick are read for good.
    fn acknowledge_frames(&mut self) {
        for (&source, heard) in &self.heard {
            let place = Position {
                series: heard.series,
                next: heard.next.min(self.durable.into()),
            };
            let last = self.acknowledged.get(&source);
            let is_new =
                last.is_none_or(|last| last.series != place.series || last.next < place.next);
            if is_new {
                self.acknowledged.insert(source, place);
                let acknowledgement = Acknowledgement::Frames { source, place };
                self.out.acknowledgements.push_back(acknowledgement);
            }
        }
    }

    /// The next frame of another pod, for all shards.
    pub fn poll_delivery(&mut self) -> Option<Arc<Frame>> {
        self.out.deliveries.pop_front()
    }

    /// The next tick for the journal, when it has room.
    pub fn poll_commit(&mut self) -> Option<Commit> {
        let step = self.steps.iter_mut().find(|step| !step.is_committed)?;
        step.is_complete().then(|| step.commit())
    }

    /// The next frame for all who listen.
    pub fn poll_said(&mut self) -> Option<Said> {
        let said = self.out.said.pop_front()?;
        self.said.push(said.clone());
        Some(said)
    }

    /// The next word for who said something.
    pub fn poll_acknowledgement(&mut self) -> Option<Acknowledgement> {
        self.out.acknowledgements.pop_front()
    }

    /// The frames of all shards of the next tick, for edges of this process.
    pub fn poll_whole(&mut self) -> Option<Vec<Arc<Frame>>> {
        let is_durable = |whole: &Vec<Arc<Frame>>| whole[0].tick <= self.durable;
        self.out.wholes.pop_front_if(|whole| is_durable(whole))
    }

    /// The pod as it was after a tick of which all shards gave their worlds.
    pub fn poll_checkpoint(&mut self) -> Option<PodState> {
        self.out.checkpoint.take()
    }
}

/// How ticks come together.
impl Relay {
    /// The step of a tick that is not durable yet.
    fn step(&mut self, tick: u32) -> &mut Step {
        let place = (tick - self.durable - 1) as usize;
        while self.steps.len() <= place {
            let tick = self.durable + 1 + self.steps.len() as u32;
            self.steps.push_back(Step::new(tick, self.places.len()));
        }
        &mut self.steps[place]
    }

    /// A frame of this pod's shards is to be read by the next tick.
    fn take_note(&mut self, frame: &Arc<Frame>) {
        if frame.is_seat {
            self.rosters.see(frame);
        }
        let offered = self.exchange.offer(frame.clone());
        assert!(
            matches!(offered, Offered::Kept | Offered::Known),
            "a shard makes one frame a tick, and none far ahead of the others"
        );
    }

    fn park(&mut self, arrival: Arrival) -> Offered {
        let known = self.parked.insert(arrival.frame.tick, arrival);
        match known {
            None => Offered::Kept,
            Some(_) => Offered::Known,
        }
    }

    fn accept(&mut self, mut arrival: Arrival) -> Result<Offered, BadFrame> {
        let (tick, source) = (arrival.frame.tick, arrival.frame.source);
        if arrival.frame.is_seat && tick >= self.exchange.tick() {
            let roster = self.rosters.follow(&arrival.frame);
            let frame = Arc::get_mut(&mut arrival.frame);
            frame.expect("nobody else has seen it yet").roster = roster;
        }
        let offered = self.exchange.offer(arrival.frame.clone());
        match offered {
            Offered::Kept => {
                self.out.deliveries.push_back(arrival.frame.clone());
                self.arrivals.insert((tick, source), arrival);
            }
            Offered::Contradicts => return Err(BadFrame::Contradicts(source, tick)),
            Offered::Known | Offered::TooEarly => {}
        }
        Ok(offered)
    }

    fn note_place(&mut self, source: Owner, series: u64, tick: u32) {
        let next = u64::from(tick) + 1;
        let place = self
            .heard
            .entry(source)
            .or_insert(Position { series, next });
        if series > place.series {
            *place = Position { series, next };
        } else if series == place.series {
            place.next = place.next.max(next);
        }
    }

    /// Begins all ticks that can begin, and lets in what waited for that.
    fn proceed(&mut self) {
        let mut frames = Vec::new();
        loop {
            while self.exchange.take(&mut frames) {
                self.gathered(&frames);
            }
            let next = self.parked.first_key_value();
            if !next.is_some_and(|(tick, _)| self.rosters.is_ready_for(*tick)) {
                return;
            }
            let (_, parked) = self.parked.pop_first().expect("it was just seen");
            // It was parked before it could be compared: if it contradicts what is here, it is left out.
            let _ = self.accept(parked);
        }
    }

    /// All frames of a tick are here, so the next one can be done.
    fn gathered(&mut self, frames: &[Arc<Frame>]) {
        let tick = frames[0].tick;
        let foreign = frames.iter().filter(|frame| frame.source.pod != self.pod);
        let arrivals = foreign.map(|frame| {
            let arrival = self.arrivals.remove(&(tick, frame.source));
            arrival.expect("it was kept when it was offered")
        });
        let arrivals: Vec<Arrival> = arrivals.collect();
        self.arrivals.retain(|(known, _), _| *known > tick);
        let seat = frames.iter().find(|frame| frame.is_seat);
        let outline = Outline {
            members: self.exchange.members().to_vec(),
            roster: seat.expect("some member keeps the seat").roster.clone(),
        };
        self.outlines.insert(tick + 1, outline);
        // What was there in the beginning is no news: it was told in an earlier life.
        if tick > self.begun_at {
            self.out.wholes.push_back(frames.to_vec());
        }
        if tick >= self.durable {
            self.step(tick + 1).heard = Some(arrivals);
        }
    }

    /// When all shards gave their worlds of a tick, they are a checkpoint.
    fn take_checkpoint(&mut self, tick: u32) {
        let step = self.step(tick);
        let is_whole = |done: &Option<Done>| done.as_ref().is_some_and(|it| it.state.is_some());
        if !step.done.iter().all(is_whole) {
            return;
        }
        let states = step.done.iter_mut().flatten();
        let shards: Vec<ShardState> = states.filter_map(|done| done.state.take()).collect();
        let heard = step.heard.iter().flatten();
        let heard = heard.map(|it| (it.frame.source, it.series)).collect();
        let outline = &self.outlines[&tick];
        self.out.checkpoint = Some(PodState {
            pod: self.pod,
            tick,
            series: self.series,
            members: outline.members.clone(),
            roster: outline.roster.clone(),
            heard,
            shards,
            said: self.said_until(tick),
        });
    }

    /// What the shards said of a tick and the one before.
    fn said_until(&self, tick: u32) -> SaidTicks {
        let steps = self.steps.iter().flat_map(|step| &step.done).flatten();
        let all = self.said.iter().chain(&self.out.said);
        let all = all.chain(steps.filter_map(|done| done.said.as_ref()));
        let mut said = SaidTicks::default();
        for it in all.filter(|it| (tick - 1..=tick).contains(&it.tick)) {
            said.push(it.clone());
        }
        said
    }
}

impl fmt::Display for BadFrame {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(out, "no frame of this version: {error}"),
            Self::Misattributed(Owner { pod, shard }) => {
                write!(out, "a frame of pod {pod}, shard {shard} came from another")
            }
            Self::Contradicts(Owner { pod, shard }, tick) => write!(
                out,
                "pod {pod}, shard {shard} has said something else of tick {tick} before: two \
                 processes speak for it, or it lost its journal"
            ),
        }
    }
}

impl std::error::Error for BadFrame {}
