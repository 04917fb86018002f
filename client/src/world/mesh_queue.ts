//! Which chunk to mesh next: near first, edits at once, what is far away not at all.
//! It decides; `mesher.ts` does. Pure: the clock is an argument.

import { CHUNK_EDGE_BLOCKS } from "./state";

/** Bricks come in runs: a chunk waits this long for its neighbours' before it is meshed. */
const QUIET_MS = 60;
/** Meshes are kept a little beyond the view, so that walking to and fro meshes nothing. */
const KEEP_MARGIN_BLOCKS = 48;

export interface ChunkPlace {
  x: number;
  y: number;
  z: number;
}

interface Chunk extends ChunkPlace {
  /** Cells of it that hold bricks, as bits. */
  cells: number;
  isMeshed: boolean;
  /** When it may be meshed; infinity while nothing changed. */
  dueMs: number;
}

export class MeshQueue {
  private readonly chunks = new Map<number, Chunk>();
  private eye = { x: 0, y: 0, z: 0 };
  private viewDistanceBlocks = 0;

  /** Cells (three numbers each) got bricks. */
  load(cells: Int16Array, nowMs: number): void {
    for (let at = 0; at < cells.length; at += 3) this.loadCell(cells, at, nowMs);
  }

  /** Cells hold nothing any more. Gives back chunks whose mesh is to go. */
  forget(cells: Int16Array, nowMs: number): ChunkPlace[] {
    const removed: ChunkPlace[] = [];
    for (let at = 0; at < cells.length; at += 3) {
      const chunk = this.chunkAt(cells[at] >> 1, cells[at + 1] >> 1, cells[at + 2] >> 1);
      if (!chunk) continue;
      chunk.cells &= ~cellBit(cells[at], cells[at + 1], cells[at + 2]);
      chunk.dueMs = nowMs + QUIET_MS;
      if (chunk.cells !== 0) continue;
      this.chunks.delete(keyOf(chunk.x, chunk.y, chunk.z));
      if (chunk.isMeshed) removed.push({ x: chunk.x, y: chunk.y, z: chunk.z });
    }
    return removed;
  }

  /** Blocks (three numbers each) changed: their chunks, and those that they border, at once. */
  edit(blocks: Int32Array): void {
    for (let at = 0; at < blocks.length; at += 3) {
      this.touchAround(blocks[at], blocks[at + 1], blocks[at + 2], 1, 0);
    }
  }

  /** The eye moved. Gives back chunks that are too far now. */
  focus(eye: ChunkPlace, viewDistanceBlocks: number): ChunkPlace[] {
    this.eye = eye;
    this.viewDistanceBlocks = viewDistanceBlocks;
    const removed: ChunkPlace[] = [];
    for (const chunk of this.chunks.values()) {
      if (!chunk.isMeshed || this.distance(chunk) <= viewDistanceBlocks + KEEP_MARGIN_BLOCKS) {
        continue;
      }
      chunk.isMeshed = false;
      chunk.dueMs = 0;
      removed.push({ x: chunk.x, y: chunk.y, z: chunk.z });
    }
    return removed;
  }

  /** The nearest chunk that is due, taken off the queue. */
  next(nowMs: number): ChunkPlace | null {
    let nearest: Chunk | null = null;
    let nearestDistance = this.viewDistanceBlocks;
    for (const chunk of this.chunks.values()) {
      if (chunk.dueMs > nowMs) continue;
      const distance = this.distance(chunk);
      if (distance > nearestDistance) continue;
      nearest = chunk;
      nearestDistance = distance;
    }
    if (!nearest) return null;
    nearest.dueMs = Number.POSITIVE_INFINITY;
    nearest.isMeshed = true;
    return { x: nearest.x, y: nearest.y, z: nearest.z };
  }

  reset(): ChunkPlace[] {
    const removed = [...this.chunks.values()].filter((chunk) => chunk.isMeshed);
    this.chunks.clear();
    return removed.map(({ x, y, z }) => ({ x, y, z }));
  }

  private loadCell(cells: Int16Array, at: number, nowMs: number): void {
    const [x, y, z] = [cells[at], cells[at + 1], cells[at + 2]];
    const key = keyOf(x >> 1, y >> 1, z >> 1);
    let chunk = this.chunks.get(key);
    if (!chunk) {
      const dueMs = Number.POSITIVE_INFINITY;
      chunk = { x: x >> 1, y: y >> 1, z: z >> 1, cells: 0, isMeshed: false, dueMs };
      this.chunks.set(key, chunk);
    }
    chunk.cells |= cellBit(x, y, z);
    // A cell reaches to the border of its chunk on one side of every axis.
    this.touchAround(x * 16 + 8, y * 16 + 8, z * 16 + 8, 9, nowMs + QUIET_MS);
  }

  /** All chunks that a cube of blocks, `reach` to each side, lies in. */
  private touchAround(x: number, y: number, z: number, reach: number, dueMs: number): void {
    const first = (axis: number) => Math.floor((axis - reach) / CHUNK_EDGE_BLOCKS);
    const last = (axis: number) => Math.floor((axis + reach) / CHUNK_EDGE_BLOCKS);
    for (let chunkY = first(y); chunkY <= last(y); chunkY++) {
      for (let chunkZ = first(z); chunkZ <= last(z); chunkZ++) {
        for (let chunkX = first(x); chunkX <= last(x); chunkX++) {
          const chunk = this.chunkAt(chunkX, chunkY, chunkZ);
          if (chunk) chunk.dueMs = dueMs;
        }
      }
    }
  }

  private chunkAt(x: number, y: number, z: number): Chunk | undefined {
    return this.chunks.get(keyOf(x, y, z));
  }

  /** From the eye to the middle of a chunk, over ground; height counts half, as land is flat. */
  private distance(chunk: ChunkPlace): number {
    const along = (axis: "x" | "y" | "z") =>
      chunk[axis] * CHUNK_EDGE_BLOCKS + CHUNK_EDGE_BLOCKS / 2 - this.eye[axis];
    return Math.hypot(along("x"), along("y") / 2, along("z"));
  }
}

/** Chunk coordinates fit 16 bits each (the world is ±524,288 m). */
function keyOf(x: number, y: number, z: number): number {
  return ((x + 0x8000) * 0x10000 + (y + 0x8000)) * 0x10000 + (z + 0x8000);
}

function cellBit(x: number, y: number, z: number): number {
  return 1 << ((x & 1) | ((y & 1) << 1) | ((z & 1) << 2));
}
