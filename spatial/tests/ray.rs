//! Ray casts against one that steps from block to block without mirroring or skipping.

use spatial::{
    Block, BlockCoord, Brick, CellCoord, Face, Position, Terrain,
    random::SplitMix64,
    ray::{Ray, RayHit},
};

/// Eight by four by eight cells, a third of them uniform air, with scattered blocks in the others.
fn scatter(random: &mut SplitMix64) -> Terrain {
    let mut terrain = Terrain::new();
    for index in 0..256 {
        let cell = CellCoord::new(index % 8 - 4, index / 64, index / 8 % 8 - 4);
        let mut brick = Brick::uniform(Block::AIR);
        if random.chance(2, 3) {
            for _ in 0..random.below(30) {
                let block = [Block::STONE, Block::WATER][random.below(2) as usize];
                brick.set(random.below(4_096) as usize, block);
            }
        }
        terrain.insert_brick(cell, brick);
    }
    terrain
}

/// Half of all components and offsets are multiples of large powers of two, so that rays meet edges
/// and corners exactly.
fn draw_ray(random: &mut SplitMix64) -> Ray {
    Ray {
        origin: Position::new(
            draw_even(random, -200_000, 200_000, 11),
            draw_even(random, 1_000, 260_000, 11),
            draw_even(random, -200_000, 200_000, 11),
        ),
        direction: [0; 3].map(|_| draw_even(random, -16_384, 16_384, 13)),
        distance_units_max: random.below(400_000),
    }
}

fn draw_even(random: &mut SplitMix64, min: i32, max: i32, bits: u32) -> i32 {
    let value = random.between(min, max);
    if random.chance(1, 2) {
        value >> bits << bits
    } else {
        value
    }
}

/// When a ray crosses the next plane on an axis: `along / speed`, in direction lengths.
fn next_plane(ray: &Ray, block: [i32; 3], axis: usize) -> (i128, i128) {
    let origin = [ray.origin.x, ray.origin.y, ray.origin.z][axis];
    let is_up = ray.direction[axis] > 0;
    let plane = i128::from(block[axis] + i32::from(is_up)) * 4_096;
    let along = (plane - i128::from(origin)).abs();
    (along, i128::from(ray.direction[axis].abs()))
}

/// One block after another, each compared with exact fractions.
fn cast_naively(ray: &Ray, terrain: &Terrain, stops: fn(Block) -> bool) -> Option<RayHit> {
    let origin = [ray.origin.x, ray.origin.y, ray.origin.z];
    let on_face_going_down = |axis: usize| ray.direction[axis] < 0 && origin[axis] % 4_096 == 0;
    let mut block =
        [0, 1, 2].map(|axis| origin[axis].div_euclid(4_096) - i32::from(on_face_going_down(axis)));
    let squares = ray.direction.map(|axis| i128::from(axis).pow(2));
    let length = squares.iter().sum::<i128>().isqrt();
    let mut crossed = None;
    loop {
        let at = BlockCoord::new(block[0], block[1], block[2]);
        if stops(terrain.block(at)) {
            return Some(naive_hit(ray, terrain, at, crossed, length));
        }
        let axes = (0..3).filter(|&axis| ray.direction[axis] != 0);
        let axis = axes.min_by(|&a, &b| {
            let (a, b) = (next_plane(ray, block, a), next_plane(ray, block, b));
            (a.0 * b.1).cmp(&(b.0 * a.1))
        })?;
        let (along, speed) = next_plane(ray, block, axis);
        if along * length > i128::from(ray.distance_units_max) * speed {
            return None;
        }
        block[axis] += ray.direction[axis].signum();
        crossed = Some((axis, along, speed));
    }
}

fn naive_hit(
    ray: &Ray,
    terrain: &Terrain,
    at: BlockCoord,
    crossed: Option<(usize, i128, i128)>,
    length: i128,
) -> RayHit {
    let mut hit = RayHit {
        at,
        block: terrain.block(at),
        face: None,
        distance_units: 0,
        position: ray.origin,
    };
    if let Some((axis, along, speed)) = crossed {
        let moved = ray
            .direction
            .map(|other| (along * i128::from(other)).div_euclid(speed) as i32);
        let origin = ray.origin;
        hit.face = Some(Face::of_axis(axis, ray.direction[axis] < 0));
        hit.distance_units = (along * length / speed) as u32;
        hit.position = Position::new(
            origin.x + moved[0],
            origin.y + moved[1],
            origin.z + moved[2],
        );
    }
    hit
}

