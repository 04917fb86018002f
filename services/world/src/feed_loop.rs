//! The loop of a process without shards, between its edges and the pods: it hears what all shards say,
//! gives the edges the frames of the whole world, and sends their commands to the shards that take them.
//! It keeps nothing: after a gap it begins anew with a snapshot. The decisions are [`pod::Feed`]'s.

use std::{
    collections::{BTreeMap, btree_map},
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Receiver,
    },
    thread,
    time::{Duration, Instant},
};

use engine::{Command, Frame, record::CheckpointError};
use link::{
    Peer, PeerName,
    reliable::OpenRefusal,
    transport::{Fault, Gate, Message, SendError},
};
use pod::{BadFrame, Feed, Offered, record::write_command};
use spatial::partition::Owner;

use crate::{
    bell::Bell,
    herald::{self, Herald},
    lanes::{InLane, Numbering, OutLane},
    limits::{FEED_LOOK_PERIOD, FEED_PATIENCE, STATUS_TICKS, TICK},
    overload::Pulse,
    ports::{ShardPort, Whole, WholePort},
    queues::Depths,
    runner::{Runner, Running, Seat, Turn},
    status::{PodStatus, Recorder},
};

/// What the loop is told.
pub enum Word {
    /// A pod that there is, with the number of its shards.
    Known { peer: Peer, shard_count: u16 },
    /// One that will not come back as it was.
    Gone(PeerName),
    /// Where to begin; whoever says it has asked all pods from where they will be heard.
    Begin(Box<Feed>),
}

/// What the loop makes known.
#[derive(Debug, Default)]
pub struct Standing {
    is_following: AtomicBool,
    is_fenced: AtomicBool,
    is_foreign: AtomicBool,
}

impl Standing {
    /// Whether it follows the world; if not, it needs [`Word::Begin`].
    pub fn is_following(&self) -> bool {
        self.is_following.load(Ordering::Acquire)
    }

    /// Whether the world speaks no dialect of this version.
    pub fn is_foreign(&self) -> bool {
        self.is_foreign.load(Ordering::Acquire)
    }

    /// Whether a pod hears a later life of this process.
    pub fn is_fenced(&self) -> bool {
        self.is_fenced.load(Ordering::Acquire)
    }
}

/// A running feed.
pub struct FeedHandle {
    running: Running<FeedLoop>,
    herald: Herald<Word>,
    standing: Arc<Standing>,
    status: PodStatus,
}

impl FeedHandle {
    pub fn herald(&self) -> Herald<Word> {
        self.herald.clone()
    }

    pub fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    pub fn status(&self) -> PodStatus {
        self.status.clone()
    }

    /// Whether the thread ended by itself, which only a bug of ours does.
    pub fn is_finished(&self) -> bool {
        self.running.is_finished()
    }

    /// Ends the thread.
    ///
    /// # Errors
    /// If it panicked.
    pub fn stop(self) -> thread::Result<()> {
        self.running.stop().map(drop)
    }
}

/// Starts the loop between edges' ports and the pods. `may_act` says whether the process's lease holds,
/// `incarnation` is the life it is in.
///
/// # Errors
/// If the system gives no thread.
pub fn start(
    edges: Vec<(ShardPort, WholePort)>,
    incarnation: u64,
    may_act: Gate,
) -> io::Result<FeedHandle> {
    let bell = Bell::default();
    let (herald, words) = herald::new(bell.clone());
    let standing = Arc::new(Standing::default());
    let status = PodStatus::new(1);
    let skipped = edges.iter().map(|(_, whole)| whole.frames_skipped());
    let recorder = Recorder::new(status.boards()[0].clone(), skipped.collect());
    let feed = FeedLoop {
        words,
        bell: bell.clone(),
        may_act,
        numbering: Numbering::of_life(incarnation),
        edges: edges.into_iter().map(EdgeSide::new).collect(),
        pods: BTreeMap::new(),
        following: None,
        recorder,
        pulse: Pulse::default(),
        standing: standing.clone(),
    };
    let seat = Seat {
        name: "feed".into(),
        core: None,
        bell,
    };
    Ok(FeedHandle {
        running: Runner::Plain.start(seat, feed, None)?,
        herald,
        standing,
        status,
    })
}

