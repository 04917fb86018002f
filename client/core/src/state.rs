//! The core's state and what it does, in safe code: `abi.rs` only moves numbers in and out.

use alloc::sync::Arc;

use engine::{
    Buttons, Frame, Motion,
    movement::{self, MovementInput, MovementOutcome},
};
use spatial::{
    Block, BlockCoord, CellCoord,
    codec::decode_brick,
    mesh::{MeshBuffers, mesh_chunk},
    ray::{Ray, RayHit},
    terrain::Terrain,
};

use crate::{columns::Columns, hindsight::Hindsight, limits::BRICKS_PLAIN_BYTES_MAX, scene::Scene};

/// Blocks along the edge of a chunk, the unit of meshing.
pub const CHUNK_EDGE_BLOCKS: i32 = 32;

/// Why a message of the terrain stream was refused. The terrain keeps what came before the fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApplyError {
    /// Columns end early, or sizes do not add up.
    Truncated,
    /// More bytes than [`BRICKS_PLAIN_BYTES_MAX`].
    TooLarge,
    /// Not the LZ4 block it should be.
    Compression,
    /// A brick is not in its one valid encoding.
    Brick,
}

/// One terrain and one body. The page has an instance, and so has the mesher; that one also runs the
/// battle behind the title while nobody is joined.
#[derive(Default)]
pub struct ClientCore {
    terrain: Terrain,
    hindsight: Hindsight,
    /// The land of an earlier tick, on which steps are taken until the page returns.
    recalled: Option<Terrain>,
    motion: Motion,
    /// Half a megabyte, so only an instance that meshes has it.
    mesh: Option<MeshBuffers>,
    scene: Option<Scene>,
}

impl ClientCore {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn terrain(&self) -> &Terrain {
        &self.terrain
    }

    /// Forgets all terrain, and the scene with it.
    pub fn reset(&mut self) {
        self.terrain = Terrain::new();
        self.hindsight = Hindsight::default();
        self.scene = None;
    }

    /// Begins a battle whose terrain is this core's from now on.
    pub fn begin_scene(&mut self, seed: u64, soldiers_per_house: u32) -> &Scene {
        self.terrain = Terrain::new();
        self.scene.insert(Scene::new(seed, soldiers_per_house))
    }

    /// Generates a column of the scene's land; nothing without a scene.
    pub fn load_scene_column(&mut self, x: i32, z: i32) {
        if let Some(scene) = &mut self.scene {
            scene.load_column(x, z);
        }
    }

    /// Advances the scene by a tick; none without a scene.
    pub fn tick_scene(&mut self) -> Option<Arc<Frame>> {
        let scene = self.scene.as_mut()?;
        let frame = scene.tick();
        self.terrain = scene.terrain().clone();
        Some(frame)
    }

    /// Takes a Bricks message: `cell_count` cells (three i16 each), as many sizes (u16), and one LZ4
    /// block of `byte_count` bytes that holds `plain_count`.
    pub fn apply_bricks(
        &mut self,
        columns: &[u8],
        cell_count: usize,
        byte_count: usize,
        plain_count: usize,
    ) -> Result<(), ApplyError> {
        if plain_count > BRICKS_PLAIN_BYTES_MAX {
            return Err(ApplyError::TooLarge);
        }
        let mut columns = Columns::new(columns);
        let cells = columns.triples_i16(cell_count);
        let sizes = columns.numbers_u16(cell_count);
        let bytes = columns.bytes(byte_count);
        let (Some(cells), Some(sizes), Some(bytes)) = (cells, sizes, bytes) else {
            return Err(ApplyError::Truncated);
        };
        let plain =
            lz4_flex::block::decompress(bytes, plain_count).map_err(|_| ApplyError::Compression)?;
        self.insert_bricks(cells, sizes, &plain)
    }

