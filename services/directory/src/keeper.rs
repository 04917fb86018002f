//! A pod's own watch over its lease. [`LeaseCheck`] is what whoever writes or sends as owner asks
//! first: one load and one comparison. [`LeaseKeeper`] decides when to renew and what an answer
//! means; it is told the time, so tests need not wait. [`keep`] runs it against a directory.
//!
//! A lease that lapsed stays so, even if the directory would still renew it: there is no way back
//! but to register again, which makes a new incarnation with a keeper of its own.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    Directory, DirectoryError, Fence, Lease,
    limits::{LEASE_MARGIN, RENEWAL_PERIOD, RENEWAL_RETRY, RENEWAL_TIMEOUT},
};

/// Why a lease lapsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lapse {
    /// It ran out before a renewal came.
    Expired,
    /// The directory says that it is over.
    Refused,
}

impl fmt::Display for Lapse {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Lapse::Expired => "no renewal came in time",
            Lapse::Refused => "the directory refused to renew it",
        })
    }
}

/// Whether a pod may still act as owner; for any thread, cheap to clone.
#[derive(Clone, Debug)]
pub struct LeaseCheck {
    shared: Arc<Shared>,
}

impl LeaseCheck {
    /// To be asked right before each write and each send as owner, with the time of that moment.
    /// Once false, it is false for good.
    pub fn is_held(&self, now: Instant) -> bool {
        let deadline_ns = self.shared.deadline_ns.load(Ordering::Acquire);
        self.shared.nanoseconds(now) < deadline_ns || self.shared.is_held_still(now)
    }

    /// For how long it will be held unless it is renewed.
    pub fn remaining(&self, now: Instant) -> Duration {
        let deadline_ns = self.shared.deadline_ns.load(Ordering::Acquire);
        Duration::from_nanos(deadline_ns.saturating_sub(self.shared.nanoseconds(now)))
    }

    /// Who holds the lease: what goes out while it is held carries this.
    pub fn fence(&self) -> Fence {
        self.shared.fence
    }
}

#[derive(Debug)]
struct Shared {
    fence: Fence,
    origin: Instant,
    /// From `origin`; until then the lease is held. [`LAPSED`] once it is not.
    deadline_ns: AtomicU64,
}

const LAPSED: u64 = 0;

impl Shared {
    fn nanoseconds(&self, instant: Instant) -> u64 {
        let span = instant.saturating_duration_since(self.origin);
        u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Lapses if the deadline has passed, unless it is put off in this very moment.
    #[cold]
    fn is_held_still(&self, now: Instant) -> bool {
        loop {
            let deadline_ns = self.deadline_ns.load(Ordering::Acquire);
            if self.nanoseconds(now) < deadline_ns {
                return true;
            }
            if self.replace_deadline(deadline_ns, LAPSED) {
                if deadline_ns != LAPSED {
                    self.tell(Lapse::Expired);
                }
                return false;
            }
        }
    }

    /// Puts the deadline off, unless it is over: then it stays so.
    fn prolong(&self, next_ns: u64) {
        let former_ns = self.deadline_ns.load(Ordering::Acquire);
        if former_ns != LAPSED && former_ns < next_ns {
            // Only another thread's finding that the lease lapsed can come between.
            self.replace_deadline(former_ns, next_ns);
        }
    }

    fn refuse(&self) {
        if self.deadline_ns.swap(LAPSED, Ordering::AcqRel) != LAPSED {
            self.tell(Lapse::Refused);
        }
    }

    /// Whether it was as said.
    fn replace_deadline(&self, former_ns: u64, next_ns: u64) -> bool {
        self.deadline_ns
            .compare_exchange(former_ns, next_ns, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    fn tell(&self, lapse: Lapse) {
        let Fence { pod, incarnation } = self.fence;
        tracing::error!(
            pod,
            incarnation,
            "lost the lease ({lapse}): this incarnation writes and sends no more"
        );
    }
}

/// When to renew, and what the answer means. Not a clock: all times are arguments.
#[derive(Debug)]
pub struct LeaseKeeper {
    shared: Arc<Shared>,
    renewal_due_at: Instant,
}

impl LeaseKeeper {
    /// Of a lease that was asked for at `asked_at`.
    pub fn new(lease: Lease, asked_at: Instant) -> Self {
        let held = lease.expires_in.saturating_sub(LEASE_MARGIN);
        let shared = Shared {
            fence: lease.fence,
            origin: asked_at,
            deadline_ns: AtomicU64::new(u64::try_from(held.as_nanos()).unwrap_or(u64::MAX)),
        };
        Self {
            shared: Arc::new(shared),
            renewal_due_at: asked_at + RENEWAL_PERIOD,
        }
    }

    pub fn check(&self) -> LeaseCheck {
        let shared = Arc::clone(&self.shared);
        LeaseCheck { shared }
    }

    /// When to ask for the next renewal.
    pub fn renewal_due_at(&self) -> Instant {
        self.renewal_due_at
    }

    /// The lease was renewed, asked for at `asked_at`. An answer that comes after the lease lapsed
    /// changes nothing: somebody may have been told already that it had.
    pub fn on_renewed(&mut self, lease: Lease, asked_at: Instant, now: Instant) {
        debug_assert_eq!(lease.fence, self.shared.fence);
        self.renewal_due_at = asked_at + RENEWAL_PERIOD;
        if self.check().is_held(now) {
            let held = lease.expires_in.saturating_sub(LEASE_MARGIN);
            self.shared
                .prolong(self.shared.nanoseconds(asked_at + held));
        }
    }

    /// The directory said that the lease is over.
    pub fn on_refused(&mut self) {
        self.shared.refuse();
    }

    /// No answer, or none that says anything of the lease.
    pub fn on_unanswered(&mut self, now: Instant) {
        self.renewal_due_at = now + RENEWAL_RETRY;
    }
}

/// Keeps a lease for as long as it can be kept. To be run as a task beside those that use the check;
/// to give the lease up, end the task, then call [`Directory::release`].
pub async fn keep(mut keeper: LeaseKeeper, directory: &Directory) {
    let check = keeper.check();
    let fence = check.fence();
    loop {
        tokio::time::sleep_until(keeper.renewal_due_at().into()).await;
        let asked_at = Instant::now();
        if !check.is_held(asked_at) {
            return;
        }
        match tokio::time::timeout(RENEWAL_TIMEOUT, directory.renew(fence)).await {
            Ok(Ok(lease)) => keeper.on_renewed(lease, asked_at, Instant::now()),
            Ok(Err(DirectoryError::LeaseLost { .. })) => keeper.on_refused(),
            Ok(Err(error)) => unanswered(&mut keeper, &error),
            Err(elapsed) => unanswered(&mut keeper, &elapsed),
        }
    }
}

fn unanswered(keeper: &mut LeaseKeeper, error: &dyn fmt::Display) {
    let now = Instant::now();
    keeper.on_unanswered(now);
    let remaining = keeper.check().remaining(now);
    tracing::warn!("the lease was not renewed ({error}); it holds for {remaining:?} yet");
}
