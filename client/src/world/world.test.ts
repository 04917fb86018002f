import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { FromWire, InputData, OwnReport, TerrainMessage, ToWire } from "../wire/link";
import { MOTION_BYTES } from "../wire/link";
import { Core, loadCore, UNITS_PER_METRE } from "./core";
import type { ToMesher } from "./mesher";
import { Random } from "./random";
import { BUTTON, type Controls, type Settings } from "./state";
import { World, type ControlSource } from "./world";

const MODULE = fileURLToPath(new URL("../../public/core.wasm", import.meta.url));
const SETTINGS = { viewDistanceBlocks: 128 } as Settings;
const TICK_MS = 50;
const STONE = 1;

async function freshCore(): Promise<Core> {
  if (!existsSync(MODULE)) throw new Error("client/public/core.wasm is missing: run ./dev wasm");
  return loadCore(readFileSync(MODULE));
}

/** A floor of stone with air above, 4 × 2 × 4 cells, as the server would send it. */
function flatLand(): TerrainMessage {
  const cells: number[] = [];
  const plain: number[] = [];
  for (let x = 0; x < 4; x++) {
    for (let z = 0; z < 4; z++) {
      cells.push(x, 0, z, x, 1, z);
      plain.push(1, STONE, 0, 1, 0, 0);
    }
  }
  const sizes = new Uint16Array(cells.length / 3).fill(3);
  const bytes = Uint8Array.from(literalsAsLz4(plain));
  return { kind: "bricks", cells: Int16Array.from(cells), sizes, bytes, plainCount: plain.length };
}

/** An LZ4 block that compresses nothing. */
function literalsAsLz4(plain: number[]): number[] {
  const rest = plain.length - 15;
  return [0xf0, ...Array(Math.floor(rest / 255)).fill(255), rest % 255, ...plain];
}

/** Applies inputs the way the engine does: up to two a tick, and reports after each tick. */
class Server {
  tick = 100;
  pushCount = 0;
  /** Inputs that came. */
  takenCount = 0;
  private queue: InputData[] = [];
  private sequence = 0;
  private motion = new Uint8Array(MOTION_BYTES);

  constructor(readonly core: Core) {
    const view = new DataView(this.motion.buffer);
    view.setInt32(0, 32 * UNITS_PER_METRE, true);
    view.setInt32(4, 18 * UNITS_PER_METRE, true);
    view.setInt32(8, 32 * UNITS_PER_METRE, true);
    view.setInt32(24, 18 * UNITS_PER_METRE, true);
  }

  take(records: readonly InputData[]): void {
    const newest = this.queue.at(-1)?.sequence ?? this.sequence;
    const fresh = records.filter((record) => record.sequence > newest);
    this.queue.push(...fresh);
    this.takenCount += fresh.length;
  }

  get queuedCount(): number {
    return this.queue.length;
  }

  advance(): OwnReport {
    this.tick += 1;
    const due = this.queue.splice(0, this.queue.length > 2 ? 2 : 1);
    for (const input of due) {
      this.core.setMotion(this.motion);
      this.motion = new Uint8Array(this.core.step(input.buttons, input.yaw));
      this.sequence = input.sequence;
    }
    return this.report();
  }

  /** A blow: velocity changes between two steps. */
  push(): void {
    this.pushCount += 1;
    const view = new DataView(this.motion.buffer);
    view.setInt32(16, view.getInt32(16, true) + 900, true);
  }

  private report(): OwnReport {
    return {
      tick: this.tick,
      inputSequence: this.sequence,
      motion: this.motion.slice(),
      alive: true,
      pushCount: this.pushCount,
      health: 100,
      healthMax: 100,
      respawnTicks: 0,
      inputQueueCount: this.queue.length,
      slot: 0,
      waitTicks: [0, 0, 0, 0, 0, 0],
      drawTicks: 0,
      digProgress: 0,
      bombsCount: 0,
      blocksCount: 9,
      tickCostMs: 1,
      kills: 0,
      deaths: 0,
      score: 0,
    };
  }
}

/** Keys that change their mind, from a seed. */
class RandomHands implements ControlSource {
  yaw = 0;
  pitch = -0.6;
  slot = 0;
  private buttons = 0;

  constructor(private readonly random: Random) {}

  sample(): Controls {
    if (this.random.below(6) === 0) this.buttons = this.random.below(BUTTON.DASH * 2);
    this.yaw += (this.random.share() - 0.5) * 0.6;
    const { yaw, pitch, slot } = this;
    return { buttons: this.buttons & ~BUTTON.PRIMARY, yaw, pitch, slot, respawnBanner: 255 };
  }

  look(yaw: number): void {
    this.yaw = yaw;
  }
}

/** A page and a server, joined by a link that delays both ways. */
class Match {
  readonly world: World;
  readonly server: Server;
  nowMs = 1_000;
  private readonly hands: RandomHands;
  private toServer: { atMs: number; records: InputData[] }[] = [];
  private toPage: { atMs: number; message: FromWire }[] = [];
  private nextTickMs = 1_000;
  /** Longer while the server dilates time. */
  private tickMs = TICK_MS;

  constructor(
    page: Core,
    serverCore: Core,
    private readonly random: Random,
    private readonly delayMs: () => number,
  ) {
    this.hands = new RandomHands(random);
    const mesher = { postMessage: (_: ToMesher) => undefined, onmessage: null };
    this.world = new World(page, mesher, (message: ToWire) => {
      if (message.kind !== "inputs") return;
      this.toServer.push({ atMs: this.nowMs + this.delayMs(), records: message.records });
    });
    this.server = new Server(serverCore);
    this.join();
  }

