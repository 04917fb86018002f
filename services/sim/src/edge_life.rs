//! One life of an edge: it listens to all shards, tells its players what the whole world is like, and
//! sends their commands to the shards that take them. It keeps nothing.

use engine::{Command, Frame};
use link::{
    PeerName,
    reliable::{LaneId, Outbox, Position},
};
use pod::{Admission, Feed, limits::TICKS_AHEAD_MAX, record::write_command};
use spatial::partition::Owner;

use crate::{
    limits::{ASK_PATIENCE, FEED_PATIENCE, TEND_PERIOD},
    occurrences::Occurrence,
    peers::{Heard, Host, Message, Peers},
    pod_life::{Deaf, Fate},
    stage::{Event, Stage, Task},
    tenure::Tenure,
    time::{Clock, Time},
    word::{LifeId, Packet, SnapshotKind, SnapshotWish, Speaker, Word},
};

/// See the module.
pub struct EdgeLife {
    own: Speaker,
    tenure: Tenure,
    peers: Peers,
    phase: Phase,
    asked_at: Time,
}

enum Phase {
    Registering,
    Listening(Admission),
    Following(Box<Following>),
}

/// An edge that knows the world.
struct Following {
    feed: Feed,
    /// The last whole frame.
    whole: Option<Frame>,
    moved_at: Time,
    is_gap: bool,
    /// What came, to be acknowledged.
    taken: Vec<(PeerName, LaneId, Position)>,
}

impl EdgeLife {
    pub fn new(life: LifeId, name: PeerName, clock: Clock) -> Self {
        Self {
            own: Speaker {
                life,
                name,
                incarnation: 0,
            },
            tenure: Tenure::new(clock),
            peers: Peers::default(),
            phase: Phase::Registering,
            asked_at: 0,
        }
    }

    pub fn name(&self) -> &PeerName {
        &self.own.name
    }

    pub fn incarnation(&self) -> u64 {
        self.own.incarnation
    }

    /// What it told its players last.
    pub fn whole(&self) -> Option<&Frame> {
        match &self.phase {
            Phase::Following(following) => following.whole.as_ref(),
            _ => None,
        }
    }

    pub fn waiting_count(&self) -> usize {
        match &self.phase {
            Phase::Following(following) => following.feed.waiting_count(),
            _ => 0,
        }
    }

    /// What it does, for the log.
    pub fn describe(&self) -> String {
        match &self.phase {
            Phase::Registering => "registers".into(),
            Phase::Listening(admission) => {
                let unanswered: Vec<u16> = admission.unanswered().collect();
                format!("listens, unanswered by {unanswered:?}")
            }
            Phase::Following(following) => {
                let missing: Vec<Owner> = following.feed.missing().collect();
                format!("lacks of tick {} {missing:?}", following.feed.tick())
            }
        }
    }

    /// It comes round.
    pub fn turn(&mut self, stage: &mut Stage) -> Fate {
        stage.after(TEND_PERIOD, Event::Wake(self.own.life, Task::Tend));
        if !self.tenure.is_held(stage.now()) {
            stage.occurrences.note(Occurrence::LeaseLost);
            stage.note(format_args!("{} lost its lease and ends", self.own.name));
            return Fate::Ends;
        }
        self.tenure.tend(&self.own, stage);
        if self.own.incarnation > 0 {
            self.peers.tend(&self.own, stage);
            self.forget_gone(stage);
        }
        match &self.phase {
            Phase::Registering => self.register(stage),
            Phase::Listening(_) => self.listen(stage),
            Phase::Following(_) => self.look_around(stage),
        }
        Fate::Lives
    }

    fn forget_gone(&mut self, stage: &Stage) {
        for name in self.peers.names() {
            if stage.registry.entry(&name).is_none() {
                self.peers.forget(&name);
                if let (Phase::Listening(admission), PeerName::Pod(pod)) = (&mut self.phase, &name)
                {
                    admission.handle_gone(*pod);
                }
            }
        }
    }

    fn register(&mut self, stage: &mut Stage) {
        let registered = self.tenure.register(&self.own.name, self.own.life, stage);
        if let Some(incarnation) = registered {
            self.own.incarnation = incarnation;
            let is_again = incarnation > 1;
            stage
                .occurrences
                .note_many(Occurrence::EdgeRestart, is_again.into());
            self.begin_to_listen(stage);
        }
    }

    fn begin_to_listen(&mut self, stage: &mut Stage) {
        let names = stage.registry.entries().map(|(name, _)| name);
        let pods = names.filter_map(|name| match name {
            PeerName::Pod(pod) => Some(*pod),
            PeerName::Edge(_) => None,
        });
        self.phase = Phase::Listening(Admission::new(pods));
        self.peers.drop_lanes_in();
    }

    fn listen(&mut self, stage: &mut Stage) {
        let now = stage.now();
        let Phase::Listening(admission) = &self.phase else {
            unreachable!("this is its phase")
        };
        if now < self.asked_at + ASK_PATIENCE {
            return;
        }
        self.asked_at = now;
        for pod in admission.unanswered() {
            let name = PeerName::Pod(pod);
            self.peers.ask(&self.own, &name, Word::Listen, stage);
        }
        if let Some(tick_min) = admission.poll_tick() {
            let kind = SnapshotKind::Feed;
            let wish = Word::WantSnapshot(SnapshotWish { tick_min, kind });
            let names = self.peers.names().into_iter();
            let pods: Vec<_> = names.filter(|it| matches!(it, PeerName::Pod(_))).collect();
            if !pods.is_empty() {
                let place = stage.random.below(pods.len() as u32) as usize;
                self.peers.ask(&self.own, &pods[place], wish, stage);
            }
        }
    }

