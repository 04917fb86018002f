//! Angles in integers: sine, cosine, arc tangent and the directions that bodies look and walk in.
//!
//! A full turn is 65,536. Yaw 0 looks to -z and grows clockwise seen from above (towards +x); pitch
//! grows upwards. The tables are made by the compiler in integers, so every machine has the same.

/// One, in the fixed point of sines and directions (Q14).
pub const ONE: i32 = 1 << ONE_BITS;
/// log2 of [`ONE`].
pub const ONE_BITS: u32 = 14;
/// A quarter of a turn.
pub const QUARTER: i32 = 16_384;

/// Segments of the tables; between their ends values are interpolated.
const SEGMENT_COUNT: usize = 256;
/// Angle of one segment of [`SINES`].
const SEGMENT_ANGLE: i32 = QUARTER / SEGMENT_COUNT as i32;

/// Sines of the first quarter, Q14.
static SINES: [i32; SEGMENT_COUNT + 1] = sines();
/// Arc tangents of 0..=1 in steps of 1/256, as angles.
static ARC_TANGENTS: [i32; SEGMENT_COUNT + 1] = arc_tangents();

/// The sine of an angle, Q14; wrong by at most one unit of it.
#[inline]
pub fn sine(angle: u16) -> i32 {
    let within = angle as i32 & (QUARTER - 1);
    match angle as i32 / QUARTER {
        0 => sine_of_first_quarter(within),
        1 => sine_of_first_quarter(QUARTER - within),
        2 => -sine_of_first_quarter(within),
        _ => -sine_of_first_quarter(QUARTER - within),
    }
}

/// The cosine of an angle, Q14.
#[inline]
pub fn cosine(angle: u16) -> i32 {
    sine(angle.wrapping_add(QUARTER as u16))
}

/// The level direction of a yaw: its x and z, Q14.
#[inline]
pub fn forward(yaw: u16) -> [i32; 2] {
    [sine(yaw), -cosine(yaw)]
}

/// The direction of a look: x, y and z, Q14.
pub fn direction(yaw: u16, pitch: i16) -> [i32; 3] {
    let [x, z] = forward(yaw);
    let level = cosine(pitch as u16);
    [
        (x * level) >> ONE_BITS,
        sine(pitch as u16),
        (z * level) >> ONE_BITS,
    ]
}

/// The yaw that looks along a level vector; 0 for none. Wrong by at most 2 of 65,536.
pub fn yaw_of(x: i32, z: i32) -> u16 {
    arc_tangent(x as i64, -(z as i64))
}

/// The pitch that looks along a vector with this level length and height.
pub fn pitch_of(level: i32, height: i32) -> i16 {
    arc_tangent(height as i64, level.unsigned_abs() as i64) as i16
}

/// How far apart two yaws are: 0..=32,768, whichever way round.
#[inline]
pub fn yaw_distance(yaw: u16, yaw_other: u16) -> u16 {
    let difference = yaw.wrapping_sub(yaw_other) as i16;
    difference.unsigned_abs()
}

/// The length of a vector, rounded down; at most `i32::MAX`.
pub fn length(vector: [i32; 3]) -> i32 {
    let square = |component: i32| (component as i64 * component as i64) as u64;
    let total = square(vector[0]) + square(vector[1]) + square(vector[2]);
    total.isqrt().min(i32::MAX as u64) as i32
}

/// Scales a vector to a length; none has no direction and stays none.
pub fn with_length(vector: [i32; 3], length_new: i32) -> [i32; 3] {
    let length_old = length(vector).max(1) as i64;
    vector.map(|component| (component as i64 * length_new as i64 / length_old) as i32)
}

fn sine_of_first_quarter(angle: i32) -> i32 {
    let segment = (angle / SEGMENT_ANGLE) as usize;
    let within = angle % SEGMENT_ANGLE;
    if within == 0 {
        return SINES[segment];
    }
    let (low, high) = (SINES[segment], SINES[segment + 1]);
    low + ((high - low) * within + SEGMENT_ANGLE / 2) / SEGMENT_ANGLE
}

/// The angle whose sine and cosine stand in this ratio.
fn arc_tangent(opposite: i64, adjacent: i64) -> u16 {
    let (rise, run) = (opposite.unsigned_abs(), adjacent.unsigned_abs());
    if rise == 0 && run == 0 {
        return 0;
    }
    let acute = if rise <= run {
        arc_tangent_of_octant(rise, run)
    } else {
        QUARTER - arc_tangent_of_octant(run, rise)
    };
    let angle = match (opposite >= 0, adjacent >= 0) {
        (true, true) => acute,
        (true, false) => 2 * QUARTER - acute,
        (false, false) => 2 * QUARTER + acute,
        (false, true) => -acute,
    };
    angle as u16
}

