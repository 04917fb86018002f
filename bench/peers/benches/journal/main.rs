//! The journal's commits beside those of redb and fjall: `./dev bench journal`.

use bench::{CountingAllocator, commits};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    commits::measure(peers::commits::stores);
}
