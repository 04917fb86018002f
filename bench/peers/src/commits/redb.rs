//! redb, doing the same: one durable transaction a tick.

use std::path::Path;

use bench::commits::{INPUT_BYTES, INPUTS_PER_TICK, Shape, Side, batch};
use redb::{Database, Durability, ReadableDatabase, TableDefinition};

/// By tick.
const BATCHES: TableDefinition<u32, &[u8]> = TableDefinition::new("batches");
/// By tick and the input's number in it.
const INPUTS: TableDefinition<(u32, u32), &[u8]> = TableDefinition::new("inputs");

pub struct Redb {
    shape: Shape,
    database: Database,
}

impl Redb {
    pub fn new(scratch: &Path, shape: Shape) -> Self {
        let name = match shape {
            Shape::Batch => "redb-batch",
            Shape::Inputs => "redb-inputs",
        };
        let database = Database::create(scratch.join(name)).expect("the disk works");
        Self { shape, database }
    }
}

impl Side for Redb {
    fn name(&self) -> &'static str {
        match self.shape {
            Shape::Batch => "redb-batch",
            Shape::Inputs => "redb-inputs",
        }
    }

    fn commit(&mut self, tick: u32, batch: &[u8]) {
        let mut transaction = self.database.begin_write().expect("nobody else writes");
        let durable = transaction.set_durability(Durability::Immediate);
        durable.expect("it is what it does anyway");
        match self.shape {
            Shape::Batch => {
                let mut table = transaction.open_table(BATCHES).expect("it is ours");
                table.insert(tick, batch).expect("the disk works");
            }
            Shape::Inputs => {
                let mut table = transaction.open_table(INPUTS).expect("it is ours");
                for (index, input) in batch.chunks_exact(INPUT_BYTES).enumerate() {
                    let inserted = table.insert((tick, index as u32), input);
                    inserted.expect("the disk works");
                }
            }
        }
        transaction.commit().expect("the disk works");
    }

    fn check(self: Box<Self>, tick_count: u32) {
        let transaction = self.database.begin_read().expect("it is open");
        match self.shape {
            Shape::Batch => {
                let table = transaction.open_table(BATCHES).expect("it is there");
                for tick in 1..=tick_count {
                    let value = table.get(tick).expect("the disk works");
                    assert!(value.expect("it is there").value() == batch(tick));
                }
            }
            Shape::Inputs => {
                let table = transaction.open_table(INPUTS).expect("it is there");
                for tick in 1..=tick_count {
                    let batch = batch(tick);
                    for index in 0..INPUTS_PER_TICK {
                        let value = table.get((tick, index as u32)).expect("the disk works");
                        let input = &batch[index * INPUT_BYTES..][..INPUT_BYTES];
                        assert!(value.expect("it is there").value() == input);
                    }
                }
            }
        }
    }
}
