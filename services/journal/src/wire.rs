//! Little-endian numbers at fixed places, and the checksum of all of the journal's files.

use twox_hash::XxHash3_64;

/// XXH3, 64 bits. The seed ties bytes to their place: what was written elsewhere does not check.
pub fn checksum(seed: u64, bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, bytes)
}

pub fn put_u32(bytes: &mut [u8], offset: usize, value: u32) {
    bytes[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
}

pub fn put_u64(bytes: &mut [u8], offset: usize, value: u64) {
    bytes[offset..offset + 8].copy_from_slice(&value.to_le_bytes());
}

/// # Panics
/// If the bytes end before: callers have checked their length.
pub fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let field = bytes[offset..offset + 4].try_into();
    u32::from_le_bytes(field.expect("four bytes are four bytes"))
}

/// # Panics
/// If the bytes end before: callers have checked their length.
pub fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    let field = bytes[offset..offset + 8].try_into();
    u64::from_le_bytes(field.expect("eight bytes are eight bytes"))
}
