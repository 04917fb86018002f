//! Every bound of the assets, with its derivation (R10).

/// A file: the largest texture or sound that anybody would wait for. Larger ones are not served.
pub const FILE_BYTES_MAX: u64 = 32 * 1_024 * 1_024;
/// Smaller files gain nothing from compression.
pub const COMPRESS_BYTES_MIN: usize = 1_024;
/// Quality 9 of 11: within 3 % of the smallest at a fifth of the time, once at start.
pub const BROTLI_QUALITY: i32 = 9;
pub const BROTLI_WINDOW_BITS: i32 = 22;
/// Level 19 of 22: those above need more memory in the browser than a file is worth.
pub const ZSTD_LEVEL: i32 = 19;
