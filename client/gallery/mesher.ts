//! A plain mesher for the gallery, in the packing of crate `spatial`: runs of equal faces along one
//! axis become one quad. The game meshes in workers by the WebAssembly core instead.

import { CHUNK_EDGE_BLOCKS, type ChunkMesh } from "../src/world/state";
import type { Land } from "./land";

const EDGE = CHUNK_EDGE_BLOCKS;
const GLASS = 8;
const WATER = 12;
const LEAVES = 13;

/** Of each face: its outward axis and sign, and the axes of its width and height. */
const FACES = [
  { axis: 0, sign: -1, u: 2, v: 1 },
  { axis: 0, sign: 1, u: 2, v: 1 },
  { axis: 1, sign: -1, u: 0, v: 2 },
  { axis: 1, sign: 1, u: 0, v: 2 },
  { axis: 2, sign: -1, u: 0, v: 1 },
  { axis: 2, sign: 1, u: 0, v: 1 },
];

function isSeeThrough(block: number): boolean {
  return block === 0 || block === GLASS || block === WATER || block === LEAVES;
}

export function meshChunk(land: Land, cx: number, cy: number, cz: number): ChunkMesh {
  const opaque: number[] = [];
  const seeThrough: number[] = [];
  const base = [cx * EDGE, cy * EDGE, cz * EDGE];
  for (let face = 0; face < FACES.length; face += 1) {
    const { u } = FACES[face];
    const at = [0, 0, 0];
    const rest = [0, 1, 2].filter((axis) => axis !== u);
    for (at[rest[0]] = 0; at[rest[0]] < EDGE; at[rest[0]] += 1) {
      for (at[rest[1]] = 0; at[rest[1]] < EDGE; at[rest[1]] += 1) {
        meshRow(land, base, at, face, opaque, seeThrough);
      }
    }
  }
  return {
    x: cx,
    y: cy,
    z: cz,
    opaque: Uint32Array.from(opaque),
    seeThrough: Uint32Array.from(seeThrough),
  };
}

function meshRow(
  land: Land,
  base: number[],
  at: number[],
  face: number,
  opaque: number[],
  seeThrough: number[],
): void {
  const { u } = FACES[face];
  let runStart = -1;
  let runKey = -1;
  const flush = (end: number): void => {
    if (runKey < 0) return;
    const place = [...at];
    place[u] = runStart;
    const block = runKey >> 8;
    const low =
      place[0] | (place[1] << 6) | (place[2] << 12) | ((end - runStart) << 18) | (1 << 24);
    const high = block | (face << 16) | ((runKey & 255) << 19);
    (isSeeThrough(block) ? seeThrough : opaque).push(low >>> 0, high >>> 0);
  };
  for (let step = 0; step <= EDGE; step += 1) {
    const place = [...at];
    place[u] = step;
    const key = step < EDGE ? faceKey(land, base, place, face) : -1;
    const uniform = key >= 0 && new Set([0, 2, 4, 6].map((shift) => (key >> shift) & 3)).size === 1;
    if (key === runKey && uniform) continue;
    flush(step);
    runStart = step;
    runKey = key;
  }
}

/** Block and occlusion of a face, or -1 when it does not show. */
function faceKey(land: Land, base: number[], place: number[], face: number): number {
  const { axis, sign, u, v } = FACES[face];
  const world = [base[0] + place[0], base[1] + place[1], base[2] + place[2]];
  const block = land.get(world[0], world[1], world[2]);
  if (block === 0) return -1;
  const front = [...world];
  front[axis] += sign;
  const ahead = land.get(front[0], front[1], front[2]);
  if (!isSeeThrough(ahead) || ahead === block) return -1;
  const solid = (du: number, dv: number): number => {
    const spot = [...front];
    spot[u] += du;
    spot[v] += dv;
    const there = land.get(spot[0], spot[1], spot[2]);
    return there !== 0 && there !== WATER && there !== GLASS ? 1 : 0;
  };
  let shades = 0;
  [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].forEach(([du, dv], corner) => {
    const sideU = solid(du, 0);
    const sideV = solid(0, dv);
    const shade = sideU && sideV ? 0 : 3 - sideU - sideV - solid(du, dv);
    shades |= shade << (corner * 2);
  });
  return (block << 8) | shades;
}