    /// After a gap, or when a frame does not come for long, it begins anew.
    fn look_around(&mut self, stage: &mut Stage) {
        let Phase::Following(following) = &self.phase else {
            unreachable!("this is its phase")
        };
        let tick = following.feed.tick();
        let lacks_for_good = following.feed.missing().any(|source| {
            let name = PeerName::Pod(source.pod);
            let expected = self.peers.expected(&name, LaneId(source.shard));
            expected.is_some_and(|place| place.next > u64::from(tick))
        });
        let is_stuck = stage.now() > following.moved_at + FEED_PATIENCE;
        if following.is_gap || lacks_for_good || is_stuck {
            stage.occurrences.note(Occurrence::EdgeAnew);
            stage.note(format_args!("{} begins anew at tick {tick}", self.own.name));
            self.begin_to_listen(stage);
        }
    }

    /// A packet comes.
    pub fn handle(&mut self, packet: Packet, stage: &mut Stage) -> Fate {
        if self.own.incarnation == 0 {
            return Fate::Lives;
        }
        if !self.tenure.is_held(stage.now()) {
            return Fate::Ends;
        }
        let heard = match &mut self.phase {
            Phase::Following(following) => {
                self.peers
                    .handle(&self.own, packet, following.as_mut(), stage)
            }
            _ => self.peers.handle(&self.own, packet, &mut Deaf, stage),
        };
        match heard {
            Heard::Fenced => return Fate::Ends,
            Heard::Word(from, word) => self.handle_word(&from, word, stage),
            Heard::Done | Heard::Linked(_) => {}
        }
        self.tell(stage);
        Fate::Lives
    }

    fn handle_word(&mut self, from: &PeerName, word: Word, stage: &mut Stage) {
        let Phase::Listening(admission) = &mut self.phase else {
            return;
        };
        match (word, from) {
            (Word::Listening(first_tick), PeerName::Pod(pod)) => {
                admission.handle_answer(*pod, first_tick);
            }
            (Word::Snapshot(bytes), _) => {
                let feed = Feed::new(&bytes).expect("pods of the simulation write well");
                let tick_min = admission.poll_tick();
                if tick_min.is_some_and(|tick| feed.tick() >= tick) {
                    let name = &self.own.name;
                    stage.note(format_args!("{name} follows from tick {}", feed.tick()));
                    self.phase = Phase::Following(Box::new(Following {
                        feed,
                        whole: None,
                        moved_at: stage.now(),
                        is_gap: false,
                        taken: Vec::new(),
                    }));
                }
            }
            _ => {}
        }
    }

    /// Tells the players what is whole by now.
    fn tell(&mut self, stage: &mut Stage) {
        let Phase::Following(following) = &mut self.phase else {
            return;
        };
        for (name, lane, place) in following.taken.drain(..) {
            self.peers
                .acknowledge(&self.own, (&name, lane), place, stage);
        }
        while let Some(whole) = following.feed.poll_whole() {
            following.moved_at = stage.now();
            stage.witness.note_told(&self.own.name, &whole);
            following.whole = Some(whole);
        }
    }

    /// Sends a command of a player; it is lost if the lane is full, or nobody is there to take it.
    pub fn send(&mut self, command: &Command, stage: &mut Stage) {
        let Phase::Following(following) = &self.phase else {
            return;
        };
        if !self.tenure.is_held(stage.now()) {
            return;
        }
        let home = following.feed.home_of(command);
        let (name, lane) = (PeerName::Pod(home.pod), LaneId(home.shard));
        let incarnation = self.own.incarnation;
        let place = Position {
            series: incarnation,
            next: 0,
        };
        if stage.registry.entry(&name).is_none() {
            return;
        }
        self.peers
            .begin_lane(&name, lane, || Outbox::new(incarnation, place));
        let mut bytes = Vec::new();
        write_command(command, &mut bytes);
        self.peers
            .say(&self.own, (&name, lane), bytes.into(), stage);
    }
}

impl Host for Following {
    fn takes_up(&self, from: &PeerName, _: LaneId) -> bool {
        matches!(from, PeerName::Pod(_))
    }

    fn place_of(&self, _: &PeerName, _: LaneId) -> Option<Position> {
        None
    }

    fn has_room(&self, _: &PeerName, _: LaneId, sequence: u64) -> bool {
        sequence <= u64::from(self.feed.tick() + TICKS_AHEAD_MAX)
    }

    fn take(&mut self, message: Message, stage: &mut Stage) {
        let PeerName::Pod(pod) = message.from.name else {
            unreachable!("only pods' lanes are taken up");
        };
        let shard = message.lane.0;
        if let Err(bad) = self.feed.handle_frame(Owner { pod, shard }, &message.bytes) {
            stage.witness.fail(bad.to_string());
        }
        let Message {
            from, lane, place, ..
        } = message;
        self.taken.push((from.name, lane, place));
    }

    fn handle_gap(&mut self, _: u64) {
        self.is_gap = true;
    }
}
