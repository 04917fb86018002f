import { describe, expect, it } from "vitest";
import { MeshQueue } from "./mesh_queue";
import { Random } from "./random";

function drain(queue: MeshQueue, nowMs: number): string[] {
  const places: string[] = [];
  for (let chunk = queue.next(nowMs); chunk; chunk = queue.next(nowMs)) {
    places.push(`${chunk.x},${chunk.y},${chunk.z}`);
  }
  return places;
}

function cell(x: number, y: number, z: number): Int16Array {
  return Int16Array.of(x, y, z);
}

describe("mesh queue", () => {
  it("takes the nearest first, once, and nothing beyond the view", () => {
    const queue = new MeshQueue();
    queue.focus({ x: 16, y: 16, z: 16 }, 128);
    for (let x = 0; x < 40; x++) queue.load(cell(x, 0, 0), 0);
    expect(drain(queue, 0)).toEqual([]);
    expect(drain(queue, 1_000)).toEqual(["0,0,0", "1,0,0", "2,0,0", "3,0,0", "4,0,0"]);
    expect(drain(queue, 2_000)).toEqual([]);
  });

  it("meshes again what an edit borders, corners included", () => {
    const queue = new MeshQueue();
    queue.focus({ x: 16, y: 16, z: 16 }, 500);
    for (let index = 0; index < 64; index++) {
      queue.load(cell(index & 3, (index >> 2) & 3, index >> 4), 0);
    }
    drain(queue, 1_000);
    queue.edit(Int32Array.of(10, 10, 10));
    expect(drain(queue, 1_000)).toEqual(["0,0,0"]);
    queue.edit(Int32Array.of(31, 10, 10));
    expect(drain(queue, 1_000).sort()).toEqual(["0,0,0", "1,0,0"]);
    queue.edit(Int32Array.of(31, 32, 31));
    expect(drain(queue, 1_000)).toHaveLength(8);
  });

  it("removes what was left behind and meshes it again on return", () => {
    const queue = new MeshQueue();
    queue.focus({ x: 0, y: 0, z: 0 }, 64);
    queue.load(cell(0, 0, 0), 0);
    expect(drain(queue, 1_000)).toEqual(["0,0,0"]);
    expect(queue.focus({ x: 90, y: 0, z: 0 }, 64)).toEqual([]);
    expect(queue.focus({ x: 900, y: 0, z: 0 }, 64)).toEqual([{ x: 0, y: 0, z: 0 }]);
    expect(drain(queue, 1_000)).toEqual([]);
    queue.focus({ x: 0, y: 0, z: 0 }, 64);
    expect(drain(queue, 1_000)).toEqual(["0,0,0"]);
  });

  it("drops a chunk when its last cell is forgotten", () => {
    const queue = new MeshQueue();
    queue.focus({ x: 0, y: 0, z: 0 }, 64);
    queue.load(Int16Array.of(0, 0, 0, 1, 0, 0), 0);
    drain(queue, 1_000);
    expect(queue.forget(cell(0, 0, 0), 1_000)).toEqual([]);
    expect(drain(queue, 2_000)).toEqual(["0,0,0"]);
    expect(queue.forget(cell(1, 0, 0), 2_000)).toEqual([{ x: 0, y: 0, z: 0 }]);
    expect(drain(queue, 3_000)).toEqual([]);
  });

  it("meshes every loaded chunk in view after any order of loading and walking", () => {
    const random = new Random(8);
    const queue = new MeshQueue();
    const loaded = new Set<string>();
    const shown = new Set<string>();
    for (let nowMs = 0; nowMs < 20_000; nowMs += 100) {
      const [x, z] = [random.below(60) - 30, random.below(60) - 30];
      queue.load(cell(x, 0, z), nowMs);
      loaded.add(`${x >> 1},0,${z >> 1}`);
      const eye = { x: random.below(400) - 200, y: 16, z: random.below(400) - 200 };
      for (const chunk of queue.focus(eye, 200)) shown.delete(`${chunk.x},${chunk.y},${chunk.z}`);
      for (const place of drain(queue, nowMs)) shown.add(place);
    }
    for (const chunk of queue.focus({ x: 0, y: 16, z: 0 }, 200)) {
      shown.delete(`${chunk.x},${chunk.y},${chunk.z}`);
    }
    for (const place of drain(queue, 30_000)) shown.add(place);
    for (const place of loaded) {
      const [x, , z] = place.split(",").map(Number);
      const distance = Math.hypot(x * 32 + 16, z * 32 + 16);
      if (distance <= 200) expect(shown).toContain(place);
      if (distance > 260) expect(shown).not.toContain(place);
    }
  });
});
