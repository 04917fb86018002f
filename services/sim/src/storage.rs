//! The pods' folders: for each life of a pod a run with a disk of its own, so that a life that should
//! be over cannot write into what its successor reads. They are on storage that machines share, and
//! outlive processes and machines.

use std::collections::BTreeMap;

use journal::simulated::{Faults, SimulatedDisk};

use crate::{limits::RUNS_KEPT, time::Time};

/// See the module.
#[derive(Default)]
pub struct Storage {
    seed: u64,
    /// By pod, then by the incarnation of the life that wrote it.
    pods: BTreeMap<u16, BTreeMap<u64, Run>>,
    troubles: BTreeMap<u16, Trouble>,
}

/// What one life of a pod wrote.
struct Run {
    disk: SimulatedDisk,
    /// The number of the machine that it ran on.
    machine: u32,
}

/// A run as some machine sees it.
pub struct SeenRun {
    /// The incarnation that wrote it; 0 is the world's founding.
    pub writer: u64,
    pub disk: SimulatedDisk,
    /// Another machine wrote it.
    pub is_foreign: bool,
}

/// What is the matter with a pod's disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trouble {
    pub faults: Faults,
    /// Bytes that a run may take.
    pub space_bytes: Option<usize>,
    /// How much longer each sync takes.
    pub delay: Time,
}

impl Storage {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// The runs of a pod, newest first, as a machine sees them.
    pub fn runs(&self, pod: u16, machine: u32) -> Vec<SeenRun> {
        let runs = self.pods.get(&pod).into_iter().flatten().rev();
        let seen = runs.map(|(&writer, run)| match run.machine == machine {
            true => SeenRun {
                writer,
                disk: run.disk.clone(),
                is_foreign: false,
            },
            false => SeenRun {
                writer,
                disk: run.disk.seen_elsewhere(),
                is_foreign: true,
            },
        });
        seen.collect()
    }

    /// An empty run for a life of a pod on a machine.
    pub fn begin(&mut self, pod: u16, incarnation: u64, machine: u32) -> SimulatedDisk {
        let seed = self.seed ^ u64::from(pod) << 32 ^ incarnation;
        let disk = SimulatedDisk::new(seed);
        self.troubles.entry(pod).or_default().apply(&disk);
        let runs = self.pods.entry(pod).or_default();
        let run = Run {
            disk: disk.clone(),
            machine,
        };
        runs.insert(incarnation, run);
        disk
    }

    /// Forgets runs before the one that began well, all but the last.
    pub fn forget_old(&mut self, pod: u16, incarnation: u64) {
        let runs = self.pods.entry(pod).or_default();
        let older = runs.range(..=incarnation).rev().map(|(it, _)| *it);
        let oldest = older.take(RUNS_KEPT).last().unwrap_or_default();
        runs.retain(|it, _| *it >= oldest);
    }

    /// Forgets all of a pod: it left, or never came to own anything.
    pub fn forget(&mut self, pod: u16) {
        self.pods.remove(&pod);
    }

    /// The power of a pod's machine fails and comes back.
    pub fn fail_power(&self, pod: u16) {
        let runs = self.pods.get(&pod).into_iter().flatten();
        runs.for_each(|(_, run)| run.disk.crash());
    }

    /// How much longer each sync of a pod takes.
    pub fn delay_of(&self, pod: u16) -> Time {
        self.troubles.get(&pod).map_or(0, |trouble| trouble.delay)
    }

    /// Whether a pod's disk has no room, or soon will not.
    pub fn is_full(&self, pod: u16) -> bool {
        let trouble = self.troubles.get(&pod);
        trouble.is_some_and(|trouble| trouble.space_bytes.is_some())
    }

    pub fn set_trouble(&mut self, pod: u16, trouble: Trouble) {
        self.troubles.insert(pod, trouble);
        let runs = self.pods.get(&pod).into_iter().flatten();
        runs.for_each(|(_, run)| trouble.apply(&run.disk));
    }
}

impl Trouble {
    fn apply(self, disk: &SimulatedDisk) {
        disk.set_faults(self.faults);
        disk.set_space(self.space_bytes.unwrap_or(usize::MAX));
    }
}
