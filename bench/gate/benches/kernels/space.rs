//! Reading, asking and meshing generated land, and the index of bodies.

use std::hint::black_box;

use engine::generate::Generator;
use gungraun::{library_benchmark, library_benchmark_group};
use spatial::{
    Block, BlockCoord, CellCoord, Position, Terrain,
    codec::{decode_brick, encode_brick},
    index::CellIndex,
    mesh::{MeshBuffers, mesh_chunk},
    random::SplitMix64,
    ray::Ray,
    sweep::{BodyBox, Sweep},
};

const SEED: u64 = 1;
/// Cells along each side of the square that is loaded, around a keep's wall.
const LAND_CELLS: i32 = 6;
const LAND_BLOCKS: i32 = 16 * LAND_CELLS;
const CORNER: CellCoord = CellCoord::new(14, 0, 26);
/// Heights at which things happen there: the ground, and the walls above it.
const HEIGHT_MIN_BLOCKS: i32 = 24;
const HEIGHT_BLOCKS: i32 = 64;
const READS_COUNT: usize = 4_000;
const RAYS_COUNT: usize = 200;
const SWEEPS_COUNT: usize = 1_000;
const BODIES_COUNT: usize = 1_000;
/// Edge of the square that the bodies of the index fill: as dense as 10,000 in a field of 256 m.
const BODIES_EDGE_UNITS: i32 = 80 << 12;
const NEAR_UNITS: u32 = 16 << 12;
/// In common units of a direction.
const DIRECTION_MAX: i32 = 1 << 14;
const RAY_UNITS: u32 = 64 << 12;
/// A body at a run: 6 m/s in a tick.
const STEP_UNITS: i32 = 1_229;
const BODY: BodyBox = BodyBox {
    half_width_units: 1_229,
    height_units: 7_373,
};

fn land() -> Terrain {
    let generator = Generator::new(SEED);
    let mut terrain = Terrain::new();
    for x in 0..LAND_CELLS {
        for z in 0..LAND_CELLS {
            for (cell, brick) in generator.column(CORNER.x + x, CORNER.z + z) {
                terrain.insert_brick(cell, brick);
            }
        }
    }
    terrain
}

fn place(random: &mut SplitMix64) -> BlockCoord {
    let corner = CORNER.block();
    BlockCoord::new(
        corner.x + random.between(0, LAND_BLOCKS - 1),
        HEIGHT_MIN_BLOCKS + random.between(0, HEIGHT_BLOCKS - 1),
        corner.z + random.between(0, LAND_BLOCKS - 1),
    )
}

/// The land, and what is asked of it.
fn asked<T>(count: usize, mut ask: impl FnMut(&mut SplitMix64) -> T) -> (Terrain, Vec<T>) {
    let mut random = SplitMix64::new(SEED);
    let asked = (0..count).map(|_| ask(&mut random)).collect();
    (land(), asked)
}

fn places() -> (Terrain, Vec<BlockCoord>) {
    asked(READS_COUNT, place)
}

fn rays() -> (Terrain, Vec<Ray>) {
    asked(RAYS_COUNT, |random| {
        let mut axis = || random.between(-DIRECTION_MAX, DIRECTION_MAX);
        let direction = [axis(), axis(), axis()];
        let at = place(random);
        let middle = |block: i32| (block << 12) + 2_048;
        Ray {
            origin: Position::new(middle(at.x), middle(at.y), middle(at.z)),
            direction,
            distance_units_max: RAY_UNITS,
        }
    })
}

fn sweeps() -> (Terrain, Vec<Sweep>) {
    asked(SWEEPS_COUNT, |random| {
        let at = place(random);
        let mut axis = || random.between(-STEP_UNITS, STEP_UNITS);
        Sweep {
            body: BODY,
            feet: Position::new(at.x << 12, at.y << 12, at.z << 12),
            delta: [axis(), axis(), axis()],
            step_units_max: 4_096,
            is_grounded: true,
        }
    })
}

