//! What the project holds itself to, beside what one would use instead: one constant a row of the table
//! that `./dev bench --table` prints. A bench that measures a row says which, and nothing of it again.

/// Which side of a bound is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    AtLeast,
    AtMost,
}

/// A row: what is done, beside what, and what it must reach.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Target {
    pub work: &'static str,
    /// Of several, the better counts.
    pub against: &'static str,
    pub direction: Direction,
    /// What must be reached, be it from above or from below.
    pub at_least: f64,
    pub aim: f64,
    pub unit: &'static str,
}

impl Target {
    /// How many times faster (or smaller) we are.
    const fn times(work: &'static str, against: &'static str, at_least: f64, aim: f64) -> Self {
        Self {
            work,
            against,
            direction: Direction::AtLeast,
            at_least,
            aim,
            unit: "×",
        }
    }

    /// Our share of what the other side takes.
    const fn share(work: &'static str, against: &'static str, at_most: f64, aim: f64) -> Self {
        Self {
            direction: Direction::AtMost,
            ..Self::times(work, against, at_most, aim)
        }
    }
}

pub const INDEX_SPREAD: Target = Target::times(
    "interest rebuild + query, 10,000 moving, spread",
    "kiddo, rstar",
    5.0,
    10.0,
);
pub const INDEX_BATTLE: Target = Target::times(
    "interest rebuild + query, 10,000 moving, battle",
    "kiddo, rstar",
    5.0,
    10.0,
);
pub const INDEX_CLUMP: Target = Target::times(
    "interest rebuild + query, 10,000 moving, clump",
    "kiddo, rstar",
    5.0,
    10.0,
);
pub const SNAPSHOT_20: Target = Target::times(
    "snapshot, 1,000 changing to 20 clients, to wire bytes",
    "bevy_replicon, naia",
    20.0,
    40.0,
);
pub const SNAPSHOT_1000: Target = Target::times(
    "snapshot, 1,000 changing to 1,000 clients, to wire bytes",
    "bevy_replicon, naia",
    20.0,
    40.0,
);
pub const BYTES_REPLICON: Target =
    Target::share("bytes per body update at 1 cm", "bevy_replicon", 0.5, 0.35);
pub const BYTES_COLYSEUS: Target = Target::share(
    "bytes per body update at 1 cm",
    "Colyseus schema",
    0.5,
    0.35,
);
pub const SERVER_CPU_QUINN: Target = Target::share(
    "server CPU per client and tick, real QUIC, ≥ 99 % delivered, simulation included",
    "stock quinn moving the same bytes",
    0.8,
    0.5,
);
pub const CONNECTION_MEMORY: Target =
    Target::share("memory per connection", "quinn defaults", 0.5, 0.25);
pub const READ: Target = Target::times(
    "random voxel read with live edits",
    "tree64, voxelis",
    4.0,
    6.0,
);
pub const RAY: Target = Target::times(
    "ray cast ≤ 64 m",
    "parry3d voxels, plain grid walk",
    2.0,
    4.0,
);
pub const SWEEP: Target = Target::times("swept box", "parry3d voxels", 10.0, 30.0);
pub const MESH: Target = Target::times("chunk mesh", "binary-greedy-meshing, block-mesh", 1.0, 1.5);
pub const INTEGRATE_10000: Target = Target::times(
    "integrate columns, 10,000 bodies",
    "hecs, bevy_ecs",
    2.5,
    4.0,
);
pub const INTEGRATE_100000: Target = Target::times(
    "integrate columns, 100,000 bodies",
    "hecs, bevy_ecs",
    2.5,
    4.0,
);
pub const HANDOFF: Target = Target::share("handoff per body", "raw rtrb copy", 4.0, 2.0);
pub const JOURNAL_RECORDS: Target = Target::times(
    "durable journal batch, each input a record",
    "redb, fjall, each a row",
    5.0,
    10.0,
);
pub const JOURNAL_BATCH: Target = Target::times(
    "durable journal batch, one record",
    "redb, fjall, one value",
    5.0,
    10.0,
);
pub const JOURNAL_RAW: Target =
    Target::share("durable journal batch", "raw append + fdatasync", 1.2, 1.1);
pub const SERVER_CPU_COLYSEUS: Target =
    Target::times("server CPU, 500-1,000 real clients", "Colyseus", 5.0, 10.0);
pub const FIELD: Target = Target {
    work: "10,000 in one field, full tick to sealed packet, one core, p99",
    against: "a tick",
    direction: Direction::AtMost,
    at_least: 50.0,
    aim: 30.0,
    unit: "ms",
};

/// All rows, in the table's order.
pub const ALL: [Target; 21] = [
    INDEX_SPREAD,
    INDEX_BATTLE,
    INDEX_CLUMP,
    SNAPSHOT_20,
    SNAPSHOT_1000,
    BYTES_REPLICON,
    BYTES_COLYSEUS,
    SERVER_CPU_QUINN,
    CONNECTION_MEMORY,
    READ,
    RAY,
    SWEEP,
    MESH,
    INTEGRATE_10000,
    INTEGRATE_100000,
    HANDOFF,
    JOURNAL_RECORDS,
    JOURNAL_BATCH,
    JOURNAL_RAW,
    SERVER_CPU_COLYSEUS,
    FIELD,
];
