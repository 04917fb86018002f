//! What the browser shares with the server: terrain, meshes, ray casts and movement, compiled to
//! WebAssembly behind a plain columnar interface (`abi.rs`); and the whole battle, for the title.
//!
//! Not responsible for connections, drawing, or when a step is due: the TypeScript around it is.
//! `unsafe` is in `abi.rs` alone, where numbers become memory.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(unsafe_code)]

extern crate alloc;

mod abi;
mod columns;
mod hindsight;
mod limits;
mod map;
mod prediction;
mod scene;
mod state;

pub use prediction::{MOTION_BYTES, decode_motion, encode_motion};
pub use scene::Scene;
pub use state::{ApplyError, ClientCore};

#[cfg(target_arch = "wasm32")]
mod runtime {
    //! What a module without std must bring along.

    #[global_allocator]
    static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

    /// A panic is our own bug: the module traps and the page shows that it stopped.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo) -> ! {
        core::arch::wasm32::unreachable()
    }
}
