//! The keeper of a lease: told the time, so that nothing here waits for a lease to end.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use directory::{
    Directory, Fence, Lease, Registration, Role,
    keeper::{LeaseKeeper, keep},
    limits::{LEASE_MARGIN, LEASE_TTL, RENEWAL_PERIOD, RENEWAL_RETRY},
};
use spatial::random::SplitMix64;
use tracing::{Event, Level, Metadata, Subscriber, span};

const LEASE: Lease = Lease {
    fence: Fence {
        pod: 3,
        incarnation: 9,
    },
    expires_in: LEASE_TTL,
};
const HELD: Duration = LEASE_TTL
    .checked_sub(LEASE_MARGIN)
    .expect("a margin within");
const MOMENT: Duration = Duration::from_nanos(1);

/// Counts what is said aloud.
#[derive(Clone, Default)]
struct Ears {
    errors_count: Arc<AtomicUsize>,
}

impl Subscriber for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn event(&self, _: &Event<'_>) {
        self.errors_count.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Runs a test; how often an error was said.
fn errors_said(test: impl FnOnce()) -> usize {
    let ears = Ears::default();
    tracing::subscriber::with_default(ears.clone(), test);
    ears.errors_count.load(Ordering::Relaxed)
}

#[test]
fn a_lease_is_held_until_its_margin_and_lapses_once() {
    let said = errors_said(|| {
        let start = Instant::now();
        let check = LeaseKeeper::new(LEASE, start).check();
        assert_eq!(check.fence(), LEASE.fence);
        assert!(check.is_held(start));
        assert!(check.is_held(start + HELD - MOMENT));
        assert!(!check.is_held(start + HELD));
        assert!(!check.is_held(start), "for good");
        assert!(!check.clone().is_held(start + LEASE_TTL));
    });
    assert_eq!(said, 1);
}

#[test]
fn a_renewal_counts_from_before_it_was_asked_for() {
    let said = errors_said(|| {
        let start = Instant::now();
        let mut keeper = LeaseKeeper::new(LEASE, start);
        let check = keeper.check();
        assert_eq!(keeper.renewal_due_at(), start + RENEWAL_PERIOD);
        let asked_at = start + RENEWAL_PERIOD;
        keeper.on_renewed(LEASE, asked_at, asked_at + Duration::from_millis(400));
        assert_eq!(keeper.renewal_due_at(), asked_at + RENEWAL_PERIOD);
        assert!(check.is_held(asked_at + HELD - MOMENT));
        // Answers that overtake each other do not take anything back.
        keeper.on_renewed(LEASE, start, asked_at + Duration::from_millis(500));
        assert!(check.is_held(asked_at + HELD - MOMENT));
        assert!(!check.is_held(asked_at + HELD));
    });
    assert_eq!(said, 1);
}

#[test]
fn an_answer_that_comes_too_late_changes_nothing() {
    let said = errors_said(|| {
        let start = Instant::now();
        let mut keeper = LeaseKeeper::new(LEASE, start);
        let check = keeper.check();
        let asked_at = start + HELD - MOMENT;
        keeper.on_renewed(LEASE, asked_at, start + HELD);
        assert!(!check.is_held(start + HELD));
        assert!(!check.is_held(start));
        keeper.on_renewed(LEASE, start + HELD, start + HELD);
        assert!(!check.is_held(start + HELD), "nor does any after it");
    });
    assert_eq!(said, 1);
}

#[test]
fn a_refusal_is_heeded_at_once() {
    let said = errors_said(|| {
        let start = Instant::now();
        let mut keeper = LeaseKeeper::new(LEASE, start);
        let check = keeper.check();
        keeper.on_refused();
        keeper.on_refused();
        assert!(!check.is_held(start));
    });
    assert_eq!(said, 1);
}

#[test]
fn what_is_not_answered_is_asked_again_soon() {
    let start = Instant::now();
    let mut keeper = LeaseKeeper::new(LEASE, start);
    let now = start + RENEWAL_PERIOD;
    keeper.on_unanswered(now);
    assert_eq!(keeper.renewal_due_at(), now + RENEWAL_RETRY);
    assert!(keeper.check().is_held(start + HELD - MOMENT));
}

/// Threads ask at random times while the keeper renews: whoever is told that the lease lapsed is
/// the last to have been told that it holds.
#[test]
fn a_lapse_that_anybody_saw_is_final_for_all() {
    for seed in 0..200 {
        let start = Instant::now();
        let mut keeper = LeaseKeeper::new(LEASE, start);
        let answers = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for asker in 0..2 {
                let (check, answers) = (keeper.check(), &answers);
                scope.spawn(move || {
                    let mut random = SplitMix64::keyed(&[seed, asker]);
                    for _ in 0..50 {
                        let after = Duration::from_millis(random.below(4_000).into());
                        // Under the lock, so that the order of the answers is known.
                        let mut answers = answers.lock().expect("no panic");
                        answers.push(check.is_held(start + after));
                    }
                });
            }
            for step in 1..20 {
                let asked_at = start + Duration::from_millis(100 * step);
                keeper.on_renewed(LEASE, asked_at, asked_at);
            }
        });
        let answers = answers.into_inner().expect("no panic");
        assert!(answers.is_sorted_by(|earlier, later| earlier >= later));
    }
}

async fn registered() -> (Directory, Lease) {
    let directory = Directory::open("sqlite::memory:").await.expect("memory");
    directory.migrate().await.expect("a new database");
    let registration = Registration {
        pod: 1,
        role: Role::All,
        link_addresses: Vec::new(),
        player_addresses: Vec::new(),
        shard_cores: vec![None],
    };
    let lease = directory.register_pod(&registration).await;
    (directory, lease.expect("a free number"))
}

#[tokio::test]
async fn a_kept_lease_is_renewed() {
    let (directory, lease) = registered().await;
    // The first renewal is due.
    let asked_at = Instant::now() - RENEWAL_PERIOD;
    let keeper = LeaseKeeper::new(lease, asked_at);
    let check = keeper.check();
    let prolonged = async {
        while check.remaining(Instant::now()) <= HELD - RENEWAL_PERIOD {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = keep(keeper, &directory) => panic!("it lapsed"),
        () = prolonged => {}
    }
    assert!(check.is_held(asked_at + HELD), "longer than at first");
}

#[tokio::test]
async fn keeping_ends_with_the_lease() {
    let (directory, lease) = registered().await;
    directory.release(lease.fence).await.expect("held");
    let keeper = LeaseKeeper::new(lease, Instant::now() - RENEWAL_PERIOD);
    let check = keeper.check();
    keep(keeper, &directory).await;
    assert!(!check.is_held(Instant::now()), "refused");

    // Nobody answers: it ends by itself, a few retries later.
    let unmigrated = Directory::open("sqlite::memory:").await.expect("memory");
    let almost_over = HELD - RENEWAL_RETRY;
    let keeper = LeaseKeeper::new(lease, Instant::now() - almost_over);
    let check = keeper.check();
    keep(keeper, &unmigrated).await;
    assert!(!check.is_held(Instant::now()), "expired");
}
