//! fjall, doing the same: one batch a tick, synced as it commits.

use std::path::Path;

use bench::commits::{INPUT_BYTES, INPUTS_PER_TICK, Shape, Side, batch};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

pub struct Fjall {
    shape: Shape,
    database: Database,
    ticks: Keyspace,
}

impl Fjall {
    pub fn new(scratch: &Path, shape: Shape) -> Self {
        let folder = scratch.join(name(shape));
        let database = Database::builder(folder).open().expect("the disk works");
        let ticks = database.keyspace("ticks", KeyspaceCreateOptions::default);
        Self {
            shape,
            ticks: ticks.expect("the disk works"),
            database,
        }
    }
}

impl Side for Fjall {
    fn name(&self) -> &'static str {
        name(self.shape)
    }

    fn commit(&mut self, tick: u32, batch: &[u8]) {
        let mut writing = self
            .database
            .batch()
            .durability(Some(PersistMode::SyncData));
        match self.shape {
            Shape::Batch => writing.insert(&self.ticks, key(tick, 0), batch),
            Shape::Inputs => {
                for (index, input) in batch.chunks_exact(INPUT_BYTES).enumerate() {
                    writing.insert(&self.ticks, key(tick, index), input);
                }
            }
        }
        writing.commit().expect("the disk works");
    }

    fn check(self: Box<Self>, tick_count: u32) {
        let (value_count, value_bytes) = match self.shape {
            Shape::Batch => (1, INPUTS_PER_TICK * INPUT_BYTES),
            Shape::Inputs => (INPUTS_PER_TICK, INPUT_BYTES),
        };
        for tick in 1..=tick_count {
            let batch = batch(tick);
            for index in 0..value_count {
                let value = self.ticks.get(key(tick, index)).expect("the disk works");
                let expected = &batch[index * value_bytes..][..value_bytes];
                assert!(*value.expect("it is there") == *expected);
            }
        }
    }
}

fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::Batch => "fjall-batch",
        Shape::Inputs => "fjall-inputs",
    }
}

/// The tick and the input's number in it, in the order of bytes.
fn key(tick: u32, index: usize) -> [u8; 8] {
    (u64::from(tick) << 32 | index as u64).to_be_bytes()
}