/// See the module.
struct FeedLoop {
    words: Receiver<Word>,
    bell: Bell,
    may_act: Gate,
    numbering: Numbering,
    edges: Vec<EdgeSide>,
    pods: BTreeMap<u16, PodSide>,
    following: Option<Following>,
    recorder: Recorder,
    /// The shards are elsewhere: when their frames come is all that is known of their pace.
    pulse: Pulse,
    standing: Arc<Standing>,
}

struct EdgeSide {
    commands: ShardPort,
    wholes: WholePort,
}

impl EdgeSide {
    fn new((commands, wholes): (ShardPort, WholePort)) -> Self {
        Self { commands, wholes }
    }
}

/// What is held of a pod. Its lanes are by shard.
struct PodSide {
    peer: Peer,
    shard_count: u16,
    /// Heard only while the world is followed.
    heard: Vec<InLane>,
    said: BTreeMap<u16, OutLane>,
}

struct Following {
    feed: Feed,
    moved_at: Instant,
    /// Whether a whole tick has come: before, nobody's home is known.
    has_whole: bool,
    is_broken: bool,
    /// Whether a frame came that is of no dialect of this version.
    is_foreign: bool,
}

impl FeedLoop {
    fn hear_words(&mut self, now: Instant) {
        while let Ok(word) = self.words.try_recv() {
            match word {
                Word::Known { peer, shard_count } => self.know(peer, shard_count),
                Word::Gone(PeerName::Pod(pod)) => drop(self.pods.remove(&pod)),
                Word::Gone(PeerName::Edge(_)) => {}
                Word::Begin(feed) => self.begin(*feed, now),
            }
        }
    }

    fn know(&mut self, peer: Peer, shard_count: u16) {
        let PeerName::Pod(pod) = *peer.name() else {
            return;
        };
        let side = self.pods.entry(pod).or_insert_with(|| PodSide {
            peer,
            shard_count,
            heard: Vec::new(),
            said: BTreeMap::new(),
        });
        side.shard_count = shard_count;
        if self.following.is_some() {
            side.listen(&self.bell);
        }
    }

    fn begin(&mut self, feed: Feed, now: Instant) {
        tracing::info!(tick = feed.tick(), "the world is followed");
        for side in self.pods.values_mut() {
            side.heard.clear();
            side.listen(&self.bell);
        }
        self.following = Some(Following {
            feed,
            moved_at: now,
            has_whole: false,
            is_broken: false,
            is_foreign: false,
        });
        self.standing.is_following.store(true, Ordering::Release);
    }

    /// Takes in what has come.
    fn receive(&mut self) {
        let Some(following) = &mut self.following else {
            return;
        };
        for (&pod, side) in &mut self.pods {
            for (shard, lane) in (0..).zip(&mut side.heard) {
                let source = Owner { pod, shard };
                lane.drain(|message| following.take(source, message));
                if let Some(place) = lane.taken() {
                    lane.acknowledge(place);
                }
                following.is_broken |= lane.has_gap();
            }
        }
    }

    /// Gives the edges what is whole by now.
    fn tell(&mut self, now: Instant) {
        let Some(following) = &mut self.following else {
            return;
        };
        while let Some(whole) = following.feed.poll_whole() {
            following.moved_at = now;
            following.has_whole = true;
            self.pulse.note(whole.tick, now);
            let period = self.pulse.period(TICK);
            let whole = Arc::new(whole);
            if whole.tick.is_multiple_of(STATUS_TICKS) {
                self.recorder
                    .publish(&whole, Vec::new(), Depths::default(), now);
            }
            for edge in &mut self.edges {
                edge.wholes.publish(whole_of(&whole, period, now));
            }
        }
    }

    /// After a gap, or when a frame does not come for long, it begins anew.
    fn look_around(&mut self, now: Instant) {
        let Some(following) = &self.following else {
            return;
        };
        let tick = following.feed.tick();
        let lacks_for_good = following.feed.missing().any(|source| {
            let lane = self.pods.get(&source.pod);
            let lane = lane.and_then(|side| side.heard.get(usize::from(source.shard)));
            let taken = lane.and_then(InLane::taken);
            taken.is_some_and(|place| place.next > u64::from(tick))
        });
        let is_stuck = now.saturating_duration_since(following.moved_at) > FEED_PATIENCE;
        if following.is_broken || lacks_for_good || is_stuck {
            tracing::warn!(tick, "frames are missing: the world is followed anew");
            let is_foreign = &self.standing.is_foreign;
            is_foreign.fetch_or(following.is_foreign, Ordering::AcqRel);
            self.following = None;
            for side in self.pods.values_mut() {
                side.heard.clear();
            }
            self.standing.is_following.store(false, Ordering::Release);
        }
    }

