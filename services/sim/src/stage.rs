//! What all parts of the simulation share: time, chance, the network, the directory, the disks, and the
//! witness that sees everything.

use link::PeerName;
use spatial::random::SplitMix64;

use crate::{
    canary::Canary,
    limits::PACKETS_MAX,
    log::Log,
    machine::Place,
    network::Network,
    occurrences::Occurrences,
    registry::Registry,
    storage::Storage,
    time::{Schedule, Time},
    witness::Witness,
    word::{LifeId, Packet, Speaker, Word},
};

/// What happens at some time.
#[derive(Debug)]
pub enum Event {
    Arrival(Packet),
    Wake(LifeId, Task),
    /// A process is started, in place of one that is dead or lost its lease.
    Start(PeerName, Place),
    /// A player makes an input.
    Play(usize),
    /// Regions move, pods come and go.
    Rearrange,
    /// Something goes wrong.
    Fault,
    /// It is over.
    Relief(Relief),
    /// Bounds are looked at.
    Look,
}

/// What a process has to do, each on a thread of its own in a real one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Task {
    Shard(u16),
    Relay,
    Writer,
    Keeper,
    /// Leases, questions, lanes.
    Tend,
}

/// What of the faults is over.
#[derive(Clone, Debug)]
pub enum Relief {
    Network,
    Way(PeerName, PeerName),
    Disk(u16),
    Directory,
}

/// See the module.
pub struct Stage {
    pub schedule: Schedule<Event>,
    pub random: SplitMix64,
    pub network: Network,
    pub registry: Registry,
    pub storage: Storage,
    pub witness: Witness,
    pub log: Log,
    pub occurrences: Occurrences,
    pub canary: Option<Canary>,
    /// How often the power fails within some work on a disk, in thousandths.
    pub blown_fuses: u32,
    /// Who acts has asked for its lease before it stood still, and does not know for how long it did.
    pub is_unaware: bool,
}

impl Stage {
    pub fn now(&self) -> Time {
        self.schedule.now()
    }

    pub fn after(&mut self, span: Time, event: Event) {
        let time = self.now() + span;
        self.schedule.at(time, event);
    }

    /// A span between two.
    pub fn draw_span(&mut self, min: Time, max: Time) -> Time {
        let spread = u32::try_from(max - min).expect("spans are short");
        min + Time::from(self.random.below(spread + 1))
    }

    /// Sends a word to a life of a process.
    pub fn send(&mut self, from: &Speaker, to: &PeerName, life: LifeId, word: Word) {
        let now = self.now();
        let is_held = self.is_unaware || self.registry.is_held_by(from, now);
        self.witness.note_word(from, is_held);
        let (random, occurrences) = (&mut self.random, &mut self.occurrences);
        let arrivals = self.network.carry(&from.name, to, now, random, occurrences);
        for time in arrivals {
            let packet = Packet {
                from: from.clone(),
                to: life,
                word: word.clone(),
            };
            self.schedule.at(time, Event::Arrival(packet));
        }
        if self.schedule.count() > PACKETS_MAX {
            self.witness.fail("words multiply without end".into());
        }
    }

    pub fn note(&mut self, what: impl std::fmt::Display) {
        let now = self.now();
        self.log.note(now, &what);
    }
}
