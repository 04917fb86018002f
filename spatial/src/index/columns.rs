//! Which rows are within a radius. Battles are fought on the ground, so rows are sorted by upright
//! columns, x fastest, and the columns a query needs are one contiguous range for each z.
//!
//! Positions are kept twice: exactly, and rounded so that an axis fits 14 bits. Whole vectors of
//! rounded positions settle most rows; only those at the very border are compared exactly.

use alloc::vec::Vec;
use core::ops::Range;

use super::Extent;
use crate::position::{Position, UNIT_BITS};

/// log2 of the smallest edge of a column, in position units: 8 m. A query reads half an edge too
/// much on every side, and pays for every z it reads.
const EDGE_BITS_MIN: u32 = UNIT_BITS + 3;
/// Rows to a column at least, on the average; for rows farther apart, columns are larger, so that
/// a query reads fewer of them and rebuilding does not depend on the size of the world.
const COLUMN_ROW_COUNT_MIN: usize = 2;
/// Bits that a rounded axis takes, measured from the smallest one.
const ROUNDED_BITS: u32 = 14;
/// Rounding moves the difference of two points by less than the root of three: less than this.
const ROUNDING: u32 = 2;
/// Rows in a vector.
const LANES: usize = 8;
/// Rows that room is made for at a time.
const ROOM_COUNT: usize = 256;
/// Rows measured before any is written.
const BATCH: usize = 64;

/// Rows by the column they are in.
#[derive(Clone, Default, Debug)]
pub(super) struct Columns {
    /// The smallest of each axis.
    origin: [i32; 3],
    layout: Layout,
    /// Where each column's rows start, x fastest, then z; one more for the end.
    starts: Vec<u32>,
    /// In order of column; in a column, ascending.
    rows: Vec<u32>,
    exact: [Vec<i32>; 3],
    /// Rounded from the origin, and longer by a vector.
    rounded: [Vec<i16>; 3],
}

#[derive(Clone, Copy, Default, Debug)]
struct Layout {
    /// log2 of a column's edge, in position units.
    edge_bits: u32,
    /// Columns along x and z.
    counts: [usize; 2],
    /// Bits that rounding drops.
    rounding_bits: u32,
}

/// Everything within a radius, its surface included.
struct Sphere {
    centre: [i32; 3],
    radius_units: u32,
}

/// A sphere in rounded units, as squares of distances.
struct RoundedSphere {
    centre: [i16; 3],
    /// Below this, a row is within.
    near_end: u32,
    /// From this on, a row is not.
    far_start: u32,
}

/// What a query has found, and its memory.
struct Output<'a> {
    /// Longer than what was found.
    rows: &'a mut Vec<u32>,
    end: usize,
    distances: [u32; BATCH],
}

impl<'a> Output<'a> {
    fn new(rows: &'a mut Vec<u32>) -> Self {
        Self {
            end: rows.len(),
            rows,
            distances: [0; BATCH],
        }
    }

    fn make_room(&mut self, count: usize) {
        let count = self.end + count + 1;
        if self.rows.len() < count {
            self.rows.resize(count.next_multiple_of(ROOM_COUNT), 0);
        }
    }

    /// Without a branch: every row is written, and the end moves on only past those that are near.
    #[inline]
    fn push_if(&mut self, row: u32, is_near: bool) {
        self.rows[self.end] = row;
        self.end += usize::from(is_near);
    }

    fn finish(self) {
        self.rows.truncate(self.end);
    }
}

impl Columns {
    /// Gives every row its new number, found by the old one.
    pub fn renumber(&mut self, places: &[u32]) {
        for row in &mut self.rows {
            *row = places[*row as usize];
        }
    }

    pub fn rebuild(&mut self, positions: [&[i32]; 3], extent: &Extent) {
        self.origin = extent.low;
        self.layout = Layout::new(extent);
        self.sort(positions);
        self.gather(positions);
    }

