//! What the journal's tests share: records from a seed, the naive twin (a list), and reading back.
#![allow(dead_code)]

use std::{
    fs,
    path::{Path, PathBuf},
    process,
};

use journal::{
    Appender, Committer, Disk, Ending, Identity, JournalError, JournalPort, Scanner, Turn, link,
};

pub const IDENTITY: Identity = Identity {
    world: 0xfeed_beef,
    shard: 2,
};

/// A tick and its records.
pub type Tick = (u32, Vec<Vec<u8>>);

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Up to five records, some long, none with a zero in it.
    pub fn records(&mut self, bytes_max: u64) -> Vec<Vec<u8>> {
        let count = self.below(6);
        let record = |random: &mut Self| {
            let length = random.below(bytes_max);
            (0..length).map(|_| random.below(255) as u8 + 1).collect()
        };
        (0..count).map(|_| record(self)).collect()
    }
}

/// The tick and its records, borrowed as a commit takes them.
pub fn borrowed(records: &[Vec<u8>]) -> Vec<&[u8]> {
    records.iter().map(Vec::as_slice).collect()
}

/// Writes each group of ticks with one commit.
pub fn write_groups<D: Disk + Clone>(disk: &D, groups: &[Vec<Tick>], segment_bytes_max: u64) {
    let (port, committer) = link(IDENTITY, groups[0][0].0);
    write_with(
        disk,
        groups,
        port,
        committer.with_segment_bytes_max(segment_bytes_max),
    );
}

/// The same with room made ahead in segments.
pub fn write_groups_with_room<D: Disk + Clone>(disk: &D, groups: &[Vec<Tick>], room_bytes: u64) {
    let (port, committer) = link(IDENTITY, groups[0][0].0);
    write_with(disk, groups, port, committer.with_room_bytes(room_bytes));
}

fn write_with<D: Disk + Clone>(
    disk: &D,
    groups: &[Vec<Tick>],
    mut port: JournalPort,
    committer: Committer,
) {
    let mut appender = Appender::new(disk.clone(), committer);
    for group in groups {
        for (tick, records) in group {
            let committed = port.commit(*tick, &borrowed(records));
            committed.expect("the queue has room");
        }
        assert_eq!(appender.turn(), Turn::Committed);
        assert_eq!(Some(port.durable_tick()), group.last().map(|last| last.0));
    }
}

/// All ticks from this one on, and how the journal ended.
pub fn read_back(disk: &impl Disk, from: u32) -> Result<(Vec<Tick>, Ending), JournalError> {
    let mut scanner = Scanner::open(disk, IDENTITY, from)?;
    let mut ticks = Vec::new();
    while let Some(tick) = scanner.advance()? {
        let records = tick.records.map(<[u8]>::to_vec).collect();
        ticks.push((tick.tick, records));
    }
    Ok((ticks, scanner.ending()))
}

/// A folder of this test's own, gone with it.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("voxelheim-{name}-{}", process::id()));
        fs::create_dir_all(&path).expect("the system has room for a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
