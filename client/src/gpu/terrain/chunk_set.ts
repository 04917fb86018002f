//! The chunks of one pass: where their quads lie in the arena, and which are in view.

import { Box3, type Frustum, type Vector3 } from "three";

import { CHUNK_EDGE_BLOCKS } from "../../world/state";
import { FACE_COUNT, orderedByFace } from "./chunk_quads";
import { PAGE_QUADS, QuadArena } from "./quad_arena";
import type { QuadRangesMesh } from "./quad_ranges_mesh";

interface Chunk {
  readonly key: string;
  readonly box: Box3;
  startPage: number;
  /** As in `FacedQuads`. */
  faceStarts: Uint32Array;
  /** Of its middle to the camera, in metres squared; of the last frame that saw it. */
  distanceSquared: number;
}

/** A chunk's place, in chunks. */
export interface ChunkPlace {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export class ChunkSet {
  readonly arena: QuadArena;
  #byKey = new Map<string, Chunk>();
  /** All chunks, kept nearly sorted from frame to frame, near first. */
  #byDistance: Chunk[] = [];

  constructor(pageCount: number) {
    this.arena = new QuadArena(pageCount);
  }

  get count(): number {
    return this.#byKey.size;
  }

  put(place: ChunkPlace, words: Uint32Array): void {
    this.remove(place);
    if (words.length === 0) return;
    const edge = CHUNK_EDGE_BLOCKS;
    const box = new Box3();
    box.min.set(place.x * edge, place.y * edge, place.z * edge);
    box.max.copy(box.min).addScalar(edge);
    const faced = orderedByFace(words);
    const startPage = this.arena.insert(faced.words, [box.min.x, box.min.y, box.min.z]);
    const { faceStarts } = faced;
    const chunk = { key: keyOf(place), box, startPage, faceStarts, distanceSquared: 0 };
    this.#byKey.set(chunk.key, chunk);
    this.#byDistance.push(chunk);
  }

  remove(place: ChunkPlace): void {
    const chunk = this.#byKey.get(keyOf(place));
    if (!chunk) return;
    this.arena.remove(chunk.startPage, chunk.faceStarts[FACE_COUNT]);
    this.#byKey.delete(chunk.key);
    this.#byDistance.splice(this.#byDistance.indexOf(chunk), 1);
  }

  clear(): void {
    for (const chunk of this.#byDistance) {
      this.arena.remove(chunk.startPage, chunk.faceStarts[FACE_COUNT]);
    }
    this.#byKey.clear();
    this.#byDistance.length = 0;
  }

  /** Lists the quads of chunks in view that face the eye; blended ones far first. */
  listSeen(
    mesh: QuadRangesMesh,
    frustum: Frustum,
    eye: Vector3,
    distanceMax: number,
    farFirst: boolean,
  ): void {
    const limit = (distanceMax + CHUNK_EDGE_BLOCKS) ** 2;
    for (const chunk of this.#byDistance) chunk.distanceSquared = distanceSquared(chunk, eye);
    sortNearlySorted(this.#byDistance);
    mesh.begin();
    const count = this.#byDistance.length;
    for (let index = 0; index < count; index += 1) {
      const chunk = this.#byDistance[farFirst ? count - 1 - index : index];
      if (chunk.distanceSquared > limit || !frustum.intersectsBox(chunk.box)) continue;
      if (farFirst) addAll(mesh, chunk);
      else addFacing(mesh, chunk, eye);
    }
    mesh.end();
  }

  /** Lists the quads of chunks in a sun's view that are turned to it. */
  listCasters(mesh: QuadRangesMesh, frustum: Frustum, sun: Vector3): void {
    mesh.begin();
    for (const chunk of this.#byDistance) {
      if (frustum.intersectsBox(chunk.box)) addTowards(mesh, chunk, sun);
    }
    mesh.end();
  }
}

function keyOf(place: ChunkPlace): string {
  return `${place.x},${place.y},${place.z}`;
}

function distanceSquared({ box: { min } }: Chunk, eye: Vector3): number {
  const half = CHUNK_EDGE_BLOCKS / 2;
  return (min.x + half - eye.x) ** 2 + (min.y + half - eye.y) ** 2 + (min.z + half - eye.z) ** 2;
}

function addFace(mesh: QuadRangesMesh, chunk: Chunk, face: number): void {
  const start = chunk.faceStarts[face];
  const end = chunk.faceStarts[face + 1];
  mesh.addQuads(chunk.startPage * PAGE_QUADS + start, end - start);
}

function addAll(mesh: QuadRangesMesh, chunk: Chunk): void {
  mesh.addQuads(chunk.startPage * PAGE_QUADS, chunk.faceStarts[FACE_COUNT]);
}

/** Faces of a chunk point away from the eye when the eye is behind all of their planes. */
function addFacing(mesh: QuadRangesMesh, chunk: Chunk, eye: Vector3): void {
  const { min, max } = chunk.box;
  if (eye.x < max.x) addFace(mesh, chunk, 0);
  if (eye.x > min.x) addFace(mesh, chunk, 1);
  if (eye.y < max.y) addFace(mesh, chunk, 2);
  if (eye.y > min.y) addFace(mesh, chunk, 3);
  if (eye.z < max.z) addFace(mesh, chunk, 4);
  if (eye.z > min.z) addFace(mesh, chunk, 5);
}

/** Faces towards the sun are enough to stop its light. */
function addTowards(mesh: QuadRangesMesh, chunk: Chunk, sun: Vector3): void {
  addFace(mesh, chunk, sun.x > 0 ? 1 : 0);
  addFace(mesh, chunk, sun.y > 0 ? 3 : 2);
  addFace(mesh, chunk, sun.z > 0 ? 5 : 4);
}

/** Insertion sort: the order changes little between frames. */
function sortNearlySorted(chunks: Chunk[]): void {
  for (let index = 1; index < chunks.length; index += 1) {
    const chunk = chunks[index];
    let at = index - 1;
    while (at >= 0 && chunks[at].distanceSquared > chunk.distanceSquared) {
      chunks[at + 1] = chunks[at];
      at -= 1;
    }
    chunks[at + 1] = chunk;
  }
}
