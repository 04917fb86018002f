//! The interface to the page: plain numbers in, columns in linear memory out. The TypeScript face is
//! `client/src/world/core.ts`.
//!
//! The page asks [`core_input`] for room, writes columns there, and calls a function that reads
//! them. Results lie at [`core_output`] until the next call. Both addresses may change with any
//! call, so the page asks each time. All columns are little-endian, as WebAssembly is.
#![allow(unsafe_code)]

use alloc::vec::Vec;
use core::cell::UnsafeCell;

use engine::Buttons;
use spatial::{BlockCoord, Position, face::Face, limits::RAY_DIRECTION_MAX, mesh::Quad, ray::Ray};

use crate::{
    limits::{INPUT_BYTES_MAX, MAP_EDGE_MAX, SCENE_SOLDIERS_MAX},
    map,
    prediction::{MOTION_BYTES, decode_motion, encode_motion},
    scene::write_frame,
    state::{ApplyError, ClientCore},
};

/// All of an instance's memory that the page may see.
struct Instance {
    core: Option<ClientCore>,
    input: Vec<u8>,
    /// Words, so that typed-array views of them are aligned.
    output: Vec<u32>,
}

struct Shared(UnsafeCell<Instance>);

// SAFETY: a WebAssembly instance without shared memory has one thread; nothing native calls this.
unsafe impl Sync for Shared {}

static INSTANCE: Shared = Shared(UnsafeCell::new(Instance {
    core: None,
    input: Vec::new(),
    output: Vec::new(),
}));

/// Runs one call on the instance.
fn with<Answer>(
    call: impl FnOnce(&mut ClientCore, &mut Vec<u8>, &mut Vec<u32>) -> Answer,
) -> Answer {
    // SAFETY: one thread, and no call reaches another: `call` is given no way to call back.
    let instance = unsafe { &mut *INSTANCE.0.get() };
    let core = instance.core.get_or_insert_with(ClientCore::new);
    call(core, &mut instance.input, &mut instance.output)
}

/// Where the page may write `byte_count` bytes for the next call.
#[unsafe(no_mangle)]
pub extern "C" fn core_input(byte_count: usize) -> *mut u8 {
    assert!(
        byte_count <= INPUT_BYTES_MAX,
        "the page hands over too much"
    );
    with(|_, input, _| {
        input.resize(byte_count, 0);
        input.as_mut_ptr()
    })
}

/// Where the last call left its result.
#[unsafe(no_mangle)]
pub extern "C" fn core_output() -> *const u32 {
    with(|_, _, output| output.as_ptr())
}

#[unsafe(no_mangle)]
pub extern "C" fn terrain_reset() {
    with(|core, _, _| core.reset());
}

/// Input: cells (3 × i16), sizes (u16), LZ4 bytes. 0, or less than 0 when they make no sense.
#[unsafe(no_mangle)]
pub extern "C" fn bricks_apply(cell_count: usize, byte_count: usize, plain_count: usize) -> i32 {
    with(|core, input, _| code(core.apply_bricks(input, cell_count, byte_count, plain_count)))
}

/// Input: blocks (3 × i32), what they are now (u16). 0, or less than 0 when they make no sense.
#[unsafe(no_mangle)]
pub extern "C" fn edits_apply(tick: u32, count: usize) -> i32 {
    with(|core, input, _| code(core.apply_edits(tick, input, count)))
}

/// Input: cells (3 × i16). 0, or less than 0 when they make no sense.
#[unsafe(no_mangle)]
pub extern "C" fn cells_forget(count: usize) -> i32 {
    with(|core, input, _| code(core.forget_cells(input, count)))
}

/// The block's id; 65,535 where nothing is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn block_at(x: i32, y: i32, z: i32) -> u32 {
    with(|core, _, _| core.block(BlockCoord::new(x, y, z)).0.into())
}

/// Meshes a chunk, by its coordinates in chunks of 32 blocks. Output: the number of words of opaque
/// quads, that of quads seen through, then both; two words a quad, see `spatial::mesh`.
#[unsafe(no_mangle)]
pub extern "C" fn chunk_mesh(x: i32, y: i32, z: i32) {
    with(|core, _, output| {
        let mesh = core.mesh([x, y, z]);
        let words = |quads: &[Quad]| quads.len() as u32 * 2;
        output.clear();
        output.extend([words(&mesh.opaque), words(&mesh.see_through)]);
        for quad in mesh.opaque.iter().chain(&mesh.see_through) {
            output.extend([quad.place, quad.look]);
        }
    });
}

