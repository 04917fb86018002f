//! The cell index against plain scans.

use spatial::{CellCoord, Position, index::CellIndex, morton, random::SplitMix64};

/// Columns of positions.
#[derive(Default)]
struct Crowd {
    x: Vec<i32>,
    y: Vec<i32>,
    z: Vec<i32>,
}

impl Crowd {
    /// Bodies within `reach` of the origin on each axis.
    fn draw(random: &mut SplitMix64, count: u32, reach: i32) -> Self {
        let mut column = || (0..count).map(|_| random.between(-reach, reach)).collect();
        Self {
            x: column(),
            y: column(),
            z: column(),
        }
    }

    fn position(&self, row: usize) -> Position {
        Position::new(self.x[row], self.y[row], self.z[row])
    }

    fn rows_where(&self, passes: impl Fn(Position) -> bool) -> Vec<u32> {
        let rows = 0..self.x.len();
        rows.filter(|&row| passes(self.position(row)))
            .map(|row| row as u32)
            .collect()
    }
}

fn distance_squared(a: Position, b: Position) -> i128 {
    let square = |a: i32, b: i32| (i128::from(a) - i128::from(b)).pow(2);
    square(a.x, b.x) + square(a.y, b.y) + square(a.z, b.z)
}

fn sorted(mut rows: Vec<u32>) -> Vec<u32> {
    rows.sort_unstable();
    rows
}

fn assert_order(index: &CellIndex, crowd: &Crowd) {
    let code = |row: u32| morton::encode(crowd.position(row as usize).cell());
    let mut expected = crowd.rows_where(|_| true);
    expected.sort_by_key(|&row| (code(row), row));
    assert_eq!(index.rows(), expected);
    let mut end = 0;
    for cell in index.cells() {
        assert_eq!(cell.start, end);
        assert!(cell.count() > 0);
        end = cell.end;
        let rows = index.rows_of(cell.cell());
        assert!(rows.iter().all(|&row| code(row) == cell.code));
        assert_eq!(index.find(cell.cell()), Some(cell));
    }
    assert_eq!(end as usize, crowd.x.len());
}

fn assert_within(index: &CellIndex, crowd: &Crowd, centre: Position, radius: u32) {
    let mut found = vec![u32::MAX];
    index.rows_within(centre, radius, &mut found);
    let is_near = |at| distance_squared(at, centre) <= i128::from(radius).pow(2);
    assert_eq!(found[0], u32::MAX, "what was there stays");
    assert_eq!(sorted(found.split_off(1)), crowd.rows_where(is_near));
}

fn assert_queries(index: &CellIndex, crowd: &Crowd, random: &mut SplitMix64, reach: i32) {
    let mut point = || {
        let mut axis = || random.between(-reach - 70_000, reach + 70_000);
        Position::new(axis(), axis(), axis())
    };
    let (centre, corner) = (point(), point());
    let radius = if random.chance(1, 20) {
        u32::MAX
    } else {
        random.below(reach as u32)
    };
    assert_within(index, crowd, centre, radius);

    let min = Position::new(
        centre.x.min(corner.x),
        centre.y.min(corner.y),
        centre.z.min(corner.z),
    );
    let max = Position::new(
        centre.x.max(corner.x),
        centre.y.max(corner.y),
        centre.z.max(corner.z),
    );
    let mut visited = Vec::new();
    index.for_each_in_box(min, max, |row| visited.push(row));
    let overlaps = |at: Position| {
        let (cell, low, high) = (at.cell(), min.cell(), max.cell());
        (low.x..=high.x).contains(&cell.x)
            && (low.y..=high.y).contains(&cell.y)
            && (low.z..=high.z).contains(&cell.z)
    };
    assert_eq!(sorted(visited), crowd.rows_where(overlaps));
}

