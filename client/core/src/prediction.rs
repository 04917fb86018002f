//! A body's movement state as bytes: the layout that the page stores, compares and hands back.
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..12 | position x, y, z: i32, 1/4096 m |
//! | 12..24 | velocity x, y, z: i32, 1/4096 m per tick |
//! | 24..28 | fall_from_y: i32 |
//! | 28..30 | yaw: u16 |
//! | 30 | flags |
//! | 31..35 | dash_ticks, dash_wait_ticks, jump_wait_ticks, dash_yaw |
//! | 35 | zero |
//!
//! All little-endian; the same order as the Own struct on the wire.

use engine::Motion;
use spatial::Position;

/// Bytes of an encoded motion.
pub const MOTION_BYTES: usize = 36;

pub fn encode_motion(motion: &Motion) -> [u8; MOTION_BYTES] {
    let Position { x, y, z } = motion.position;
    let [velocity_x, velocity_y, velocity_z] = motion.velocity;
    let words = [
        x,
        y,
        z,
        velocity_x,
        velocity_y,
        velocity_z,
        motion.fall_from_y,
    ];
    let mut bytes = [0; MOTION_BYTES];
    for (index, word) in words.into_iter().enumerate() {
        bytes[index * 4..index * 4 + 4].copy_from_slice(&word.to_le_bytes());
    }
    bytes[28..30].copy_from_slice(&motion.yaw.to_le_bytes());
    bytes[30] = motion.flags;
    bytes[31] = motion.dash_ticks;
    bytes[32] = motion.dash_wait_ticks;
    bytes[33] = motion.jump_wait_ticks;
    bytes[34] = motion.dash_yaw;
    bytes
}

pub fn decode_motion(bytes: &[u8; MOTION_BYTES]) -> Motion {
    let word = |index: usize| {
        let at = index * 4;
        i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    Motion {
        position: Position::new(word(0), word(1), word(2)),
        velocity: [word(3), word(4), word(5)],
        fall_from_y: word(6),
        yaw: u16::from_le_bytes([bytes[28], bytes[29]]),
        flags: bytes[30],
        dash_ticks: bytes[31],
        dash_wait_ticks: bytes[32],
        jump_wait_ticks: bytes[33],
        dash_yaw: bytes[34],
        reserved: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_survives_its_bytes() {
        let motion = Motion {
            position: Position::new(-5, 70_000, i32::MAX),
            velocity: [1, -2, i32::MIN],
            fall_from_y: -9,
            yaw: 65_535,
            flags: 15,
            dash_ticks: 1,
            dash_wait_ticks: 2,
            jump_wait_ticks: 3,
            dash_yaw: 4,
            reserved: 0,
        };
        assert_eq!(decode_motion(&encode_motion(&motion)), motion);
    }
}
