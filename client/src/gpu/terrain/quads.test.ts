import { describe, expect, it } from "vitest";

import { PaintRandom } from "../texture/pixels";
import { FACE_COUNT, forEachGrassTop, leavesMadeOpaque, orderedByFace } from "./chunk_quads";
import { PAGE_QUADS, QuadArena } from "./quad_arena";

const LEAVES = 13;
const WATER = 12;
const GRASS = 3;
const FACE_UP = 3;

/** A quad as crate `spatial` packs it. */
function quad(place: readonly number[], face: number, block: number): [number, number] {
  const [x, y, z, width, height] = place;
  const low = x | (y << 6) | (z << 12) | (width << 18) | (height << 24);
  return [low >>> 0, (block | (face << 16) | (0xff << 19)) >>> 0];
}

function randomQuads(random: PaintRandom, count: number): Uint32Array {
  const words = Array.from({ length: count }, () => {
    const place = [0, 1, 2].map(() => Math.floor(random.unit() * 32));
    const block = random.pick([1, GRASS, LEAVES, WATER]);
    return quad([...place, 1, 1], Math.floor(random.unit() * FACE_COUNT), block);
  });
  return Uint32Array.from(words.flat());
}

function pairs(words: Uint32Array): string[] {
  return Array.from(
    { length: words.length / 2 },
    (_, at) => `${words[at * 2]}:${words[at * 2 + 1]}`,
  );
}

describe("chunk quads", () => {
  it("ordered by face hold the same quads, each face in one run", () => {
    const random = new PaintRandom(7);
    for (let round = 0; round < 50; round += 1) {
      const words = randomQuads(random, Math.floor(random.unit() * 200));
      const faced = orderedByFace(words);
      expect(pairs(faced.words).sort()).toEqual(pairs(words).sort());
      for (let face = 0; face < FACE_COUNT; face += 1) {
        for (let at = faced.faceStarts[face]; at < faced.faceStarts[face + 1]; at += 1) {
          expect((faced.words[at * 2 + 1] >>> 16) & 7).toBe(face);
        }
      }
      expect(faced.faceStarts[FACE_COUNT]).toBe(words.length / 2);
    }
  });

  it("draw leaves with the solid ones and leave water to the blended ones", () => {
    const random = new PaintRandom(11);
    const solid = randomQuads(random, 40);
    const seeThrough = randomQuads(random, 120);
    const { opaque, blended } = leavesMadeOpaque(solid, seeThrough);
    expect([...pairs(opaque), ...pairs(blended)].sort()).toEqual(
      [...pairs(solid), ...pairs(seeThrough)].sort(),
    );
    for (let at = 1; at < blended.length; at += 2) expect(blended[at] & 0xffff).not.toBe(LEAVES);
    expect(blended.length).toBeLessThan(seeThrough.length);
  });

  it("tell every block of a wide grass quad", () => {
    const words = Uint32Array.from([
      ...quad([4, 9, 30, 3, 2], FACE_UP, GRASS),
      ...quad([1, 1, 1, 5, 5], 0, GRASS),
      ...quad([2, 2, 2, 5, 5], FACE_UP, 1),
    ]);
    const found: string[] = [];
    forEachGrassTop(words, (x, y, z) => found.push(`${x},${y},${z}`));
    expect(found.sort()).toEqual(
      ["4,9,30", "5,9,30", "6,9,30", "4,9,31", "5,9,31", "6,9,31"].sort(),
    );
  });
});

describe("the quad arena", () => {
  it("keeps every chunk's quads whole while others come, go and make it grow", () => {
    const random = new PaintRandom(23);
    const arena = new QuadArena(256);
    const stored = new Map<number, Uint32Array>();
    const graphics = new GraphicsCopy(arena);
    for (let round = 0; round < 400; round += 1) {
      if (random.unit() < 0.4 && stored.size > 0) {
        const [start, words] = random.pick([...stored]);
        arena.remove(start, words.length / 2);
        stored.delete(start);
      } else {
        const words = randomQuads(random, 1 + Math.floor(random.unit() * PAGE_QUADS * 9));
        const start = arena.insert(words, [round, 2, 3]);
        expect(stored.has(start)).toBe(false);
        stored.set(start, words);
      }
      expectWhole(graphics.updated(), stored);
    }
    expect(arena.generation).toBeGreaterThan(0);
    for (const [start, words] of stored) arena.remove(start, words.length / 2);
    const pageCount = arena.pageCount;
    const all = new Uint32Array(pageCount * PAGE_QUADS * 2);
    expect(arena.insert(all, [0, 0, 0])).toBe(0);
    expect(arena.pageCount).toBe(pageCount);
  });
});

/** What the graphics card holds: only what the texture's update ranges told it. */
class GraphicsCopy {
  private words = new Uint32Array(0);
  private generation = -1;

  constructor(private readonly arena: QuadArena) {}

  updated(): Uint32Array {
    const { quads, generation } = this.arena;
    const data = quads.image.data as Uint32Array;
    if (generation !== this.generation) this.words = new Uint32Array(data.length);
    this.generation = generation;
    for (const { start, count } of quads.updateRanges) {
      this.words.set(data.subarray(start, start + count), start);
    }
    quads.clearUpdateRanges();
    return this.words;
  }
}

function expectWhole(data: Uint32Array, stored: Map<number, Uint32Array>): void {
  for (const [start, words] of stored) {
    const at = start * PAGE_QUADS * 2;
    const kept = data.subarray(at, at + words.length);
    expect(kept.every((word, index) => word === words[index])).toBe(true);
  }
}