    fn insert_bricks(
        &mut self,
        cells: impl Iterator<Item = [i32; 3]>,
        sizes: impl Iterator<Item = u16>,
        plain: &[u8],
    ) -> Result<(), ApplyError> {
        let mut bricks = Columns::new(plain);
        for ([x, y, z], size) in cells.zip(sizes) {
            let size = usize::from(size);
            let bytes = bricks.bytes(size).ok_or(ApplyError::Truncated)?;
            let (brick, used) = decode_brick(bytes).map_err(|_| ApplyError::Brick)?;
            if used != size {
                return Err(ApplyError::Brick);
            }
            let cell = CellCoord::new(x, y, z);
            if let Some(was) = self.terrain.brick(cell) {
                self.hindsight.replaced(cell, was.clone());
            }
            self.terrain.insert_brick(cell, brick);
        }
        Ok(())
    }

    /// Takes an Edits message of a tick: `count` blocks (three i32 each) and what they are now (u16).
    /// Blocks of cells that are not loaded stay void.
    pub fn apply_edits(
        &mut self,
        tick: u32,
        columns: &[u8],
        count: usize,
    ) -> Result<(), ApplyError> {
        let mut columns = Columns::new(columns);
        let (Some(blocks), Some(now)) = (columns.triples_i32(count), columns.numbers_u16(count))
        else {
            return Err(ApplyError::Truncated);
        };
        for ([x, y, z], now) in blocks.zip(now) {
            let at = BlockCoord::new(x, y, z);
            if Block(now) != Block::VOID
                && let Some(was) = self.terrain.set(at, Block(now))
            {
                self.hindsight.edited(tick, at, was);
            }
        }
        Ok(())
    }

    /// Takes a Forget message: `count` cells (three i16 each).
    pub fn forget_cells(&mut self, columns: &[u8], count: usize) -> Result<(), ApplyError> {
        let cells = Columns::new(columns).triples_i16(count);
        for [x, y, z] in cells.ok_or(ApplyError::Truncated)? {
            self.terrain.remove_brick(CellCoord::new(x, y, z));
        }
        Ok(())
    }

    pub fn block(&self, at: BlockCoord) -> Block {
        self.terrain.block(at)
    }

    /// The faces of a chunk, by its coordinates in chunks.
    pub fn mesh(&mut self, chunk: [i32; 3]) -> &MeshBuffers {
        let [x, y, z] = chunk.map(|axis| axis.saturating_mul(CHUNK_EDGE_BLOCKS));
        let buffers = self.mesh.get_or_insert_default();
        let origin = BlockCoord::new(x, y, z);
        mesh_chunk(&self.terrain, origin, CHUNK_EDGE_BLOCKS as usize, buffers);
        buffers
    }

    /// What a crosshair points at: the first solid block.
    pub fn cast(&self, ray: &Ray) -> Option<RayHit> {
        ray.cast_solid(&self.terrain)
    }

    pub fn motion(&self) -> &Motion {
        &self.motion
    }

    pub fn set_motion(&mut self, motion: Motion) {
        self.motion = motion;
    }

    /// Steps go over the land of an earlier tick until [`Self::return_to_now`]: as it is known today, or
    /// as it was before cells were replaced whole.
    pub fn recall(&mut self, tick: u32, is_before_replacing: bool) {
        let terrain = self
            .hindsight
            .terrain_at(tick, is_before_replacing, &self.terrain);
        self.recalled = Some(terrain);
    }

    pub fn return_to_now(&mut self) {
        self.recalled = None;
    }

    /// Whether cells were replaced whole, so that nobody knows when they became what they are.
    pub fn is_past_ambiguous(&self) -> bool {
        self.hindsight.is_ambiguous()
    }

    /// One movement step, the very one that the server takes.
    pub fn step(&mut self, buttons: Buttons, yaw: u16) -> MovementOutcome {
        let input = MovementInput { buttons, yaw };
        let terrain = self.recalled.as_ref().unwrap_or(&self.terrain);
        movement::step(&mut self.motion, input, terrain)
    }
}
