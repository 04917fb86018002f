//! The tick of a battle, by phase: `./dev bench battle live` of 10,000 bodies in a fight made by code, and
//! `./dev bench battle recorded` of 2,000 soldiers and some players in a battle that a server recorded
//! (made when it is not there yet, or again with `--record`).

mod live;
mod record;
mod recorded;

use bench::{CountingAllocator, filter};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    if filter("live") {
        live::run();
    }
    if filter("recorded") {
        recorded::run();
    }
}
