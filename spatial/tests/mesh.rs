//! Meshes against faces found one by one.

use std::collections::BTreeMap;

use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Face, Terrain,
    limits::MESH_EDGE_MAX,
    mesh::{AmbientOcclusion, MeshBuffers, PADDED_VOXELS, Quad, mesh_chunk, mesh_voxels},
    random::SplitMix64,
};

/// A face's block and side.
type Faces = BTreeMap<([i32; 3], Face), (Block, [u32; 4])>;

/// The axes u and v of a face, as the module's head says.
fn axes(face: Face) -> (usize, usize) {
    [(2, 1), (0, 2), (0, 1)][face.axis()]
}

fn shifted(at: [i32; 3], axis: usize, by: i32) -> [i32; 3] {
    let mut at = at;
    at[axis] += by;
    at
}

/// Spreads quads to faces of one block; none may lie on another.
fn unit_faces(quads: &[Quad]) -> Faces {
    let mut faces = Faces::new();
    for quad in quads {
        let ((u, v), [width, height]) = (axes(quad.face()), quad.size());
        let corner = quad.offset().map(|axis| axis as i32);
        for along in 0..width as i32 {
            for up in 0..height as i32 {
                let at = shifted(shifted(corner, u, along), v, up);
                let value = (quad.block(), quad.light());
                assert_eq!(faces.insert((at, quad.face()), value), None, "{quad:?}");
            }
        }
    }
    faces
}

struct NaiveChunk<'a> {
    terrain: &'a Terrain,
    origin: BlockCoord,
    edge: i32,
    occlusion: AmbientOcclusion,
}

impl NaiveChunk<'_> {
    fn block(&self, at: [i32; 3]) -> Block {
        let origin = self.origin;
        let [x, y, z] = at;
        self.terrain
            .block(BlockCoord::new(origin.x + x, origin.y + y, origin.z + z))
    }

    fn shows(&self, at: [i32; 3], face: Face) -> bool {
        let normal = face.normal();
        let front = self.block([0, 1, 2].map(|axis| at[axis] + normal[axis]));
        let block = self.block(at);
        block != Block::AIR
            && block != Block::VOID
            && front.is_see_through()
            && (front != block || !block.is_see_through())
    }

    fn light(&self, at: [i32; 3], face: Face) -> [u32; 4] {
        let (u, v) = axes(face);
        let normal = face.normal();
        let front = [0, 1, 2].map(|axis| at[axis] + normal[axis]);
        let is_dark = |by_u: i32, by_v: i32| {
            let block = self.block(shifted(shifted(front, u, by_u), v, by_v));
            u32::from(block != Block::VOID && !block.is_see_through())
        };
        [(-1, -1), (1, -1), (1, 1), (-1, 1)].map(|(by_u, by_v)| {
            let sides = is_dark(by_u, 0) + is_dark(0, by_v);
            let is_open = self.occlusion == AmbientOcclusion::Off;
            match sides {
                _ if is_open => 3,
                2 => 0,
                _ => 3 - sides - is_dark(by_u, by_v),
            }
        })
    }

    /// Every face that shows, of opaque blocks or of the others.
    fn faces(&self, is_see_through: bool) -> Faces {
        let mut faces = Faces::new();
        let last = self.edge - 1;
        let cube = BlockBox::new(BlockCoord::new(0, 0, 0), BlockCoord::new(last, last, last));
        for at in cube.blocks() {
            let at = [at.x, at.y, at.z];
            let block = self.block(at);
            for face in Face::ALL {
                if block.is_see_through() == is_see_through && self.shows(at, face) {
                    faces.insert((at, face), (block, self.light(at, face)));
                }
            }
        }
        faces
    }
}

/// Layers of land with clumps of everything, and a cell that is not loaded.
fn draw_terrain(random: &mut SplitMix64) -> Terrain {
    let mut terrain = Terrain::new();
    for index in 0..125 {
        let cell = CellCoord::new(index % 5 - 2, index / 25 - 2, index / 5 % 5 - 2);
        if random.chance(19, 20) {
            let block = [Block::AIR, Block::STONE][random.below(2) as usize];
            terrain.insert_brick(cell, Brick::uniform(block));
        }
    }
    for _ in 0..60 {
        let mut place = || random.between(-32, 47);
        let low = BlockCoord::new(place(), place(), place());
        let mut size = || random.between(0, 6);
        let high = BlockCoord::new(low.x + size(), low.y + size(), low.z + size());
        let block = Block(random.below(20) as u16);
        terrain.fill_box(BlockBox::new(low, high), block);
    }
    terrain
}

