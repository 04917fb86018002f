//! Stores that one would use instead of the journal, each with a tick's inputs as one value and as many.

mod fjall;
mod redb;

use std::path::Path;

use bench::commits::{Peer, Shape};

use self::{fjall::Fjall, redb::Redb};

/// All of them, in a folder.
pub fn stores(scratch: &Path) -> Vec<Peer> {
    let of = |shape| {
        let redb = Box::new(Redb::new(scratch, shape));
        let fjall = Box::new(Fjall::new(scratch, shape));
        [Peer { shape, side: redb }, Peer { shape, side: fjall }]
    };
    [Shape::Batch, Shape::Inputs]
        .into_iter()
        .flat_map(of)
        .collect()
}
