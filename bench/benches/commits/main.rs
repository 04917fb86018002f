//! The journal's commits alone, and what they allocate: `./dev bench commits`. `./dev bench journal` has the
//! stores that one would use instead beside them.

use bench::{CountingAllocator, commits};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    commits::measure(|_| Vec::new());
}