fn bodies() -> (CellIndex, [Vec<i32>; 3]) {
    let mut random = SplitMix64::new(SEED);
    let mut axis =
        |edge: i32| -> Vec<i32> { (0..BODIES_COUNT).map(|_| random.between(0, edge)).collect() };
    let places = [
        axis(BODIES_EDGE_UNITS),
        axis(4 << 12),
        axis(BODIES_EDGE_UNITS),
    ];
    let mut index = CellIndex::new();
    index.rebuild(&places[0], &places[1], &places[2]);
    (index, places)
}

#[library_benchmark]
#[bench::scattered(setup = places)]
fn block_reads((terrain, places): (Terrain, Vec<BlockCoord>)) -> u64 {
    black_box(&places)
        .iter()
        .map(|at| u64::from(terrain.block(*at).0))
        .sum()
}

#[library_benchmark]
#[bench::of_64_m(setup = rays)]
fn rays_cast((terrain, rays): (Terrain, Vec<Ray>)) -> usize {
    black_box(&rays)
        .iter()
        .filter(|ray| ray.cast_solid(&terrain).is_some())
        .count()
}

#[library_benchmark]
#[bench::of_a_tick(setup = sweeps)]
fn boxes_swept((terrain, sweeps): (Terrain, Vec<Sweep>)) -> i64 {
    let heights = black_box(&sweeps)
        .iter()
        .map(|sweep| sweep.run(&terrain).feet.y);
    heights.map(i64::from).sum()
}

#[library_benchmark]
#[bench::of_62(setup = land)]
fn chunk_meshed(terrain: Terrain) -> usize {
    let mut buffers = MeshBuffers::new();
    let corner = CORNER.block();
    let origin = BlockCoord::new(corner.x + 8, HEIGHT_MIN_BLOCKS, corner.z + 8);
    mesh_chunk(black_box(&terrain), origin, 62, &mut buffers);
    buffers.opaque.len()
}

fn generator() -> Generator {
    Generator::new(SEED)
}

#[library_benchmark]
#[bench::of_cells(setup = generator)]
fn column_generated(generator: Generator) -> usize {
    generator.column(CORNER.x + 1, CORNER.z + 1).count()
}

#[library_benchmark]
#[bench::of_land(setup = land)]
fn bricks_encoded_and_decoded(terrain: Terrain) -> usize {
    let mut bytes = Vec::new();
    let packed = terrain
        .leaves()
        .filter(|leaf| leaf.brick.as_uniform().is_none());
    let decoded = packed.map(|leaf| {
        bytes.clear();
        encode_brick(leaf.brick, &mut bytes);
        decode_brick(&bytes).expect("what was encoded").1
    });
    decoded.sum()
}

#[library_benchmark]
#[bench::digging(setup = places)]
fn blocks_written((mut terrain, places): (Terrain, Vec<BlockCoord>)) -> usize {
    let dug = black_box(&places)
        .iter()
        .filter(|at| terrain.set(**at, Block::AIR).is_some());
    dug.count()
}

#[library_benchmark]
#[bench::of_1_000(setup = bodies)]
fn index_rebuilt_and_asked((mut index, [x, y, z]): (CellIndex, [Vec<i32>; 3])) -> usize {
    index.rebuild(&x, &y, &z);
    let mut found = Vec::new();
    let mut found_count = 0;
    for row in 0..x.len() {
        found.clear();
        index.rows_within(
            Position::new(x[row], y[row], z[row]),
            NEAR_UNITS,
            &mut found,
        );
        found_count += found.len();
    }
    found_count
}

library_benchmark_group!(
    name = in_space,
    benchmarks = [
        block_reads,
        rays_cast,
        boxes_swept,
        chunk_meshed,
        column_generated,
        bricks_encoded_and_decoded,
        blocks_written,
        index_rebuilt_and_asked
    ]
);