#[test]
fn agrees_with_scans_for_crowds_dense_and_far_spread() {
    let mut index = CellIndex::new();
    for seed in 0..40 {
        let mut random = SplitMix64::new(seed);
        let reach = [30_000, 300_000, 3_000_000, 1_000_000_000][seed as usize % 4];
        let row_count = random.below(2_000);
        let crowd = Crowd::draw(&mut random, row_count, reach);
        index.rebuild(&crowd.x, &crowd.y, &crowd.z);
        assert_order(&index, &crowd);
        for _ in 0..10 {
            assert_queries(&index, &crowd, &mut random, reach);
        }
    }
}

/// A crush in a corner of a wide and flat world, and rows all around on the surface of a sphere and one
/// unit outside of it: what is rounded wraps around, strips hold more than a batch, and rounding
/// cannot settle everything.
#[test]
fn agrees_with_scans_up_to_the_last_unit_in_a_wide_flat_world() {
    const CENTRE: Position = Position::new(90_000, -1_200, 70_001);
    let mut index = CellIndex::new();
    for seed in 0..20 {
        let mut random = SplitMix64::new(seed);
        let mut crowd = Crowd::draw(&mut random, 1_500, 200_000);
        let wide = Crowd::draw(&mut random, 300, 9_000_000);
        crowd.x.extend(wide.x);
        crowd.z.extend(wide.z);
        crowd
            .y
            .extend((0..300).map(|_| random.between(-50_000, 50_000)));
        let radius = 3 * (random.below(140_000) as i32 + 1);
        for beyond in [0, 1] {
            // 1² + 2² + 2² = 3².
            let legs = [radius / 3, radius / 3 * 2, radius / 3 * 2];
            for turn in 0..3 {
                let sign = if random.chance(1, 2) { 1 } else { -1 };
                crowd.x.push(CENTRE.x + sign * (legs[turn] + beyond));
                crowd.y.push(CENTRE.y + sign * legs[(turn + 1) % 3]);
                crowd.z.push(CENTRE.z - sign * legs[(turn + 2) % 3]);
            }
        }
        index.rebuild(&crowd.x, &crowd.y, &crowd.z);
        for reach in [-1, 0, 1] {
            let radius = (radius + reach) as u32;
            assert_within(&index, &crowd, CENTRE, radius);
        }
        for row in (0..crowd.x.len()).step_by(97) {
            let radius = random.below(500_000);
            assert_within(&index, &crowd, crowd.position(row), radius);
        }
        for bits in 16..30 {
            let above = Position::new(CENTRE.x, CENTRE.y + (1 << bits), CENTRE.z);
            assert_within(&index, &crowd, above, radius as u32);
            assert_within(&index, &crowd, CENTRE, 1 << bits);
        }
    }
}

#[test]
fn renumbered_rows_are_those_of_columns_put_in_order() {
    let mut random = SplitMix64::new(8);
    let crowd = Crowd::draw(&mut random, 1_500, 400_000);
    let mut index = CellIndex::new();
    index.rebuild(&crowd.x, &crowd.y, &crowd.z);
    let in_order = |column: &[i32]| {
        let rows = index.rows().iter();
        rows.map(|&row| column[row as usize]).collect()
    };
    let ordered = Crowd {
        x: in_order(&crowd.x),
        y: in_order(&crowd.y),
        z: in_order(&crowd.z),
    };
    index.renumber();
    assert_order(&index, &ordered);
    for _ in 0..20 {
        assert_queries(&index, &ordered, &mut random, 400_000);
    }
}

#[test]
fn an_empty_index_finds_nothing() {
    let mut index = CellIndex::new();
    for _ in 0..2 {
        let mut found = Vec::new();
        index.rows_within(Position::default(), u32::MAX, &mut found);
        assert!(found.is_empty());
        assert!(index.rows_of(CellCoord::new(0, 0, 0)).is_empty());
        assert_eq!(index.find(CellCoord::new(i32::MAX, 0, 0)), None);
        index.rebuild(&[], &[], &[]);
    }
}