/// From a point in 1/4096 m along a direction (each axis at most 2^24), at most `distance` 1/4096 m.
/// 1 and output x, y, z, block, face (255: it started inside), distance; or 0.
#[unsafe(no_mangle)]
pub extern "C" fn ray_cast(
    x: i32,
    y: i32,
    z: i32,
    direction_x: i32,
    direction_y: i32,
    direction_z: i32,
    distance: u32,
) -> u32 {
    let bounded = |axis: i32| axis.clamp(-RAY_DIRECTION_MAX, RAY_DIRECTION_MAX);
    let ray = Ray {
        origin: Position::new(x, y, z),
        direction: [
            bounded(direction_x),
            bounded(direction_y),
            bounded(direction_z),
        ],
        distance_units_max: distance,
    };
    with(|core, _, output| {
        let Some(hit) = core.cast(&ray) else { return 0 };
        let face = hit.face.map_or(255, wire_face);
        let [x, y, z] = [hit.at.x, hit.at.y, hit.at.z].map(i32::cast_unsigned);
        output.clear();
        output.extend([x, y, z, hit.block.0.into(), face, hit.distance_units]);
        1
    })
}

/// Motion steps go over the land of an earlier tick until `past_leave`; with 1, as it was before cells
/// were replaced whole.
#[unsafe(no_mangle)]
pub extern "C" fn past_recall(tick: u32, is_before_replacing: u32) {
    with(|core, _, _| core.recall(tick, is_before_replacing != 0));
}

#[unsafe(no_mangle)]
pub extern "C" fn past_leave() {
    with(|core, _, _| core.return_to_now());
}

/// 1 if cells were replaced whole in the past that is remembered.
#[unsafe(no_mangle)]
pub extern "C" fn past_is_ambiguous() -> u32 {
    with(|core, _, _| core.is_past_ambiguous().into())
}

/// Input: a motion, see `prediction.rs`.
#[unsafe(no_mangle)]
pub extern "C" fn motion_set() {
    with(|core, input, _| {
        let bytes: &[u8; MOTION_BYTES] = input
            .first_chunk()
            .expect("the page hands over a whole motion");
        core.set_motion(decode_motion(bytes));
    });
}

/// One movement step. Output: the motion after it. Gives back the damage of a fall that it ended.
#[unsafe(no_mangle)]
pub extern "C" fn motion_step(buttons: u32, yaw: u32) -> u32 {
    with(|core, _, output| {
        let outcome = core.step(Buttons(buttons as u16), yaw as u16);
        let bytes = encode_motion(core.motion());
        let (words, _) = bytes.as_chunks::<4>();
        output.clear();
        output.extend(words.iter().map(|&word| u32::from_le_bytes(word)));
        outcome.fall_damage.into()
    })
}

/// Paints the land from above, see `map::paint`. Output: `edge` × `edge` pixels.
#[unsafe(no_mangle)]
pub extern "C" fn map_paint(x: i32, z: i32, edge: i32, step: i32) {
    with(|core, _, output| {
        let (edge, step) = (edge.clamp(0, MAP_EDGE_MAX), step.max(1));
        map::paint(core.terrain(), [x, z], edge, step, output);
    });
}

/// Begins the battle behind the title. Output: its bodies, see `Scene::write_roster`. Gives back how
/// many there are.
#[unsafe(no_mangle)]
pub extern "C" fn scene_begin(seed: u32, soldiers_per_house: u32) -> u32 {
    with(|core, _, output| {
        let scene = core.begin_scene(seed.into(), soldiers_per_house.min(SCENE_SOLDIERS_MAX));
        scene.write_roster(output);
        output.len() as u32 / 2
    })
}

/// Generates a column of cells of its land, by x and z in cells; it is there with the next tick.
#[unsafe(no_mangle)]
pub extern "C" fn scene_column(x: i32, z: i32) {
    with(|core, _, _| core.load_scene_column(x, z));
}

/// Advances it by a tick. 1 and output the frame, see `scene::write_frame`; or 0 without a scene.
#[unsafe(no_mangle)]
pub extern "C" fn scene_tick() -> u32 {
    with(|core, _, output| {
        let Some(frame) = core.tick_scene() else {
            return 0;
        };
        write_frame(&frame, output);
        1
    })
}

/// A face as inputs number it: on an axis the positive side comes first, in `spatial` the negative.
fn wire_face(face: Face) -> u32 {
    face.index() as u32 ^ 1
}

fn code(result: Result<(), ApplyError>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(ApplyError::Truncated) => -1,
        Err(ApplyError::TooLarge) => -2,
        Err(ApplyError::Compression) => -3,
        Err(ApplyError::Brick) => -4,
    }
}
