//! Which core a thread runs on.

/// Whether shards' threads stay on cores of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pinning {
    /// The system moves threads as it likes.
    Off,
    /// Shard n stays on the n-th core that this process may use, if there are that many and one more
    /// for the edges.
    #[default]
    Auto,
}

/// Pins the calling thread, shard number `place` of its process, and says what came of it.
pub fn pin_thread(pinning: Pinning, place: usize) {
    if pinning == Pinning::Off {
        return;
    }
    let Ok(allowed) = rustix::thread::sched_getaffinity(None) else {
        return;
    };
    let mut cores = (0..rustix::thread::CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
    let Some(core) = cores.nth(place).filter(|_| cores.next().is_some()) else {
        tracing::info!(shard = place, "too few cores to keep one for this shard");
        return;
    };
    let mut only = rustix::thread::CpuSet::new();
    only.set(core);
    match rustix::thread::sched_setaffinity(None, &only) {
        Ok(()) => tracing::info!(shard = place, core, "shard pinned"),
        Err(error) => tracing::warn!(shard = place, core, %error, "shard not pinned"),
    }
}
