//! Which rows are within a radius. Battles are fought on the ground, so rows are sorted by upright
//! columns, narrow along x and deep along z: of a strip of columns along x, a query needs one
//! contiguous range.
//!
//! Positions are kept twice: exactly, and rounded (see `rounded`). Rounded positions settle most
//! rows; only those at the very border are compared exactly.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    Extent,
    rounded::{BATCH, Measured, Rounded, RoundedSphere, Rounding},
};
use crate::position::{Position, UNIT_BITS};

/// log2 of the least depth of a column, in position units: 8 m. A query reads half of it too much
/// before and behind, and pays for every strip it reads.
const DEPTH_BITS_MIN: u32 = UNIT_BITS + 3;
/// log2 of how often a column's width goes into its depth. A query reads half a width too much on
/// either side, and more columns to a strip cost it nothing.
const SLIMNESS_BITS: u32 = 3;
/// Columns that make a square.
const SQUARE_COLUMN_COUNT: usize = 1 << SLIMNESS_BITS;
/// Rows to a square at least, on the average. Where rows stand farther apart, columns are larger, so
/// that a query reads fewer strips and there are no more columns than rows.
const SQUARE_ROW_COUNT_MIN: usize = SQUARE_COLUMN_COUNT;
/// Rows that a query writes at a time. What is too much is cut off again: how often it goes round is
/// then mostly the same, which processors foresee.
const ROUND: usize = 8;
/// Rows after the last: a batch from any row on, and one more, which is read once no bit of a batch
/// is left.
const PADDING: usize = BATCH + 1;

/// Rows by the column they are in.
#[derive(Clone, Default, Debug)]
pub(super) struct Columns {
    layout: Layout,
    /// Where each column's rows start, x fastest, then z; one more for the end.
    starts: Vec<u32>,
    /// In order of column; in a column, ascending. Longer by `PADDING`.
    rows: Vec<u32>,
    /// Positions of the rows, in their order.
    exact: Vec<[i32; 3]>,
    rounded: Rounded,
}

/// How large columns are and how many.
#[derive(Clone, Copy, Default, Debug)]
struct Layout {
    /// The smallest box around all rows.
    low: [i32; 3],
    high: [i32; 3],
    /// log2 of a column's width and depth, in position units.
    width_bits: u32,
    depth_bits: u32,
    /// Columns along x and z.
    counts: [usize; 2],
    rounding: Rounding,
}

/// Everything within a radius, its surface included.
struct Sphere {
    centre: [i32; 3],
    radius_units: u32,
}

/// Columns along x and z.
struct Area {
    x: Range<usize>,
    z: Range<usize>,
}

impl Columns {
    /// Gives every row its new number, found by the old one.
    pub fn renumber(&mut self, places: &[u32]) {
        for row in &mut self.rows[..self.exact.len()] {
            *row = places[*row as usize];
        }
    }

    pub fn rebuild(&mut self, positions: [&[i32]; 3], extent: &Extent) {
        self.layout = Layout::new(extent);
        self.sort(positions);
        let [x, y, z] = positions;
        let rows = self.rows[..x.len()].iter().map(|&row| row as usize);
        self.exact.clear();
        self.exact.extend(rows.map(|row| [x[row], y[row], z[row]]));
        self.rounded.rebuild(self.layout.rounding, &self.exact);
    }

