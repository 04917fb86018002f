//! Lattice gradient noise in fixed point: the same landscape on every machine, without a float.
//!
//! Coordinates are blocks, wavelengths powers of two; results are in 1/[`ONE`], about ±0.7.

/// One whole, in the unit of fractions and results.
pub const ONE: i32 = 1 << ONE_BITS;
const ONE_BITS: u32 = 12;

/// 16 directions of length 256, so that no axis shows in the land.
const DIRECTIONS: [[i32; 2]; 16] = [
    [256, 0],
    [237, 98],
    [181, 181],
    [98, 237],
    [0, 256],
    [-98, 237],
    [-181, 181],
    [-237, 98],
    [-256, 0],
    [-237, -98],
    [-181, -181],
    [-98, -237],
    [0, -256],
    [98, -237],
    [181, -181],
    [237, -98],
];

/// A well-mixed number for a place; `salt` keeps different uses of one place apart.
pub const fn scatter(seed: u64, salt: u32, x: i32, y: i32, z: i32) -> u32 {
    let place = (x as u32 as u64) | (z as u32 as u64) << 32;
    let mut value = seed ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value ^= ((y as u32 as u64) << 32 | salt as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
    value = (value ^ (value >> 32)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value >> 32) as u32
}

/// Gradient noise with hills about `2 << wavelength_bits` apart; continuous, 0 on the lattice.
pub const fn gradient(seed: u64, salt: u32, x: i32, z: i32, wavelength_bits: u32) -> i32 {
    let (column, row) = (x >> wavelength_bits, z >> wavelength_bits);
    let mask = (1 << wavelength_bits) - 1;
    let fraction_x = (x & mask) << (ONE_BITS - wavelength_bits);
    let fraction_z = (z & mask) << (ONE_BITS - wavelength_bits);
    let (weight_x, weight_z) = (ease(fraction_x), ease(fraction_z));
    let near = blend(
        slope(seed, salt, column, row, fraction_x, fraction_z),
        slope(seed, salt, column + 1, row, fraction_x - ONE, fraction_z),
        weight_x,
    );
    let far = blend(
        slope(seed, salt, column, row + 1, fraction_x, fraction_z - ONE),
        slope(
            seed,
            salt,
            column + 1,
            row + 1,
            fraction_x - ONE,
            fraction_z - ONE,
        ),
        weight_x,
    );
    blend(near, far, weight_z)
}

/// From 0 at `low` to [`ONE`] at `high` and beyond, without a kink.
pub const fn smooth_step(low: i32, high: i32, value: i32) -> i32 {
    if value <= low {
        return 0;
    }
    if value >= high {
        return ONE;
    }
    ease((value - low) * ONE / (high - low))
}

/// From `a` (weight 0) to `b` (weight [`ONE`]).
pub const fn blend(a: i32, b: i32, weight: i32) -> i32 {
    a + (((b - a) as i64 * weight as i64) >> ONE_BITS) as i32
}

/// `value × factor`, where the factor is in 1/[`ONE`].
pub const fn scale(value: i32, factor: i32) -> i32 {
    ((value as i64 * factor as i64) >> ONE_BITS) as i32
}

/// The slope of one lattice point, seen from an offset.
const fn slope(seed: u64, salt: u32, column: i32, row: i32, x: i32, z: i32) -> i32 {
    let direction = DIRECTIONS[(scatter(seed, salt, column, 0, row) >> 28) as usize];
    (direction[0] * x + direction[1] * z) >> 8
}

/// Perlin's quintic: 6t⁵ - 15t⁴ + 10t³, for `t` in 0..=ONE.
const fn ease(t: i32) -> i32 {
    let t = t as i64;
    let one = ONE as i64;
    let inner = (t * (6 * t - 15 * one)) / one + 10 * one;
    (((t * t / one) * t / one) * inner / one) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_continuous_and_bounded() {
        let mut extremes = [0, 0];
        for z in 0..200 {
            for x in -100..100 {
                let here = gradient(9, 1, x, z, 5);
                let step = gradient(9, 1, x + 1, z, 5) - here;
                assert!(step.abs() < ONE / 8, "a step of {step} at {x} {z}");
                extremes = [extremes[0].min(here), extremes[1].max(here)];
            }
        }
        assert!(extremes[0] < -ONE / 4 && extremes[0] > -ONE);
        assert!(extremes[1] > ONE / 4 && extremes[1] < ONE);
    }

    #[test]
    fn smooth_steps_start_and_end_flat() {
        assert_eq!(smooth_step(10, 20, 10), 0);
        assert_eq!(smooth_step(10, 20, 15), ONE / 2);
        assert_eq!(smooth_step(10, 20, 20), ONE);
    }
}
