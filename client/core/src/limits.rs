//! Every bound of the client's core, with its derivation (R10).

/// Bytes of the bricks of one message before compression. A brick takes 12 KB at most, and a server
/// sends a few hundred small ones at once.
pub const BRICKS_PLAIN_BYTES_MAX: usize = 4 * 1_024 * 1_024;
/// Bytes the page may hand over at once: the above, not compressible, and its columns.
pub const INPUT_BYTES_MAX: usize = 8 * 1_024 * 1_024;
/// Soldiers of each house behind the title: a tick of so many takes a phone a few milliseconds.
pub const SCENE_SOLDIERS_MAX: u32 = 500;
/// Samples along the edge of a map: four times what the page asks for.
pub const MAP_EDGE_MAX: i32 = 512;
/// Changes of terrain that are remembered: four ticks of all that the engine edits in one, or a second of
/// bombs.
pub const CHANGES_KEPT_MAX: usize = 65_536;
/// Ticks for which they are: 30 s, longer than any doubt about a prediction lasts.
pub const CHANGE_TICKS_MAX: u32 = 600;