#[test]
fn agrees_with_stepping_through_every_block() {
    let mut hit_count = 0;
    for seed in 0..20 {
        let mut random = SplitMix64::new(seed);
        let terrain = scatter(&mut random);
        for _ in 0..500 {
            let ray = draw_ray(&mut random);
            let hit = ray.cast_solid(&terrain);
            assert_eq!(
                hit,
                cast_naively(&ray, &terrain, Block::is_solid),
                "{ray:?}"
            );
            let not_air = cast_naively(&ray, &terrain, |block| block != Block::AIR);
            assert_eq!(ray.cast_not_air(&terrain), not_air, "{ray:?}");
            hit_count += u32::from(hit.is_some_and(|hit| hit.block == Block::STONE));
        }
    }
    assert!(hit_count > 200, "the rays meet something: {hit_count}");
}

#[test]
fn points_on_the_way_to_a_hit_are_free() {
    let mut random = SplitMix64::new(77);
    let terrain = scatter(&mut random);
    for _ in 0..1_000 {
        let ray = draw_ray(&mut random);
        let Some(hit) = ray.cast_solid(&terrain) else {
            continue;
        };
        let squares = ray.direction.map(|axis| i64::from(axis).pow(2));
        let length = squares.iter().sum::<i64>().isqrt().max(1);
        for part in 1..20 {
            let distance = i64::from(hit.distance_units) * part / 20 - 4;
            let point = |origin: i32, axis: usize| {
                origin + (i64::from(ray.direction[axis]) * distance / length) as i32
            };
            let origin = ray.origin;
            let place = Position::new(point(origin.x, 0), point(origin.y, 1), point(origin.z, 2));
            let offsets = place.cell_offset().map(|offset| offset % 4_096);
            let is_near_a_plane = offsets.iter().any(|&offset| !(4..4_092).contains(&offset));
            if distance > 0 && !is_near_a_plane {
                assert!(
                    !terrain.block(place.block()).is_solid(),
                    "{ray:?} at {place:?}"
                );
            }
        }
    }
}

#[test]
fn looking_down_from_a_face_sees_the_block_below() {
    let mut terrain = Terrain::new();
    terrain.insert_brick(CellCoord::new(0, 0, 0), Brick::uniform(Block::AIR));
    terrain.set(BlockCoord::new(5, 5, 5), Block::STONE);
    let ray = Ray {
        origin: Position::new(5 * 4_096 + 100, 8 * 4_096, 5 * 4_096 + 100),
        direction: [0, -16_384, 0],
        distance_units_max: 2 * 4_096,
    };
    let hit = ray.cast_solid(&terrain).expect("two metres below");
    assert_eq!(hit.at, BlockCoord::new(5, 5, 5));
    assert_eq!((hit.face, hit.distance_units), (Some(Face::Up), 8_192));
    assert_eq!(hit.position, Position::new(20_580, 6 * 4_096, 20_580));
    let shorter = Ray {
        distance_units_max: 8_191,
        ..ray
    };
    assert_eq!(shorter.cast_solid(&terrain), None);
}

#[test]
fn a_direction_of_nothing_and_the_edge_of_space_are_harmless() {
    let terrain = Terrain::new();
    let ray = |axis: i32, direction: i32| Ray {
        origin: Position::new(axis, axis, axis),
        direction: [direction; 3],
        distance_units_max: u32::MAX,
    };
    assert_eq!(ray(0, 0).cast(&terrain, |_| false), None);
    for origin in [i32::MIN, 0, i32::MAX] {
        for direction in [-16_777_216, -1, 1, 16_777_216] {
            assert_eq!(
                ray(origin, direction)
                    .cast_solid(&terrain)
                    .expect("void")
                    .face,
                None
            );
        }
    }
}