/// For `rise <= run`: at most an eighth of a turn.
fn arc_tangent_of_octant(rise: u64, run: u64) -> i32 {
    const STEP_BITS: u32 = 8;
    let ratio = ((rise << (2 * STEP_BITS)) / run) as usize;
    let (segment, within) = (ratio >> STEP_BITS, (ratio & 0xff) as i32);
    if within == 0 {
        return ARC_TANGENTS[segment];
    }
    let (low, high) = (ARC_TANGENTS[segment], ARC_TANGENTS[segment + 1]);
    low + ((high - low) * within + 128) / 256
}

/// One in the compiler's own arithmetic (Q40).
const FINE_ONE: i128 = 1 << 40;
/// A quarter of a turn in radians, Q40: π / 2 × 2^40, rounded.
const FINE_QUARTER: i128 = 1_727_108_826_179;

/// The sine and cosine of an angle of the first quarter, Q40, by their Taylor series.
const fn fine_sine_and_cosine(radians: i128) -> (i128, i128) {
    let (mut sine, mut cosine) = (0, 0);
    let mut term = FINE_ONE;
    let mut power: i128 = 0;
    while power < 24 {
        match power % 4 {
            0 => cosine += term,
            1 => sine += term,
            2 => cosine -= term,
            _ => sine -= term,
        }
        power += 1;
        term = term * radians / FINE_ONE / power;
    }
    (sine, cosine)
}

const fn sines() -> [i32; SEGMENT_COUNT + 1] {
    let mut table = [0; SEGMENT_COUNT + 1];
    let mut index = 0;
    while index <= SEGMENT_COUNT {
        let radians = FINE_QUARTER * index as i128 / SEGMENT_COUNT as i128;
        let (sine, _) = fine_sine_and_cosine(radians);
        table[index] = ((sine * ONE as i128 + FINE_ONE / 2) / FINE_ONE) as i32;
        index += 1;
    }
    table
}

/// Finds each angle by halving the interval it lies in.
const fn arc_tangents() -> [i32; SEGMENT_COUNT + 1] {
    let mut table = [0; SEGMENT_COUNT + 1];
    let mut index = 0;
    while index <= SEGMENT_COUNT {
        let (mut low, mut high) = (0, FINE_QUARTER);
        while high - low > 1 << 20 {
            let middle = (low + high) / 2;
            let (sine, cosine) = fine_sine_and_cosine(middle);
            if sine * SEGMENT_COUNT as i128 <= cosine * index as i128 {
                low = middle;
            } else {
                high = middle;
            }
        }
        table[index] = ((low * QUARTER as i128 + FINE_QUARTER / 2) / FINE_QUARTER) as i32;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_are_right_at_every_angle() {
        assert_eq!([sine(0), sine(16_384), sine(32_768)], [0, ONE, 0]);
        assert_eq!(sine(49_152), -ONE);
        for angle in 0..=u16::MAX {
            let square = sine(angle) * sine(angle) + cosine(angle) * cosine(angle);
            assert!((square - ONE * ONE).abs() <= 4 * ONE, "at {angle}");
        }
    }

    #[test]
    fn yaw_looks_where_it_says() {
        assert_eq!(forward(0), [0, -ONE]);
        assert_eq!(forward(16_384), [ONE, 0]);
        assert_eq!(direction(0, 16_384), [0, ONE, 0]);
    }

    #[test]
    fn yaw_of_undoes_forward() {
        for yaw in 0..=u16::MAX {
            let [x, z] = forward(yaw);
            let back = yaw_of(x * 1_000, z * 1_000);
            assert!(yaw_distance(yaw, back) <= 4, "{yaw} came back as {back}");
        }
    }

    #[test]
    fn pitch_follows_the_slope() {
        assert_eq!(pitch_of(4_096, 4_096), 8_192);
        assert_eq!(pitch_of(4_096, -4_096), -8_192);
        assert_eq!(pitch_of(0, 1), 16_384);
    }

    #[test]
    fn lengths_do_not_overflow() {
        assert_eq!(length([3, 0, -4]), 5);
        assert_eq!(length([i32::MIN, i32::MIN, i32::MIN]), i32::MAX);
        assert_eq!(with_length([30_000, 0, -40_000], 5), [3, 0, -4]);
    }
}
