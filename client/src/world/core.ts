//! The face of client/core (WebAssembly): terrain, meshes, ray casts, prediction. Each instance has
//! a terrain of its own; the page and the mesher have one each. Its ABI: client/core/src/abi.rs.

import { MOTION_BYTES, type TerrainMessage } from "../wire/link";
import type { ChunkMesh } from "./state";

/** Position units in a metre. */
export const UNITS_PER_METRE = 4_096;
/** Not loaded: solid, unbreakable. */
export const BLOCK_VOID = 0xffff;

interface Exports {
  memory: WebAssembly.Memory;
  core_input(byteCount: number): number;
  core_output(): number;
  terrain_reset(): void;
  bricks_apply(cellCount: number, byteCount: number, plainCount: number): number;
  edits_apply(tick: number, count: number): number;
  cells_forget(count: number): void;
  block_at(x: number, y: number, z: number): number;
  chunk_mesh(x: number, y: number, z: number): void;
  ray_cast(
    x: number,
    y: number,
    z: number,
    directionX: number,
    directionY: number,
    directionZ: number,
    distance: number,
  ): number;
  past_recall(tick: number, isBeforeReplacing: number): void;
  past_leave(): void;
  past_is_ambiguous(): number;
  motion_set(): void;
  motion_step(buttons: number, yaw: number): number;
  map_paint(x: number, z: number, edge: number, step: number): void;
  scene_begin(seed: number, soldiersPerHouse: number): number;
  scene_column(x: number, z: number): void;
  scene_tick(): number;
}

export interface RayHit {
  x: number;
  y: number;
  z: number;
  block: number;
  /** 0 +x, 1 -x, 2 +y, 3 -y, 4 +z, 5 -z; 255 when the ray started in the block. */
  face: number;
  /** 1/4096 m. */
  distance: number;
}

export async function loadCore(bytes: BufferSource): Promise<Core> {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return new Core(instance.exports as unknown as Exports);
}

/** Fetches the module that lies beside the page. */
export async function fetchCore(): Promise<Core> {
  const response = await fetch(new URL("core.wasm", documentBase()));
  if (!response.ok) throw new Error(`core.wasm: status ${response.status}`);
  return loadCore(await response.arrayBuffer());
}

/** A worker's own address is that of its script, so it asks its origin instead. */
function documentBase(): string {
  return typeof document === "undefined" ? `${self.location.origin}/` : document.baseURI;
}

export class Core {
  constructor(private readonly exports: Exports) {}

  /** Forgets all terrain. */
  reset(): void {
    this.exports.terrain_reset();
  }

  /** Takes a message of the terrain stream. False when its bytes make no sense. */
  apply(message: TerrainMessage): boolean {
    switch (message.kind) {
      case "bricks":
        this.put(message.cells, message.sizes, message.bytes);
        return (
          this.exports.bricks_apply(
            message.sizes.length,
            message.bytes.length,
            message.plainCount,
          ) >= 0
        );
      case "edits":
        this.put(message.blocks, message.now);
        return this.exports.edits_apply(message.tick, message.now.length) >= 0;
      case "forget":
        this.put(message.cells);
        this.exports.cells_forget(message.cells.length / 3);
        return true;
    }
  }

  block(x: number, y: number, z: number): number {
    return this.exports.block_at(Math.floor(x), Math.floor(y), Math.floor(z));
  }

  /** The faces of a chunk of 32³ blocks, coordinates in chunks. */
  mesh(x: number, y: number, z: number): ChunkMesh {
    this.exports.chunk_mesh(x, y, z);
    const output = this.exports.core_output();
    const counts = new Uint32Array(this.exports.memory.buffer, output, 2);
    const words = new Uint32Array(
      this.exports.memory.buffer,
      output + 8,
      counts[0] + counts[1],
    ).slice();
    return { x, y, z, opaque: words.slice(0, counts[0]), seeThrough: words.slice(counts[0]) };
  }

  /**
   * The first solid block along a ray. Origin and distance in 1/4096 m, the direction in any common
   * unit (16,384 for 1).
   */
  rayCast(
    origin: { x: number; y: number; z: number },
    direction: { x: number; y: number; z: number },
    distance: number,
  ): RayHit | null {
    const isHit = this.exports.ray_cast(
      origin.x,
      origin.y,
      origin.z,
      direction.x,
      direction.y,
      direction.z,
      distance,
    );
    if (!isHit) return null;
    const found = new Int32Array(this.exports.memory.buffer, this.exports.core_output(), 6);
    return {
      x: found[0],
      y: found[1],
      z: found[2],
      block: found[3],
      face: found[4],
      distance: found[5],
    };
  }

  /**
   * Steps go over the land of an earlier tick until `returnToNow`: as it is known today, or as it was
   * before cells were replaced whole.
   */
  recall(tick: number, isBeforeReplacing: boolean): void {
    this.exports.past_recall(tick, Number(isBeforeReplacing));
  }

  returnToNow(): void {
    this.exports.past_leave();
  }

  /** Whether cells were replaced whole, so that nobody knows when they became what they are. */
  get isPastAmbiguous(): boolean {
    return this.exports.past_is_ambiguous() !== 0;
  }

  setMotion(motion: Uint8Array): void {
    this.put(motion);
    this.exports.motion_set();
  }

  /** One movement step of 50 ms; the motion after it. */
  step(buttons: number, yaw: number): Uint8Array {
    this.exports.motion_step(buttons, yaw);
    return new Uint8Array(
      this.exports.memory.buffer,
      this.exports.core_output(),
      MOTION_BYTES,
    ).slice();
  }

  /**
   * The land from above: `edge` × `edge` pixels of four bytes, from the north-west corner, `step`
   * blocks apart; clear where nothing is loaded.
   */
  paintMap(x: number, z: number, edge: number, step: number): Uint8ClampedArray<ArrayBuffer> {
    this.exports.map_paint(x, z, edge, step);
    const bytes = edge * edge * 4;
    const { buffer } = this.exports.memory;
    return new Uint8ClampedArray(buffer, this.exports.core_output(), bytes).slice();
  }

  /** Begins the battle behind the title; of each body its index, and house + 256 × gear. */
  beginScene(seed: number, soldiersPerHouse: number): Uint32Array {
    const count = this.exports.scene_begin(seed, soldiersPerHouse);
    return new Uint32Array(this.exports.memory.buffer, this.exports.core_output(), count * 2).slice();
  }

  /** Generates a column of cells of its land, coordinates in cells; it is there after a tick. */
  loadSceneColumn(x: number, z: number): void {
    this.exports.scene_column(x, z);
  }

  /** Advances it; the words of the frame, good until the next call. */
  tickScene(): Int32Array | null {
    if (!this.exports.scene_tick()) return null;
    return new Int32Array(this.exports.memory.buffer, this.exports.core_output());
  }

  private put(...columns: (Int16Array | Uint16Array | Int32Array | Uint8Array)[]): void {
    const byteCount = columns.reduce((sum, column) => sum + column.byteLength, 0);
    let at = this.exports.core_input(byteCount);
    for (const column of columns) {
      const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
      new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
      at += bytes.length;
    }
  }
}
