//! How often threads allocate: a tick is to allocate nothing (R8 of docs/DESIGN.md), and an operator is to
//! see whether it does. The binary names [`CountingAllocator`] as its allocator; without it all counts are 0.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting calls that hand out memory by thread: an addition without a lock.
pub struct CountingAllocator;

/// Calls that handed memory to this thread since it began.
pub fn thread_allocations_count() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

fn count_one() {
    // A thread that is ending has no counter any more, and allocates nevertheless.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator unchanged; counting allocates nothing, since
// the counter is initialised by a constant and needs no destructor.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller keeps `GlobalAlloc::alloc`'s contract, which is the same here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_counts_its_own() {
        let layout = Layout::new::<u64>();
        let before = thread_allocations_count();
        let use_once = move || {
            // SAFETY: the layout is not of size zero, and what was handed out is given back by it.
            unsafe {
                let memory = CountingAllocator.alloc(layout);
                assert!(!memory.is_null());
                CountingAllocator.dealloc(memory, layout);
            }
            thread_allocations_count()
        };
        assert_eq!(std::thread::spawn(use_once).join().expect("no panic"), 1);
        assert_eq!(thread_allocations_count(), before);
        assert_eq!(use_once(), before + 1);
    }
}