#[test]
fn quads_cover_exactly_the_faces_that_show() {
    let mut buffers = MeshBuffers::new();
    for seed in 0..24 {
        let mut random = SplitMix64::new(seed);
        let terrain = draw_terrain(&mut random);
        let edge = [1, 16, 30, 47, MESH_EDGE_MAX][seed as usize % 5];
        let mut place = || random.between(-34, 10);
        let chunk = NaiveChunk {
            terrain: &terrain,
            origin: BlockCoord::new(place(), place(), place()),
            edge: edge as i32,
            occlusion: AmbientOcclusion::On,
        };
        mesh_chunk(&terrain, chunk.origin, edge, &mut buffers);
        assert_eq!(
            unit_faces(&buffers.opaque),
            chunk.faces(false),
            "seed {seed}"
        );
        assert_eq!(
            unit_faces(&buffers.see_through),
            chunk.faces(true),
            "seed {seed}"
        );
    }
}

#[test]
fn without_occlusion_all_corners_are_open() {
    let mut buffers = MeshBuffers::new();
    let terrain = draw_terrain(&mut SplitMix64::new(90));
    let chunk = NaiveChunk {
        terrain: &terrain,
        origin: BlockCoord::new(-20, -20, -20),
        edge: 30,
        occlusion: AmbientOcclusion::Off,
    };
    let mut voxels = vec![Block::AIR; PADDED_VOXELS];
    for at in BlockBox::new(BlockCoord::new(0, 0, 0), BlockCoord::new(31, 31, 31)).blocks() {
        let index = at.x + 64 * at.z + 4_096 * at.y;
        voxels[index as usize] = chunk.block([at.x - 1, at.y - 1, at.z - 1]);
    }
    mesh_voxels(&voxels, 30, AmbientOcclusion::Off, &mut buffers);
    assert_eq!(unit_faces(&buffers.opaque), chunk.faces(false));
    assert_eq!(unit_faces(&buffers.see_through), chunk.faces(true));
}

/// Air with a floor of stone below y = 0.
fn plain() -> Terrain {
    let mut terrain = Terrain::new();
    for index in 0..108 {
        let cell = CellCoord::new(index % 6 - 1, index / 36 - 1, index / 6 % 6 - 1);
        let block = if cell.y < 0 { Block::STONE } else { Block::AIR };
        terrain.insert_brick(cell, Brick::uniform(block));
    }
    terrain
}

#[test]
fn a_plain_is_one_quad_and_a_pillar_shades_it() {
    let mut terrain = plain();
    let mut buffers = MeshBuffers::new();
    mesh_chunk(&terrain, BlockCoord::new(0, -1, 0), 20, &mut buffers);
    let floor = Quad {
        place: 20 << 18 | 20 << 24,
        look: 1 | 3 << 16 | 0xff << 19,
    };
    assert_eq!(buffers.opaque, [floor]);
    assert!(buffers.see_through.is_empty());
    terrain.set(BlockCoord::new(5, 0, 5), Block::SAND);
    mesh_chunk(&terrain, BlockCoord::new(0, -1, 0), 20, &mut buffers);
    let west = unit_faces(&buffers.opaque)[&([4, 0, 5], Face::Up)];
    assert_eq!(west, (Block::STONE, [3, 2, 2, 3]));
}

#[test]
fn water_has_a_surface_and_no_walls_inside() {
    let mut terrain = plain();
    let pool = BlockBox::new(BlockCoord::new(4, -3, 4), BlockCoord::new(9, -1, 12));
    terrain.fill_box(pool, Block::WATER);
    let mut buffers = MeshBuffers::new();
    mesh_chunk(&terrain, BlockCoord::new(0, -8, 0), 20, &mut buffers);
    let [surface] = buffers.see_through[..] else {
        panic!("one quad: {:?}", buffers.see_through);
    };
    assert_eq!(surface.face(), Face::Up);
    assert_eq!((surface.offset(), surface.size()), ([4, 7, 4], [6, 9]));
    assert_eq!(surface.block(), Block::WATER);
}

#[test]
fn nothing_is_drawn_against_what_is_not_loaded() {
    let mut terrain = Terrain::new();
    terrain.insert_brick(CellCoord::new(0, 0, 0), Brick::uniform(Block::STONE));
    let mut buffers = MeshBuffers::new();
    mesh_chunk(&terrain, BlockCoord::new(-5, -5, -5), 40, &mut buffers);
    assert!(buffers.opaque.is_empty());
}
