//! The witness sees all that every process does, and checks what must hold whatever goes wrong: R4, R5
//! and R9 of DESIGN.md, and that the world is the oracle's at every tick. Processes tell it; it tells
//! them nothing.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hasher},
    sync::Arc,
};

use engine::{Command, Frame, World};
use link::PeerName;
use pod::{PodState, state::say};
use spatial::partition::Owner;

use crate::{
    oracle::{Oracle, compare},
    word::{LifeId, Speaker},
};

/// Names a command of an edge: it is in one tick of one shard, or lost with the edge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandName {
    pub edge: PeerName,
    pub series: u64,
    pub sequence: u64,
}

/// What a shard did in a tick.
#[derive(Clone, Debug)]
pub struct Deed {
    pub frame: Arc<Frame>,
    /// What it took, in the order in which it did.
    pub taken: Vec<Command>,
    pub commands: Vec<CommandName>,
    /// The series of the pod's lanes, which is what tells one that left from one that came.
    pub series: u64,
}

/// How much happened, to see that a run shows something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub ticks: u64,
    pub crossings: u64,
    pub commands: u64,
    pub told: u64,
}

/// See the module.
pub struct Witness {
    oracle: Oracle,
    failure: Option<String>,
    /// What lives did that is not known to be durable.
    deeds: BTreeMap<(LifeId, u32, u16), Deed>,
    /// What is durable and waits for other shards' part of the tick.
    kept: BTreeMap<u32, BTreeMap<Owner, Deed>>,
    /// Who makes a frame of a tick.
    members: BTreeMap<u32, Vec<Owner>>,
    /// By tick and source: what was said, as a digest.
    said: BTreeMap<(u32, Owner), u64>,
    /// By pod: the last tick that its journal was known to have.
    durable: BTreeMap<u16, u32>,
    /// Which life wrote a run.
    writers: BTreeMap<(u16, u64), LifeId>,
    /// By pod: the incarnations that took it up, and at which tick.
    successions: BTreeMap<u16, Vec<(u64, u32)>>,
    /// By life and name: the latest incarnation that greeted it.
    greetings: BTreeMap<(LifeId, PeerName), u64>,
    /// By life, source and tick: in which incarnation that was said.
    voices: BTreeMap<(LifeId, Owner, u32), u64>,
    /// By shard, its pod's series, and edge: the last command that it took.
    commands: BTreeMap<(Owner, u64, PeerName), (u64, u64)>,
    pub counts: Counts,
}

impl Witness {
    /// Of a world that is about to be divided among these shards.
    pub fn new(world: World, members: Vec<Owner>) -> Self {
        let next_tick = world.tick + 1;
        Self {
            oracle: Oracle::new(world),
            failure: None,
            deeds: BTreeMap::new(),
            kept: BTreeMap::new(),
            members: BTreeMap::from([(next_tick, members)]),
            said: BTreeMap::new(),
            durable: BTreeMap::new(),
            writers: BTreeMap::new(),
            successions: BTreeMap::new(),
            greetings: BTreeMap::new(),
            voices: BTreeMap::new(),
            commands: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    /// Notes that something does not hold; the first of them is what a run fails with.
    pub fn fail(&mut self, what: String) {
        self.failure.get_or_insert(what);
    }

    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The last tick that the whole cluster has done for good.
    pub fn tick(&self) -> u32 {
        self.oracle.tick()
    }

    /// Who makes a frame of the tick after that.
    pub fn members(&self) -> &[Owner] {
        &self.members[&(self.oracle.tick() + 1)]
    }

    /// The whole world at that tick.
    pub fn world(&self) -> &Frame {
        let frame = self.oracle.frame(self.oracle.tick());
        frame.expect("it keeps its newest")
    }

    fn check(&mut self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.fail(what());
        }
    }
}

/// What is said and heard (R5).
impl Witness {
    /// A life says something to another; `is_held` tells whether the directory has it as the holder of its
    /// lease.
    pub fn note_word(&mut self, from: &Speaker, is_held: bool) {
        self.check(is_held, || {
            let Speaker {
                name, incarnation, ..
            } = from;
            format!("{name} speaks in life {incarnation}, whose lease is over")
        });
    }

    /// A life took up a connection to another.
    pub fn note_greeting(&mut self, by: LifeId, from: &Speaker) {
        let latest = self.greetings.entry((by, from.name.clone())).or_default();
        *latest = from.incarnation.max(*latest);
    }

    /// A life takes a message in.
    pub fn note_delivery(&mut self, by: LifeId, from: &Speaker) {
        let latest = self.greetings.get(&(by, from.name.clone()));
        let latest = latest.copied().unwrap_or_default();
        self.check(from.incarnation >= latest, || {
            let Speaker {
                name, incarnation, ..
            } = from;
            format!("a word of {name} in life {incarnation} is taken after one of life {latest}")
        });
    }