    /// A counting sort of the rows.
    fn sort(&mut self, [x, _, z]: [&[i32]; 3]) {
        let (layout, [origin_x, _, origin_z]) = (self.layout, self.origin);
        let column =
            |(&x, &z): (&i32, &i32)| layout.column([x.abs_diff(origin_x), z.abs_diff(origin_z)]);
        self.starts.clear();
        // As in `Grid`: bounds that grow allocate nothing. One column and its end at least.
        self.starts.reserve(x.len() / COLUMN_ROW_COUNT_MIN + 2);
        self.starts
            .resize(layout.counts[0] * layout.counts[1] + 1, 0);
        for place in x.iter().zip(z) {
            self.starts[column(place)] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        // Filled from the ends down, the ends become the starts.
        self.rows.resize(x.len(), 0);
        for (row, place) in x.iter().zip(z).enumerate().rev() {
            let start = &mut self.starts[column(place)];
            *start -= 1;
            self.rows[*start as usize] = row as u32;
        }
    }

    fn gather(&mut self, positions: [&[i32]; 3]) {
        let rounding_bits = self.layout.rounding_bits;
        for (axis, source) in positions.into_iter().enumerate() {
            let origin = self.origin[axis];
            let exact = &mut self.exact[axis];
            exact.clear();
            exact.extend(self.rows.iter().map(|&row| source[row as usize]));
            let rounded = &mut self.rounded[axis];
            rounded.clear();
            let offsets = exact.iter().map(|value| value.abs_diff(origin));
            rounded.extend(offsets.map(|offset| (offset >> rounding_bits) as i16));
            rounded.extend([0; LANES]);
        }
    }

    /// Appends the rows within a radius, in a fixed order.
    pub fn collect_within(&self, centre: Position, radius_units: u32, found: &mut Vec<u32>) {
        let sphere = Sphere {
            centre: [centre.x, centre.y, centre.z],
            radius_units,
        };
        let Some([across_x, across_z]) = self.across(&sphere) else {
            return;
        };
        let rounded = self.rounded_sphere(&sphere);
        let mut output = Output::new(found);
        for z in across_z {
            let first = z * self.layout.counts[0];
            let start = self.starts[first + across_x.start];
            let end = self.starts[first + across_x.end];
            let range = start as usize..end as usize;
            match &rounded {
                Some(rounded) => self.collect_rounded(range, &sphere, rounded, &mut output),
                None => self.collect_exactly(range, &sphere, &mut output),
            }
        }
        output.finish();
    }

    /// The columns along x and z that a sphere may touch; none if it touches none.
    fn across(&self, sphere: &Sphere) -> Option<[Range<usize>; 2]> {
        if self.rows.is_empty() {
            return None;
        }
        let radius = i64::from(sphere.radius_units);
        let range = |axis: usize, count: usize| {
            let offset = i64::from(sphere.centre[axis]) - i64::from(self.origin[axis]);
            let first = (offset - radius) >> self.layout.edge_bits;
            let last = (offset + radius) >> self.layout.edge_bits;
            let end = (last + 1).clamp(0, count as i64) as usize;
            first.clamp(0, end as i64) as usize..end
        };
        let [count_x, count_z] = self.layout.counts;
        Some([range(0, count_x), range(2, count_z)])
    }

    /// The sphere to compare rounded rows with; none if it is too large or far off for that.
    fn rounded_sphere(&self, sphere: &Sphere) -> Option<RoundedSphere> {
        let radius = sphere.radius_units >> self.layout.rounding_bits;
        if radius >= 1 << ROUNDED_BITS {
            return None;
        }
        let mut centre = [0; 3];
        for (axis, rounded) in centre.iter_mut().enumerate() {
            let offset = i64::from(sphere.centre[axis]) - i64::from(self.origin[axis]);
            let offset = offset >> self.layout.rounding_bits;
            // With rows in 0..2^14, differences then fit 16 bits and their squares add up to 32.
            if !(-(1 << ROUNDED_BITS)..2 << ROUNDED_BITS).contains(&offset) {
                return None;
            }
            *rounded = offset as i16;
        }
        let square_end = |radius: u32| radius * radius + 1;
        Some(RoundedSphere {
            centre,
            near_end: radius.checked_sub(ROUNDING).map_or(0, square_end),
            far_start: square_end(radius + 1 + ROUNDING),
        })
    }

    fn collect_exactly(&self, range: Range<usize>, sphere: &Sphere, output: &mut Output) {
        output.make_room(range.len());
        for place in range {
            output.push_if(self.rows[place], self.is_within(place, sphere));
        }
    }

    fn collect_rounded(
        &self,
        range: Range<usize>,
        sphere: &Sphere,
        rounded: &RoundedSphere,
        output: &mut Output,
    ) {
        output.make_room(range.len());
        for start in range.clone().step_by(BATCH) {
            let row_count = (range.end - start).min(BATCH);
            let is_settled = self.measure(start, row_count, rounded, &mut output.distances);
            for (place, &row) in self.rows[start..start + row_count].iter().enumerate() {
                let distance = output.distances[place];
                let is_near = distance < rounded.near_end
                    || !is_settled
                        && distance < rounded.far_start
                        && self.is_within(start + place, sphere);
                output.push_if(row, is_near);
            }
        }
    }

    /// Writes squares of rounded distances; says whether they settle who is within.
    #[inline]
    fn measure(
        &self,
        start: usize,
        row_count: usize,
        sphere: &RoundedSphere,
        distances: &mut [u32; BATCH],
    ) -> bool {
        // Whole vectors, at the price of measuring a few rows too many.
        let count = row_count.next_multiple_of(LANES).min(BATCH);
        let [x, y, z] = self
            .rounded
            .each_ref()
            .map(|axis| &axis[start..start + count]);
        let [centre_x, centre_y, centre_z] = sphere.centre;
        let unsettled_width = sphere.far_start - sphere.near_end;
        let mut unsettled = 0;
        for (((distance, x), y), z) in distances[..count].iter_mut().zip(x).zip(y).zip(z) {
            *distance = square(x.wrapping_sub(centre_x))
                .wrapping_add(square(y.wrapping_sub(centre_y)))
                .wrapping_add(square(z.wrapping_sub(centre_z)));
            unsettled |= u32::from(distance.wrapping_sub(sphere.near_end) < unsettled_width);
        }
        unsettled == 0
    }

    #[inline]
    fn is_within(&self, place: usize, sphere: &Sphere) -> bool {
        let distance = |axis: usize| {
            let difference = u64::from(self.exact[axis][place].abs_diff(sphere.centre[axis]));
            u128::from(difference * difference)
        };
        let radius = u128::from(sphere.radius_units);
        distance(0) + distance(1) + distance(2) <= radius * radius
    }
}

impl Layout {
    fn new(extent: &Extent) -> Self {
        let [x, y, z] = extent.reach();
        let column_count_max = (extent.row_count / COLUMN_ROW_COUNT_MIN).max(1);
        let counts = |edge_bits: u32| [x, z].map(|extent| (extent >> edge_bits) as usize + 1);
        let mut edge_bits = EDGE_BITS_MIN;
        while counts(edge_bits).iter().product::<usize>() > column_count_max
            && edge_bits < u32::BITS - 1
        {
            edge_bits += 1;
        }
        let bits = u32::BITS - x.max(y).max(z).leading_zeros();
        Self {
            edge_bits,
            counts: counts(edge_bits),
            rounding_bits: bits.saturating_sub(ROUNDED_BITS),
        }
    }

    #[inline]
    fn column(&self, offset: [u32; 2]) -> usize {
        let [x, z] = offset.map(|axis| (axis >> self.edge_bits) as usize);
        x + z * self.counts[0]
    }
}

#[inline]
fn square(difference: i16) -> u32 {
    (i32::from(difference) * i32::from(difference)) as u32
}