    /// A counting sort of the rows.
    fn sort(&mut self, [x, _, z]: [&[i32]; 3]) {
        let layout = self.layout;
        self.starts.clear();
        // As in `Grid`: bounds that grow allocate nothing. There is a square at least, or four where
        // they can grow no larger.
        self.starts.reserve(x.len() + 4 * SQUARE_COLUMN_COUNT + 1);
        let column_count = layout.counts[0] * layout.counts[1];
        self.starts.resize(column_count + 1, 0);
        for (&x, &z) in x.iter().zip(z) {
            self.starts[layout.column(x, z)] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        // Filled from the ends down, the ends become the starts.
        self.rows.resize(x.len() + PADDING, 0);
        for (row, (&x, &z)) in x.iter().zip(z).enumerate().rev() {
            let start = &mut self.starts[layout.column(x, z)];
            *start -= 1;
            self.rows[*start as usize] = row as u32;
        }
    }

    /// Appends the rows within a radius, in a fixed order.
    pub fn collect_within(&self, centre: Position, radius_units: u32, found: &mut Vec<u32>) {
        let sphere = Sphere {
            centre: [centre.x, centre.y, centre.z],
            radius_units,
        };
        let Some(area) = self.touched(&sphere) else {
            return;
        };
        let rounded = self.layout.rounding.sphere(sphere.centre, radius_units);
        for mut places in self.strips(area) {
            while !places.is_empty() {
                let near = self.near(&places, &sphere, rounded.as_ref());
                self.append(places.start, near, found);
                places.start += BATCH;
            }
        }
    }

    /// The columns that may hold what is within; none if it is beyond all rows.
    #[inline]
    fn touched(&self, sphere: &Sphere) -> Option<Area> {
        if self.exact.is_empty() {
            return None;
        }
        self.layout.touched(sphere)
    }

    /// The places of an area's rows, strip by strip.
    #[inline]
    fn strips(&self, Area { x, z }: Area) -> impl Iterator<Item = Range<usize>> {
        z.map(move |z| {
            let first = z * self.layout.counts[0];
            let start = self.starts[first + x.start];
            let end = self.starts[first + x.end];
            start as usize..end as usize
        })
    }

    /// Which rows of a batch are within, by bit; those at the first places, as many as it holds.
    #[inline]
    fn near(&self, places: &Range<usize>, sphere: &Sphere, rounded: Option<&RoundedSphere>) -> u64 {
        let row_count = places.len().min(BATCH);
        let Measured {
            mut near,
            mut unsettled,
        } = match rounded {
            Some(rounded) => self.rounded.measure(places.start, row_count, rounded),
            None => Measured::nothing(row_count),
        };
        while unsettled != 0 {
            let bit = unsettled.trailing_zeros() as usize;
            unsettled &= unsettled - 1;
            near |= u64::from(self.is_within(places.start + bit, sphere)) << bit;
        }
        near
    }

    /// Appends rows of the batch at a place, chosen by bit.
    #[inline]
    fn append(&self, start: usize, mut chosen: u64, found: &mut Vec<u32>) {
        let rows: &[u32; PADDING] = self.rows[start..].first_chunk().expect("padded");
        let count = chosen.count_ones() as usize;
        let end = found.len() + count;
        found.extend((0..count.div_ceil(ROUND) * ROUND).map(|_| {
            let bit = chosen.trailing_zeros() as usize;
            chosen &= chosen.wrapping_sub(1);
            rows[bit]
        }));
        found.truncate(end);
    }

    #[inline]
    fn is_within(&self, place: usize, sphere: &Sphere) -> bool {
        let square = |difference: u32| u64::from(difference) * u64::from(difference);
        let [x, y, z] = self.exact[place];
        let [centre_x, centre_y, centre_z] = sphere.centre;
        // It saturates beyond the square of any radius.
        let distance_squared = square(x.abs_diff(centre_x))
            .saturating_add(square(y.abs_diff(centre_y)))
            .saturating_add(square(z.abs_diff(centre_z)));
        distance_squared <= square(sphere.radius_units)
    }
}

impl Layout {
    fn new(extent: &Extent) -> Self {
        let [x, y, z] = extent.reach();
        let count = |reach: u32, bits: u32| (reach >> bits) as usize + 1;
        let square_count = |bits: u32| count(x, bits) * count(z, bits);
        let square_count_max = (extent.row_count / SQUARE_ROW_COUNT_MIN).max(1);
        let mut depth_bits = DEPTH_BITS_MIN;
        while square_count(depth_bits) > square_count_max && depth_bits < u32::BITS - 1 {
            depth_bits += 1;
        }
        let width_bits = depth_bits - SLIMNESS_BITS;
        Self {
            low: extent.low,
            high: extent.high,
            width_bits,
            depth_bits,
            counts: [count(x, width_bits), count(z, depth_bits)],
            // A query reads whole columns, whatever the height of their rows.
            rounding: Rounding::new(y.max(1 << depth_bits)),
        }
    }

    #[inline]
    fn column(&self, x: i32, z: i32) -> usize {
        // Nothing is below the lowest.
        let offset = |value: i32, low: i32| value.wrapping_sub(low).cast_unsigned();
        let x = offset(x, self.low[0]) >> self.width_bits;
        let z = offset(z, self.low[2]) >> self.depth_bits;
        x as usize + z as usize * self.counts[0]
    }

    #[inline]
    fn touched(&self, sphere: &Sphere) -> Option<Area> {
        let x = self.span(0, sphere)?;
        self.span(1, sphere)?;
        let z = self.span(2, sphere)?;
        let columns = |[first, last]: [u32; 2], bits: u32| {
            (first >> bits) as usize..(last >> bits) as usize + 1
        };
        Some(Area {
            x: columns(x, self.width_bits),
            z: columns(z, self.depth_bits),
        })
    }

    /// What the box around all rows shares with the one around a sphere, along an axis: first and
    /// last, from the lowest row on.
    #[inline]
    fn span(&self, axis: usize, sphere: &Sphere) -> Option<[u32; 2]> {
        let ends = [self.low[axis], self.high[axis], sphere.centre[axis]];
        let [low, high, centre] = ends.map(i64::from);
        let radius = i64::from(sphere.radius_units);
        let first = (centre - radius).max(low);
        let last = (centre + radius).min(high);
        (first <= last).then(|| [(first - low) as u32, (last - low) as u32])
    }
}