  private join(): void {
    const welcome = {
      resumeToken: "",
      resumeSeconds: 30,
      body: 1,
      name: "Ann",
      house: 0,
      tick: this.server.tick,
      tickRateHz: 20,
      worldEdgeBlocks: 64,
      worldHeightBlocks: 32,
      stalenessTicksMax: 20,
      budgetBytesPerSecond: 48_000,
      viewDistanceBlocks: 128,
      resumed: false,
    };
    this.world.receive({ kind: "welcome", welcome }, this.nowMs);
    this.world.receive({ kind: "phase", phase: "joined", message: "", retryAtMs: 0 }, this.nowMs);
    this.terrain(flatLand());
  }

  /** Both sides learn of it, the page when it gets there. */
  terrain(message: TerrainMessage): void {
    this.server.core.apply(structuredClone(message));
    this.toPage.push({ atMs: this.nowMs + this.delayMs(), message });
  }

  /** The server slows down or speeds up, and says so a little later. */
  dilate(rate: number): void {
    this.tickMs = TICK_MS / rate;
    const overload = { steps: 8, ratePermille: rate * 1_000, stalenessTicksMax: 20 };
    this.toPage.push({ atMs: this.nowMs + this.delayMs(), message: { kind: "overload", overload } });
  }

  run(ms: number, frameMs: number, eachTick: () => void = () => undefined): void {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      this.nowMs += frameMs;
      while (this.nextTickMs <= this.nowMs) this.tick(eachTick);
      this.deliver();
      this.world.advance(this.nowMs, frameMs, this.hands, SETTINGS);
    }
  }

  private tick(eachTick: () => void): void {
    for (const { atMs, records } of this.toServer) {
      if (atMs <= this.nextTickMs) this.server.take(records);
    }
    this.toServer = this.toServer.filter(({ atMs }) => atMs > this.nextTickMs);
    eachTick();
    const own = this.server.advance();
    const samples = {
      tick: own.tick,
      count: 0,
      id: new Uint32Array(0),
      placed: new Float32Array(0),
      pose: new Uint8Array(0),
      health: new Uint8Array(0),
    };
    const message: FromWire = { kind: "snapshot", samples, own };
    const isLost = this.random.below(20) === 0;
    if (!isLost) this.toPage.push({ atMs: this.nextTickMs + this.delayMs(), message });
    this.nextTickMs += this.tickMs;
  }

  private deliver(): void {
    const due = this.toPage.filter(({ atMs }) => atMs <= this.nowMs);
    this.toPage = this.toPage.filter(({ atMs }) => atMs > this.nowMs);
    for (const { message } of due) this.world.receive(message, this.nowMs);
  }
}

async function match(seed: number, delayMs: (random: Random) => number): Promise<Match> {
  const random = new Random(seed);
  const chance = new Random(seed + 1);
  return new Match(await freshCore(), await freshCore(), random, () => delayMs(chance));
}

describe("the world", () => {
  it("is never corrected, at any frame rate, over any fair link", async () => {
    for (const [frameMs, delay, spread] of [
      [16, 5, 0],
      [7, 40, 10],
      [200, 30, 5],
      [33, 150, 30],
    ]) {
      const game = await match(frameMs, (random) => delay + random.share() * spread);
      game.run(20_000, frameMs);
      const { prediction } = game.world;
      expect(prediction.correctionsCount, `${frameMs} ms frames`).toBe(0);
      expect(prediction.isReady).toBe(true);
      expect(prediction.pendingCount).toBeLessThan(30);
      const { x, z } = game.world.own.state.position;
      expect(Math.hypot(x - 32, z - 32)).toBeGreaterThan(0.5);
    }
  });

  it("sends as many inputs as a slowed world takes, and is never corrected", async () => {
    const game = await match(3, (random) => 40 + random.share() * 20);
    game.run(3_000, 16);
    for (const rate of [0.9, 0.8, 0.62, 0.4, 0.2, 0.1, 0.1, 0.3, 0.7, 1]) {
      game.dilate(rate);
      let queuedMax = 0;
      const ticksBefore = game.server.tick;
      const inputsBefore = game.server.takenCount;
      game.run(6_000, 16, () => {
        queuedMax = Math.max(queuedMax, game.server.queuedCount);
      });
      const ticks = game.server.tick - ticksBefore;
      const inputs = game.server.takenCount - inputsBefore;
      expect(queuedMax, `at ${rate}`).toBeLessThan(10);
      expect(Math.abs(inputs - ticks), `at ${rate}: ${inputs} for ${ticks}`).toBeLessThan(8);
    }
    expect(game.world.prediction.correctionsCount).toBe(0);
  });

  it("counts blows as pushes, not as corrections", async () => {
    const game = await match(5, () => 40);
    let tick = 0;
    game.run(10_000, 16, () => {
      tick += 1;
      if (tick % 30 === 0) game.server.push();
    });
    expect(game.world.prediction.correctionsCount).toBe(0);
    expect(game.world.prediction.pushesCount).toBeGreaterThanOrEqual(5);
  });

  it("explains what terrain did to a body that stood on it", async () => {
    const game = await match(9, () => 40);
    const random = new Random(77);
    let tick = 0;
    game.run(12_000, 16, () => {
      tick += 1;
      if (tick % 10 !== 0) return;
      const { x, z } = game.world.own.state.position;
      const blocks: number[] = [];
      for (let dx = -1; dx <= 1; dx++) {
        for (let dz = -1; dz <= 1; dz++) blocks.push(Math.floor(x) + dx, 15, Math.floor(z) + dz);
      }
      const now = new Uint16Array(9).fill(random.below(2));
      game.terrain({ kind: "edits", tick: game.server.tick, blocks: Int32Array.from(blocks), now });
    });
    expect(game.world.prediction.correctionsCount).toBe(0);
    expect(game.world.prediction.terrainCount).toBeGreaterThan(0);
  });
});
