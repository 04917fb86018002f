import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { MOTION_BYTES } from "../wire/link";
import { BLOCK_VOID, Core, loadCore, UNITS_PER_METRE } from "./core";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MODULE = join(ROOT, "client/public/core.wasm");
const STEPS_PER_WALK = 80;
/** The native side may have to be compiled first. */
const BUILD_TIMEOUT_MS = 600_000;

/** A file of the example `parity_recording`, read from front to back. */
class Recording {
  private at = 16;
  readonly counts: Uint32Array;

  constructor(private readonly file: Uint8Array) {
    this.counts = new Uint32Array(file.slice(0, 16).buffer);
  }

  bytes(count: number): Uint8Array {
    this.at += count;
    return this.file.slice(this.at - count, this.at);
  }
}

function recordNatively(): Recording {
  const folder = mkdtempSync(join(tmpdir(), "voxelheim-parity-"));
  const path = join(folder, "recording");
  const command = ["run", "--quiet", "-p", "client-core", "--example", "parity_recording", path];
  try {
    execFileSync("cargo", command, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
    return new Recording(new Uint8Array(readFileSync(path)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function loadTerrain(core: Core, recording: Recording): boolean {
  const [cellCount, byteCount, plainCount] = recording.counts;
  return core.apply({
    kind: "bricks",
    cells: new Int16Array(recording.bytes(cellCount * 6).buffer),
    sizes: new Uint16Array(recording.bytes(cellCount * 2).buffer),
    bytes: recording.bytes(byteCount),
    plainCount,
  });
}

/** Takes the recorded steps; gives back the last motion and the hash of all. */
function walk(core: Core, first: Uint8Array, steps: DataView): { last: Uint8Array; hash: number } {
  core.setMotion(first);
  let hash = 0x811c9dc5;
  let last = first;
  for (let step = 0; step < STEPS_PER_WALK; step++) {
    last = core.step(steps.getUint16(step * 4, true), steps.getUint16(step * 4 + 2, true));
    for (const byte of last) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return { last, hash: hash >>> 0 };
}

async function freshCore(): Promise<Core> {
  if (!existsSync(MODULE)) throw new Error("client/public/core.wasm is missing: run ./dev wasm");
  return loadCore(readFileSync(MODULE));
}

describe("the core", () => {
  let recording: Recording;
  let core: Core;

  beforeAll(async () => {
    recording = recordNatively();
    core = await freshCore();
    expect(loadTerrain(core, recording)).toBe(true);
  }, BUILD_TIMEOUT_MS);

  it("moves bodies as the native code does, bit for bit, through thousands of walks", () => {
    const walksCount = recording.counts[3];
    expect(walksCount).toBeGreaterThanOrEqual(2_000);
    let moved = 0;
    for (let index = 0; index < walksCount; index++) {
      const first = recording.bytes(MOTION_BYTES);
      const steps = new DataView(recording.bytes(STEPS_PER_WALK * 4).buffer);
      const expected = recording.bytes(MOTION_BYTES);
      const expectedHash = new DataView(recording.bytes(4).buffer).getUint32(0, true);
      const { last, hash } = walk(core, first, steps);
      expect(last, `walk ${index}`).toEqual(expected);
      expect(hash, `walk ${index}`).toBe(expectedHash);
      if (String(first.slice(0, 12)) !== String(last.slice(0, 12))) moved += 1;
    }
    expect(moved).toBeGreaterThan(walksCount / 2);
  });

  it("refuses bricks that make no sense and goes on", async () => {
    const fresh = await freshCore();
    const nonsense = {
      kind: "bricks" as const,
      cells: Int16Array.of(0, 0, 0),
      sizes: Uint16Array.of(3),
      bytes: Uint8Array.of(0xf0, 1, 2, 3),
      plainCount: 3,
    };
    expect(fresh.apply(nonsense)).toBe(false);
    expect(fresh.apply({ ...nonsense, plainCount: 1 << 30 })).toBe(false);
    expect(fresh.apply({ ...nonsense, bytes: Uint8Array.of(0x30, 0, 0, 7) })).toBe(false);
    const plain = { ...nonsense, bytes: Uint8Array.of(0x30, 1, 7, 0) };
    expect(fresh.block(0, 0, 0)).toBe(BLOCK_VOID);
    expect(fresh.apply(plain)).toBe(true);
    expect(fresh.block(0, 0, 0)).toBe(7);
  });

  it("applies edits to what is loaded only, and forgets", () => {
    const edits = {
      kind: "edits" as const,
      tick: 1,
      blocks: Int32Array.of(3, 31, 3, 3, -200, 3),
      now: Uint16Array.of(7, 7),
    };
    expect(core.apply(edits)).toBe(true);
    expect(core.block(3, 31, 3)).toBe(7);
    expect(core.block(3, -200, 3)).toBe(BLOCK_VOID);
    core.apply({ kind: "forget", cells: Int16Array.of(0, 1, 0) });
    expect(core.block(3, 31, 3)).toBe(BLOCK_VOID);
  });

  it("meshes a chunk to quads with a block and a face each", () => {
    const { opaque, seeThrough } = core.mesh(1, 0, 1);
    expect(opaque.length).toBeGreaterThan(100);
    expect(seeThrough.length).toBeGreaterThan(0);
    const looks = [...opaque].filter((_, at) => at % 2 === 1);
    expect(looks.every((look) => [1, 3].includes(look & 0xffff) && ((look >> 16) & 7) < 6)).toBe(true);
    expect(core.mesh(100, 100, 100).opaque.length).toBe(0);
  });

  it("finds the block and the face under the crosshair", () => {
    const air = Int32Array.from({ length: 3 * 9 }, (_, at) => [20 + Math.floor(at / 3), 20, 20][at % 3]);
    core.apply({ kind: "edits", tick: 1, blocks: air, now: new Uint16Array(9) });
    core.apply({ kind: "edits", tick: 1, blocks: Int32Array.of(28, 20, 20), now: Uint16Array.of(7) });
    const middle = (block: number) => (block + 0.5) * UNITS_PER_METRE;
    const origin = { x: middle(20), y: middle(20), z: middle(20) };
    const east = { x: 16_384, y: 0, z: 0 };
    const hit = core.rayCast(origin, east, 10 * UNITS_PER_METRE);
    expect(hit).toMatchObject({ x: 28, y: 20, z: 20, block: 7, face: 1 });
    expect(hit?.distance).toBe(7.5 * UNITS_PER_METRE);
    expect(core.rayCast(origin, east, 5 * UNITS_PER_METRE)).toBeNull();
  });
});
