//! What goes wrong, drawn from the seed: each run has some kinds of faults and not others, so that each
//! kind is also seen alone.

use journal::simulated::Faults;
use spatial::random::SplitMix64;

use crate::{
    network::Conditions,
    storage::Trouble,
    time::{MS, SECOND, Time},
};

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub enum Kind {
    /// A pod's process is killed, with or without its machine.
    PodDies,
    EdgeDies,
    /// A process stands still and goes on: for a moment, or until long after its lease.
    Pause,
    LongPause,
    /// Packets are dropped, doubled, late, out of order.
    BadNetwork,
    /// Ways between two processes are cut.
    Cut,
    /// Nobody reaches the directory.
    DirectoryAway,
    /// Disks fail to write or to sync, are slow, are full.
    BadDisk,
    FullDisk,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::PodDies,
        Kind::EdgeDies,
        Kind::Pause,
        Kind::LongPause,
        Kind::BadNetwork,
        Kind::Cut,
        Kind::DirectoryAway,
        Kind::BadDisk,
        Kind::FullDisk,
    ];
}

/// The kinds of a run, and how often they come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    pub kinds: Vec<Kind>,
    pub pause_min: Time,
    pub pause_max: Time,
    /// Whether pods come and go.
    pub is_elastic: bool,
    /// Whether regions change hands.
    pub is_restless: bool,
    /// Whether all regions change hands at once, so that all who stand in them cross.
    pub is_stormy: bool,
}

impl Profile {
    /// Nothing goes wrong, but all may move.
    pub fn calm() -> Self {
        Self {
            kinds: Vec::new(),
            pause_min: SECOND,
            pause_max: SECOND,
            is_elastic: true,
            is_restless: true,
            is_stormy: false,
        }
    }

    pub fn draw(random: &mut SplitMix64) -> Self {
        let mut kinds: Vec<Kind> = Kind::ALL.into();
        kinds.retain(|_| random.chance(2, 5));
        if kinds.is_empty() {
            kinds.push(Kind::ALL[random.below(Kind::ALL.len() as u32) as usize]);
        }
        let pause_min = Time::from(random.below(400)) * MS + 50 * MS;
        Self {
            kinds,
            pause_min,
            pause_max: pause_min * 4,
            is_elastic: random.chance(1, 2),
            is_restless: random.chance(4, 5),
            is_stormy: random.chance(1, 8),
        }
    }
}

/// How long a fault lasts.
pub fn draw_length(kind: Kind, random: &mut SplitMix64) -> Time {
    let (min, max) = match kind {
        Kind::Pause => (20, 600),
        Kind::LongPause => (2_600, 7_000),
        Kind::Cut => (100, 3_500),
        Kind::DirectoryAway => (200, 3_500),
        Kind::PodDies | Kind::EdgeDies => (30, 1_200),
        Kind::BadNetwork | Kind::BadDisk | Kind::FullDisk => (200, 2_500),
    };
    Time::from(min + random.below(max - min)) * MS
}

pub fn draw_conditions(random: &mut SplitMix64) -> Conditions {
    let permille = |random: &mut SplitMix64, max: u32| match random.chance(1, 2) {
        true => random.below(max),
        false => 0,
    };
    Conditions {
        delay_min: 200,
        delay_max: MS + Time::from(random.below(40_000)),
        dropped: permille(random, 120),
        doubled: permille(random, 150),
        late: permille(random, 30),
    }
}

pub fn draw_trouble(random: &mut SplitMix64) -> Trouble {
    Trouble {
        faults: Faults {
            short_write: random.below(300),
            write_error: random.below(300),
            sync_error: random.below(300),
            name_error: random.below(200),
        },
        space_bytes: None,
        delay: Time::from(random.below(120)) * MS,
    }
}