    /// A frame came to a life, whether it is the first time or not.
    pub fn note_frame(
        &mut self,
        by: LifeId,
        from: &Speaker,
        (source, tick): (Owner, u32),
        bytes: &[u8],
    ) {
        self.voices
            .entry((by, source, tick))
            .or_insert(from.incarnation);
        let durable = self.durable.get(&source.pod);
        let is_durable = durable.is_none_or(|durable| *durable >= tick);
        self.check(is_durable, || {
            format!("{source:?} says tick {tick}, which its journal does not have")
        });
        self.note_said(source, tick, bytes);
    }

    /// A source never says two different things of one tick (H1).
    fn note_said(&mut self, source: Owner, tick: u32, bytes: &[u8]) {
        let mut digest = DefaultHasher::new();
        digest.write(bytes);
        let digest = digest.finish();
        let known = *self.said.entry((tick, source)).or_insert(digest);
        self.check(known == digest, || {
            format!("{source:?} says two different things of tick {tick}")
        });
    }
}

/// What shards do (R4, R5).
impl Witness {
    /// A shard does a tick, and reads these frames for it.
    pub fn note_deed(&mut self, by: LifeId, siblings: &[Arc<Frame>], deed: Deed) {
        let (own, tick) = (deed.frame.source, deed.frame.tick);
        self.check_read(by, own, tick, siblings);
        self.deeds.insert((by, tick, own.shard), deed);
    }

    /// Each member's frame is read once, and nobody's whose pod went on without it.
    fn check_read(&mut self, by: LifeId, own: Owner, tick: u32, siblings: &[Arc<Frame>]) {
        let mut sources: Vec<Owner> = siblings.iter().map(|frame| frame.source).collect();
        sources.sort_unstable();
        if let Some(members) = self.members.get(&(tick - 1)) {
            let mut others = members.clone();
            others.retain(|owner| *owner != own);
            self.check(sources == others, || {
                format!("{own:?} reads {sources:?} for tick {tick}, not {others:?}")
            });
        }
        for frame in siblings {
            let is_of_tick = frame.tick + 1 == tick;
            self.check(is_of_tick, || format!("{own:?} reads another tick's frame"));
            self.check_voice(by, frame);
        }
    }

    fn check_voice(&mut self, by: LifeId, frame: &Frame) {
        let (source, tick) = (frame.source, frame.tick);
        let Some(&incarnation) = self.voices.get(&(by, source, tick)) else {
            return;
        };
        let successions = self.successions.get(&source.pod).into_iter().flatten();
        let overruled = successions.filter(|(later, at)| *later > incarnation && *at < tick);
        let count = overruled.count();
        self.check(count == 0, || {
            format!(
                "{source:?} in life {incarnation} is read for tick {tick}, which a later life does"
            )
        });
    }

    /// A pod's journal has a tick. That of a life that is over and does not know it is read by nobody.
    pub fn note_durable(&mut self, by: LifeId, pod: u16, tick: u32) {
        let successions = self.successions.get(&pod).into_iter().flatten();
        let incarnation = successions.map(|(incarnation, _)| *incarnation).max();
        let writer = incarnation.and_then(|it| self.writers.get(&(pod, it)));
        if writer != Some(&by) {
            return;
        }
        let durable = self.durable.entry(pod).or_default();
        *durable = tick.max(*durable);
        self.keep(by, pod, tick);
    }

    fn did(&self, life: LifeId, tick: u32) -> bool {
        let mut deeds = self.deeds.range((life, tick, 0)..=(life, tick, u16::MAX));
        deeds.next().is_some()
    }

    /// Moves what a life did in a tick to what is for good.
    fn keep(&mut self, by: LifeId, pod: u16, tick: u32) {
        let range = (by, tick, 0)..=(by, tick, u16::MAX);
        let shards: Vec<_> = self.deeds.range(range).map(|(key, _)| *key).collect();
        for key in shards {
            let deed = self.deeds.remove(&key).expect("it was just found");
            let source = Owner { pod, shard: key.2 };
            self.note_said(source, tick, &say(&deed.frame).bytes);
            self.note_commands(source, &deed);
            let members = self.members.get(&tick);
            let is_past = tick <= self.oracle.tick();
            let is_again = is_past && members.is_some_and(|members| members.contains(&source));
            let known = self.kept.entry(tick).or_default().insert(source, deed);
            self.check(known.is_none() && !is_again, || {
                format!("{source:?} does tick {tick} twice for good")
            });
        }
        self.advance();
    }

    /// Every command of an edge is in one tick, in order.
    fn note_commands(&mut self, source: Owner, deed: &Deed) {
        self.counts.commands += deed.commands.len() as u64;
        for CommandName {
            edge,
            series,
            sequence,
        } in &deed.commands
        {
            let key = (source, deed.series, edge.clone());
            let last = self.commands.insert(key, (*series, *sequence));
            let is_next = last.is_none_or(|(known, last)| {
                known < *series || (known == *series && last + 1 == *sequence)
            });
            self.check(is_next, || {
                format!("{source:?} takes {edge}'s command {sequence} after {last:?}")
            });
        }
    }