    /// Sends edges' commands to the shards that take them. One that finds no room holds the others of
    /// its edge up: the world waits for that shard, too.
    fn send(&mut self) {
        let Some(following) = self.following.as_ref().filter(|it| it.has_whole) else {
            return;
        };
        for edge in &mut self.edges {
            while let Some(command) = edge.commands.take() {
                let home = following.feed.home_of(&command);
                let sent = match self.pods.get_mut(&home.pod) {
                    Some(side) => {
                        side.send(home.shard, &command, (&mut self.numbering, &self.bell))
                    }
                    // It has just gone; where its shard's players are now is known soon.
                    None => Sent::NoRoom,
                };
                match sent {
                    Sent::Taken => {}
                    Sent::Fenced => self.standing.is_fenced.store(true, Ordering::Release),
                    Sent::NoRoom => {
                        edge.commands.give_back(command);
                        break;
                    }
                }
            }
        }
    }
}

enum Sent {
    Taken,
    NoRoom,
    Fenced,
}

impl PodSide {
    /// Hears all its shards: those that are not heard yet, too, and no more than there are.
    fn listen(&mut self, bell: &Bell) {
        self.heard.truncate(self.shard_count.into());
        for shard in self.heard.len() as u16..self.shard_count {
            // Of a link that was closed meanwhile, the next word is that it is gone.
            self.heard
                .extend(InLane::open(&self.peer, shard, None, bell));
        }
    }

    fn send(
        &mut self,
        shard: u16,
        command: &Command,
        (numbering, bell): (&mut Numbering, &Bell),
    ) -> Sent {
        if let btree_map::Entry::Vacant(place) = self.said.entry(shard) {
            let Some(lane) = OutLane::open(&self.peer, shard, numbering.begin(), bell) else {
                return Sent::NoRoom;
            };
            place.insert(lane);
        }
        let lane = self.said.get_mut(&shard).expect("it is open now");
        let mut bytes = Vec::new();
        write_command(command, &mut bytes);
        match lane.send(bytes.into()) {
            Ok(_) => Sent::Taken,
            // It knows a numbering that only a later life can have begun.
            Err(SendError::Broken(
                Fault::Fenced | Fault::Refused(OpenRefusal::OldSeries { .. }),
            )) => Sent::Fenced,
            Err(SendError::Broken(Fault::Refused(refusal))) => {
                // The shard has lost what it had: what is on its way is lost with that.
                tracing::error!(%refusal, "commands begin anew");
                self.said.remove(&shard);
                Sent::NoRoom
            }
            Err(SendError::Full(_) | SendError::Closed) => Sent::NoRoom,
            Err(SendError::TooLong { bytes }) => panic!("a command of {bytes} bytes"),
        }
    }
}

impl Following {
    /// Returns the message if there is no room for it yet.
    fn take(&mut self, source: Owner, message: Message) -> Option<Message> {
        match self.feed.handle_frame(source, &message.bytes) {
            Ok(Offered::TooEarly) => return Some(message),
            Ok(_) => {}
            Err(bad) => {
                tracing::error!(%bad, "a frame is refused");
                self.is_broken = true;
                self.is_foreign |= bad == BadFrame::Unreadable(CheckpointError::BadVersion);
            }
        }
        None
    }
}

fn whole_of(frame: &Arc<Frame>, period: Duration, told_at: Instant) -> Whole {
    Whole {
        parts: vec![frame.clone()],
        duration: Duration::ZERO,
        period,
        told_at,
    }
}

impl Turn for FeedLoop {
    fn turn(&mut self, now: Instant) -> Instant {
        self.hear_words(now);
        if (self.may_act)() {
            self.receive();
            self.tell(now);
            self.look_around(now);
            self.send();
        }
        now + FEED_LOOK_PERIOD
    }
}
