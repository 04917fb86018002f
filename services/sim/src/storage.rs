//! The pods' folders: for each life of a pod a run with a disk of its own, so that a life that should
//! be over cannot write into what its successor reads. They outlive processes and machines.

use std::collections::BTreeMap;

use journal::simulated::{Faults, SimulatedDisk};

use crate::{limits::RUNS_KEPT, time::Time};

/// See the module.
#[derive(Default)]
pub struct Storage {
    seed: u64,
    /// By pod, then by the incarnation of the life that wrote it.
    pods: BTreeMap<u16, BTreeMap<u64, SimulatedDisk>>,
    troubles: BTreeMap<u16, Trouble>,
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

    /// The runs of a pod, newest first.
    pub fn runs(&self, pod: u16) -> Vec<(u64, SimulatedDisk)> {
        let runs = self.pods.get(&pod).into_iter().flatten().rev();
        runs.map(|(incarnation, disk)| (*incarnation, disk.clone()))
            .collect()
    }

    /// An empty run for a life of a pod.
    pub fn begin(&mut self, pod: u16, incarnation: u64) -> SimulatedDisk {
        let seed = self.seed ^ u64::from(pod) << 32 ^ incarnation;
        let disk = SimulatedDisk::new(seed);
        self.troubles.entry(pod).or_default().apply(&disk);
        let runs = self.pods.entry(pod).or_default();
        runs.insert(incarnation, disk.clone());
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
        runs.for_each(|(_, disk)| disk.crash());
    }

    /// How much longer each sync of a pod takes.
    pub fn delay_of(&self, pod: u16) -> Time {
        self.troubles.get(&pod).map_or(0, |trouble| trouble.delay)
    }

    pub fn set_trouble(&mut self, pod: u16, trouble: Trouble) {
        self.troubles.insert(pod, trouble);
        let runs = self.pods.get(&pod).into_iter().flatten();
        runs.for_each(|(_, disk)| trouble.apply(disk));
    }
}

impl Trouble {
    fn apply(self, disk: &SimulatedDisk) {
        disk.set_faults(self.faults);
        disk.set_space(self.space_bytes.unwrap_or(usize::MAX));
    }
}
