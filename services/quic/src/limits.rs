//! Bounds of the loop, with their derivation (R6).

use std::time::Duration;

/// Packets (or runs of equal packets) handed to the system with one call. More do not get cheaper, and
/// 64 of 1.4 KB stay in the nearest caches between sealing and sending.
pub const SEND_BATCH: usize = 64;

/// Equal packets of one connection that the system may cut apart itself (GSO): what a client gets in a
/// tick, twice.
pub const SEGMENTS_MAX: usize = 4;

/// Calls that read packets before the loop turns to what they mean: 32 packets each (quinn-udp), so
/// that a flood of packets never keeps it from sending.
pub const RECEIVE_CALLS_MAX: usize = 16;

/// Connections from which on the loop lets packets gather in the socket for a while instead of waking
/// for each.
pub const GATHER_CONNECTIONS_MIN: usize = 32;
/// For how long, for so many connections each: a wake of the thread costs as much as a packet and a half
/// (some 8 us in a virtual machine), so with hundreds of connections more of them share one.
pub const GATHER_PERIOD: Duration = Duration::from_millis(1);
/// The longest: a twelfth of a tick. What is sent in answer to a tick never waits, and what comes counts
/// from the next tick on.
pub const GATHER_PERIODS_MAX: usize = 4;

/// Connections that wait to be accepted; more are refused.
pub const INCOMING_MAX: usize = 1_024;

/// What one slot of the timer wheel stands for, and how many there are: 4 s, then it is looked again.
pub const WHEEL_SLOT: Duration = Duration::from_millis(1);
pub const WHEEL_SLOTS: usize = 4_096;

/// Bytes set aside at once for datagrams on their way out: some fifty. They are given back when the last
/// of them is sent, so one that waits holds no more than this.
pub const ARENA_BYTES: usize = 64 * 1_024;
