//! Every bound of the herald, with its derivation and what happens at it (R6, R10).

use std::time::Duration;

use engine::limits::TICK_RATE_HZ;

/// What is seen is told once a second of the world's time.
pub const TELL_TICKS: u32 = TICK_RATE_HZ;
/// How the ticks went is told every ten seconds of it.
pub const LOAD_TICKS: u32 = 10 * TICK_RATE_HZ;
/// Kills, wounds, blocks and the like in one event; more go into another. One of them takes 150 bytes at most,
/// so an event stays below 80 KB and whoever holds a thousand of them below 80 MB.
pub const FACTS_PER_EVENT_MAX: usize = 500;
/// Regions that one shard is told to own: far more than the controller leaves it; the rest is left out.
pub const REGIONS_PER_EVENT_MAX: usize = 4_096;
/// Characters that one shard is told to have: more than one shard carries; the rest counts as there by its visit alone.
pub const CHARACTERS_PER_EVENT_MAX: usize = 16_384;

/// From one look at the frames to the next: five of them, of the 32 that the ring holds.
pub const LOOK_PERIOD: Duration = Duration::from_millis(250);
/// Events that wait for the broker: half a minute of a busy second's eight. When full, new ones are
/// dropped and counted.
pub const QUEUE_EVENTS_MAX: usize = 256;
/// Events of one call to publish.
pub const PUBLISH_EVENTS_MAX: usize = 32;
/// From a failed try to publish to the next; doubled each time.
pub const RETRY_MIN: Duration = Duration::from_millis(250);
pub const RETRY_MAX: Duration = Duration::from_secs(5);
/// How long a stop waits for the broker to take what was seen last.
pub const STOP_PATIENCE: Duration = Duration::from_secs(1);

const _: () = {
    assert!(PUBLISH_EVENTS_MAX <= backends::limits::PUBLISH_EVENTS_MAX);
    assert!(FACTS_PER_EVENT_MAX * 160 < backends::limits::EVENT_BYTES_MAX);
    // A region takes 80 bytes at most, a character 22.
    let ticks_bytes = REGIONS_PER_EVENT_MAX * 80 + CHARACTERS_PER_EVENT_MAX * 22;
    assert!(ticks_bytes + 1_024 < backends::limits::EVENT_BYTES_MAX);
};
