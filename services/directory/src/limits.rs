//! Every bound of the directory, with its derivation (R10).

use std::time::Duration;

use spatial::region::CHILD_COUNT;

/// How long a pod may go on without the directory. A killed pod's regions must live again within
/// 5 s: 3 s until the lease is over, 2 s to notice, load and go on.
pub const LEASE_TTL: Duration = Duration::from_secs(3);
/// What a holder takes off its lease, so that what it began to write or send while the lease held has
/// ended when the lease does: clocks that drift apart by 1,000 ppm make 3 ms of it, the rest is for a
/// thread that is not scheduled between the check and the write.
pub const LEASE_MARGIN: Duration = Duration::from_millis(500);
/// Time between renewals: three in a lease.
pub const RENEWAL_PERIOD: Duration = Duration::from_secs(1);
/// After which a renewal counts as failed; the directory answers within milliseconds.
pub const RENEWAL_TIMEOUT: Duration = Duration::from_millis(600);
/// From a failed renewal to the next.
pub const RENEWAL_RETRY: Duration = Duration::from_millis(200);

/// How long a leader may go on without the directory. Longer than a pod's, as nobody waits for plans.
pub const LEADERSHIP_TTL: Duration = Duration::from_secs(5);

/// How long after its lease a process that nobody needs counts as one that will not come back: twenty leases,
/// in which a machine is started again. What comes back later begins anew.
pub const BURIAL_AFTER: Duration = Duration::from_secs(60);

/// How often the partition's epoch is looked up: five small queries a second for each pod.
pub const WATCH_PERIOD: Duration = Duration::from_millis(200);

/// Connections of one pod: renewals must not wait for a change in progress.
pub const CONNECTIONS_MAX: u32 = 4;
/// How long a statement may wait for another's lock, and for a connection. Changes take
/// milliseconds; taking over thousands of regions a second or two.
pub const WAIT_MAX: Duration = Duration::from_secs(3);
/// How long a statement may run.
pub const STATEMENT_MAX: Duration = Duration::from_secs(5);
/// How long a transaction may rest between two statements, before the database ends it: a pod that
/// is stopped in the middle must not hold its locks until it is continued.
pub const TRANSACTION_REST_MAX: Duration = Duration::from_secs(1);

/// Shards of a pod: one a core.
pub const SHARDS_MAX: usize = 256;
/// Addresses of each kind of a pod: one for each of its threads.
pub const ADDRESSES_MAX: usize = 256;
/// The longest host name, a colon and a port.
pub const ADDRESS_BYTES_MAX: usize = 253 + 6;
/// A pod's metrics: some hundred bytes a shard.
pub const METRICS_BYTES_MAX: usize = 64 * 1_024;

/// Plans that are kept; the oldest go first. One every few seconds is half a day.
pub const PLANS_KEPT: i64 = 10_000;
/// Reasons of one plan, all together.
pub const REASONS_BYTES_MAX: usize = 4 * 1_024;
/// Plans that the answer to "why" names.
pub const WHY_PLANS_MAX: i64 = 10;

/// The text that all processes go by: settings and their explanations, many times over.
pub const CONFIGURATION_BYTES_MAX: usize = 16 * 1_024;

/// What a shard may spend on a tick: 80 % of its 50 ms, the rest is for what is not simulation.
pub const SHARD_TICK_US_MAX: u64 = 40_000;
/// What a shard may cause its edges to send: 2.5 Gbit/s, a quarter of a common network card.
pub const SHARD_EGRESS_MAX: u64 = 312_500_000;
/// Regions of a shard: each costs a look at its neighbours every tick.
pub const SHARD_REGIONS_MAX: u32 = 512;
/// Bodies of a shard: what its columns hold.
pub const SHARD_BODIES_MAX: u64 = 10_000;

/// The share of its limits above which a shard is relieved: there is room above it for the time that
/// relief takes, and below it nothing ever moves.
pub const HIGH_PERMILLE: u64 = 750;
/// What a move or a split must take off the busier of the two shards: less is not worth the pause of
/// the bodies that move, nor distinguishable from noise.
pub const GAIN_PERMILLE_MIN: u64 = 50;
/// What a split must promise on top, as it is a forecast: rounding, and bodies that do not cost alike.
pub const FORECAST_PERMILLE: u64 = 10;
/// The share that eight merged regions may have: half of what a split needs, so that what was merged
/// is not split for the same load.
pub const MERGE_PERMILLE_MAX: u64 = GAIN_PERMILLE_MIN / 2;
/// How long a shard must be above [`HIGH_PERMILLE`] at every step: a spike is over by then.
pub const SUSTAINED_MS: u64 = 2_000;
/// How long a shard is left alone after a plan that changed its load: until measurements, which are
/// means over a second or two, have forgotten the time before.
pub const SETTLING_MS: u64 = 4_000;
/// How long a region is left alone after a plan about it, draining excepted.
pub const REGION_REST_MS: u64 = 30_000;
/// How long draining waits before it tries again a region whose plan failed.
pub const FAILURE_REST_MS: u64 = 5_000;

const _: () = {
    // Two renewals in a row may fail, and a third still comes in time.
    let retries = 2 * (RENEWAL_TIMEOUT.as_millis() + RENEWAL_RETRY.as_millis());
    let usable = LEASE_TTL.as_millis() - LEASE_MARGIN.as_millis();
    assert!(RENEWAL_PERIOD.as_millis() + RENEWAL_TIMEOUT.as_millis() <= usable);
    assert!(retries <= usable);
    assert!(2 * MERGE_PERMILLE_MAX <= GAIN_PERMILLE_MIN);
    assert!(GAIN_PERMILLE_MIN < HIGH_PERMILLE);
    assert!(SHARD_REGIONS_MAX as usize >= CHILD_COUNT);
};
