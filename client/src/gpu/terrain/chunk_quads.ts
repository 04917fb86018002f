//! Reads and orders packed quads. Their layout stands in crate `spatial`, file mesh.rs.

export const FACE_COUNT = 6;

const FACE_SHIFT = 16;
const FACE_MASK = 7;
const BLOCK_MASK = 0xffff;
const FACE_UP = 3;
const GRASS = 3;
const LEAVES = 13;

/** Quads ordered by face, and where each face starts: so that faces turned away are skipped. */
export interface FacedQuads {
  readonly words: Uint32Array;
  /** Index of the first quad of each face, and one past the last of the last face. */
  readonly faceStarts: Uint32Array;
}

/** Orders quads by face, keeping their order within a face. */
export function orderedByFace(words: Uint32Array): FacedQuads {
  const faceStarts = new Uint32Array(FACE_COUNT + 1);
  const quadCount = words.length / 2;
  for (let quad = 0; quad < quadCount; quad += 1) {
    const face = (words[quad * 2 + 1] >>> FACE_SHIFT) & FACE_MASK;
    faceStarts[face + 1] = faceStarts[face + 1] + 1;
  }
  for (let face = 0; face < FACE_COUNT; face += 1) {
    faceStarts[face + 1] = faceStarts[face + 1] + faceStarts[face];
  }
  const next = faceStarts.slice();
  const ordered = new Uint32Array(words.length);
  for (let quad = 0; quad < quadCount; quad += 1) {
    const high = words[quad * 2 + 1];
    const face = (high >>> FACE_SHIFT) & FACE_MASK;
    const at = next[face];
    next[face] = at + 1;
    ordered[at * 2] = words[quad * 2];
    ordered[at * 2 + 1] = high;
  }
  return { words: ordered, faceStarts };
}

/**
 * Leaves have holes but need no blending: takes them out of the see-through quads and into the
 * opaque ones.
 */
export function leavesMadeOpaque(
  opaque: Uint32Array,
  seeThrough: Uint32Array,
): { opaque: Uint32Array; blended: Uint32Array } {
  let leavesCount = 0;
  for (let at = 1; at < seeThrough.length; at += 2) {
    if (isLeaves(seeThrough[at])) leavesCount += 1;
  }
  if (leavesCount === 0) return { opaque, blended: seeThrough };
  const joined = new Uint32Array(opaque.length + leavesCount * 2);
  joined.set(opaque);
  const blended = new Uint32Array(seeThrough.length - leavesCount * 2);
  let joinedAt = opaque.length;
  let blendedAt = 0;
  for (let at = 0; at < seeThrough.length; at += 2) {
    const high = seeThrough[at + 1];
    const target = isLeaves(high) ? joined : blended;
    const to = isLeaves(high) ? joinedAt : blendedAt;
    target[to] = seeThrough[at];
    target[to + 1] = high;
    if (isLeaves(high)) joinedAt += 2;
    else blendedAt += 2;
  }
  return { opaque: joined, blended };
}

function isLeaves(high: number): boolean {
  return (high & BLOCK_MASK) === LEAVES;
}

/** Calls back with each block whose upper side is open grass, as offsets in the chunk. */
export function forEachGrassTop(
  words: Uint32Array,
  take: (x: number, y: number, z: number) => void,
): void {
  for (let at = 0; at < words.length; at += 2) {
    const look = words[at + 1];
    if ((look & BLOCK_MASK) !== GRASS || ((look >>> FACE_SHIFT) & FACE_MASK) !== FACE_UP) continue;
    const place = words[at];
    const [x, y, z] = [place & 63, (place >>> 6) & 63, (place >>> 12) & 63];
    const [width, height] = [(place >>> 18) & 63, (place >>> 24) & 63];
    for (let along = 0; along < width; along += 1) {
      for (let across = 0; across < height; across += 1) take(x + along, y, z + across);
    }
  }
}
