//! A tick's worth of the cell index: rebuild over 10,000 moving bodies and answer each one's query
//! for its neighbours within 16 m; ours against kiddo's k-d tree and rstar's R tree.

use std::{hint::black_box, time::Duration};

use bench::{Claim, Report, medians};
use kiddo::{ImmutableKdTree, QueryResultItem, SquaredEuclidean};
use rstar::{RTree, primitives::GeomWithData};
use spatial::{Position, index::CellIndex, random::SplitMix64};

const BODIES_COUNT: usize = 10_000;
const RADIUS_UNITS: u32 = 16 * 4_096;

/// How the bodies stand: edge of the square they fill, in metres.
const SCENES: [(&str, i32); 2] = [
    (
        "cell index, 10,000 in 1,024 m, times faster than the better of kiddo and rstar",
        1_024,
    ),
    (
        "cell index, 10,000 in 256 m, times faster than the better of kiddo and rstar",
        256,
    ),
];

/// Adds a claim for each scene.
pub fn measure(report: &mut Report) {
    for (what, edge) in SCENES {
        let bodies = Bodies::scattered(edge);
        assert_agree(&bodies);
        let mut index = CellIndex::new();
        let mut found = Vec::new();
        let [ours, kiddo, rstar] = medians([
            &mut || {
                ask_ours(&bodies, &mut index, &mut found, |near| {
                    black_box(near);
                });
            },
            &mut || {
                ask_kiddo(&bodies, |near| {
                    black_box(near);
                });
            },
            &mut || {
                ask_rstar(&bodies, |near| {
                    black_box(near);
                });
            },
        ]);
        report.add(claim(what, ours, kiddo, rstar));
    }
}

fn claim(what: &'static str, ours: Duration, kiddo: Duration, rstar: Duration) -> Claim {
    let ratio = kiddo.min(rstar).as_secs_f64() / ours.as_secs_f64();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let detail = format!(
        "ours {:.2} ms, kiddo {:.2} ms, rstar {:.2} ms",
        milliseconds(ours),
        milliseconds(kiddo),
        milliseconds(rstar)
    );
    Claim::at_least(what, ratio, 5.0, "×").with_detail(detail)
}

/// Columns for us; the same points as floats, which hold these integers exactly, for the peers.
struct Bodies {
    x: Vec<i32>,
    y: Vec<i32>,
    z: Vec<i32>,
    points: Vec<[f64; 3]>,
}

impl Bodies {
    fn scattered(edge_metres: i32) -> Self {
        let mut random = SplitMix64::new(3);
        let mut axis = |metres: i32| -> Vec<i32> {
            (0..BODIES_COUNT)
                .map(|_| random.between(0, metres * 4_096 - 1))
                .collect()
        };
        let (x, y, z) = (axis(edge_metres), axis(24), axis(edge_metres));
        let points = (0..BODIES_COUNT)
            .map(|row| [x[row], y[row], z[row]].map(f64::from))
            .collect();
        Self { x, y, z, points }
    }
}

/// Hands on the neighbours of each body in turn, as do the two below.
fn ask_ours(
    bodies: &Bodies,
    index: &mut CellIndex,
    found: &mut Vec<u32>,
    mut take: impl FnMut(&[u32]),
) {
    index.rebuild(&bodies.x, &bodies.y, &bodies.z);
    for row in 0..BODIES_COUNT {
        found.clear();
        let centre = Position::new(bodies.x[row], bodies.y[row], bodies.z[row]);
        index.rows_within(centre, RADIUS_UNITS, found);
        take(found);
    }
}

/// Of kiddo's ways to ask (collected or visited, with scratch memory or without, one by one, as a
/// batch or as a join of two trees) this is the fastest here; like ours it tells no distances.
fn ask_kiddo(bodies: &Bodies, mut take: impl FnMut(Vec<QueryResultItem<(), u32, ()>>)) {
    let tree = ImmutableKdTree::<f64, 3>::new_from_slice(&bodies.points).expect("finite points");
    let radius_squared = f64::from(RADIUS_UNITS).powi(2);
    for point in &bodies.points {
        take(
            tree.query(point)
                .within::<SquaredEuclidean<f64>>(radius_squared)
                .unsorted()
                .without_distances()
                .execute(),
        );
    }
}

fn ask_rstar(bodies: &Bodies, mut take: impl FnMut(Vec<u32>)) {
    let points = bodies.points.iter().enumerate();
    let tree = RTree::bulk_load(
        points
            .map(|(row, point)| GeomWithData::new(*point, row as u32))
            .collect(),
    );
    let radius_squared = f64::from(RADIUS_UNITS).powi(2);
    for point in &bodies.points {
        let near = tree.locate_within_distance(*point, radius_squared);
        take(near.map(|body| body.data).collect());
    }
}

/// All three find the same neighbours of each body.
fn assert_agree(bodies: &Bodies) {
    let (mut ours, mut kiddo, mut rstar) = (Vec::new(), Vec::new(), Vec::new());
    let (mut index, mut found) = (CellIndex::new(), Vec::new());
    ask_ours(bodies, &mut index, &mut found, |near| {
        ours.push(sorted(near.to_vec()));
    });
    ask_kiddo(bodies, |near| {
        kiddo.push(sorted(near.iter().map(|near| near.item).collect()));
    });
    ask_rstar(bodies, |near| rstar.push(sorted(near)));
    assert!(ours == kiddo, "kiddo finds the same neighbours");
    assert!(ours == rstar, "rstar finds the same neighbours");
}

fn sorted(mut rows: Vec<u32>) -> Vec<u32> {
    rows.sort_unstable();
    rows
}