    /// Lets the oracle do what all members have done for good.
    fn advance(&mut self) {
        while self.failure.is_none() {
            let tick = self.oracle.tick() + 1;
            let Some(members) = self.members.get(&tick) else {
                return;
            };
            let kept = self.kept.get(&tick);
            let deeds = members.iter().map(|owner| kept?.get(owner));
            let Some(deeds) = deeds.collect::<Option<Vec<_>>>() else {
                return;
            };
            let parts = deeds.iter().map(|it| (it.frame.clone(), it.taken.clone()));
            let parts: Vec<_> = parts.collect();
            self.count(&parts);
            let seat = parts.iter().find(|(frame, _)| frame.is_seat);
            let (seat, _) = seat.expect("some member keeps the seat");
            self.members.insert(tick + 1, seat.members.clone());
            if let Err(wrong) = self.oracle.advance(&parts) {
                self.fail(wrong);
            }
            self.kept.retain(|kept, _| *kept > tick);
        }
    }

    fn count(&mut self, parts: &[(Arc<Frame>, Vec<Command>)]) {
        self.counts.ticks += 1;
        for (frame, _) in parts {
            self.counts.crossings += frame.handoffs.bodies.len() as u64;
        }
    }
}

/// What comes back, and what players were told (R9).
impl Witness {
    /// A life has read how far an earlier one came: what that one still writes is read by nobody.
    pub fn note_reading(&mut self, by: LifeId, incarnation: u64, state: &PodState) {
        self.writers.insert((state.pod, incarnation), by);
        let successions = self.successions.entry(state.pod).or_default();
        successions.push((incarnation, state.tick));
    }

    /// A pod is back from the run that the incarnation `writer` wrote, and has that in its own. One that
    /// stood still while it wrote, and has a successor by now, writes what nobody will read.
    pub fn note_recovery(&mut self, (incarnation, writer): (u64, u64), state: &PodState) {
        let mut successions = self.successions.get(&state.pod).into_iter().flatten();
        if successions.any(|(later, _)| *later > incarnation) {
            return;
        }
        let (pod, tick) = (state.pod, state.tick);
        let promised = self.durable.get(&pod).copied().unwrap_or_default();
        self.check(tick >= promised, || {
            format!("pod {pod} comes back at tick {tick}; its journal had tick {promised}")
        });
        // What was durable and not yet known to be: done by the writer, or by one that it went on from.
        for missed in promised + 1..=tick {
            let elders = self.writers.range((pod, 0)..=(pod, writer)).rev();
            let mut elders = elders.map(|(_, life)| *life);
            if let Some(elder) = elders.find(|it| self.did(*it, missed)) {
                self.keep(elder, pod, missed);
            }
        }
        self.durable.insert(pod, tick.max(promised));
        for said in state.said.iter() {
            let source = Owner {
                pod,
                shard: said.shard,
            };
            self.note_said(source, said.tick, &said.bytes);
        }
    }

    /// A pod that joins has its first state in its folder. If it is waited for already, because an earlier
    /// life of it was enlisted, its part of that tick is to have nothing.
    pub fn note_birth(&mut self, state: &PodState) {
        self.durable.insert(state.pod, state.tick);
        if state.tick > self.oracle.tick() {
            let kept = self.kept.entry(state.tick).or_default();
            for shard in &state.shards {
                let deed = Deed {
                    frame: shard.world.frame.clone(),
                    taken: Vec::new(),
                    commands: Vec::new(),
                    series: state.series,
                };
                kept.insert(shard.world.owner, deed);
            }
            self.advance();
        }
    }

    /// A pod left, or gave up before anybody waited for it: another may use its name.
    pub fn note_departure(&mut self, pod: u16) {
        self.durable.remove(&pod);
        self.successions.remove(&pod);
        // Whoever comes under its name does not go on from what these wrote.
        self.writers.retain(|(writer, _), _| *writer != pod);
        for (tick, kept) in &mut self.kept {
            let members = self.members.get(tick);
            let is_member = |owner: &Owner| members.is_some_and(|it| it.contains(owner));
            kept.retain(|source, _| source.pod != pod || is_member(source));
        }
        self.said.retain(|(_, source), _| source.pod != pod);
    }

    /// An edge tells its players of a tick.
    pub fn note_told(&mut self, edge: &PeerName, whole: &Frame) {
        self.counts.told += 1;
        let tick = whole.tick;
        let Some(wanted) = self.oracle.frame(tick) else {
            return self.fail(format!("{edge} tells of tick {tick}, which is not durable"));
        };
        if let Err(wrong) = compare(whole, wanted) {
            self.fail(format!("{edge} tells what is not so: {wrong}"));
        }
    }
}
