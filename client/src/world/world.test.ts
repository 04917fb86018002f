import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ForWorld, InputData, OwnReport, TerrainMessage, ToWire } from "../wire/link";
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
  if (rest < 0) return [plain.length << 4, ...plain];
  return [0xf0, ...Array(Math.floor(rest / 255)).fill(255), rest % 255, ...plain];
}

/** Inputs that the engine lets wait; it refuses what is more. */
const QUEUE_MAX = 20;
/** Ticks after which the server says again that all terrain was told. */
const TOLD_TICKS = 10;

/** Applies inputs the way the engine does: up to two a tick, and reports after each tick. */
class Server {
  tick = 100;
  pushCount = 0;
  /** Inputs that came. */
  takenCount = 0;
  /** Inputs that a full queue refused. */
  refusedCount = 0;
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
    this.refusedCount += this.queue.splice(QUEUE_MAX).length;
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

  /** Where it stands; blocks. */
  get block(): number[] {
    const view = new DataView(this.motion.buffer);
    return [0, 4, 8].map((at) => Math.floor(view.getInt32(at, true) / UNITS_PER_METRE));
  }

  /** A blow: velocity changes between two steps. */
  push(): void {
    this.pushCount += 1;
    this.nudge();
  }

  /** Moves the body as no rule does, and tells nobody. */
  nudge(): void {
    const view = new DataView(this.motion.buffer);
    view.setInt32(16, view.getInt32(16, true) + 900, true);
  }

  report(): OwnReport {
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

/** What a link does to what goes over it. */
interface Link {
  /** Of datagrams, each way. */
  delayMs(): number;
  /** How much later than a datagram terrain comes, in its own order. */
  terrainDelayMs(): number;
  /** Share of datagrams lost, each way. */
  loss: number;
}

function fairLink(delayMs: () => number): Link {
  return { delayMs, terrainDelayMs: () => 0, loss: 0.05 };
}

/** A page and a server, joined by a link that delays and loses both ways. */
class Match {
  readonly world: World;
  readonly server: Server;
  nowMs = 1_000;
  private readonly hands: RandomHands;
  private toServer: { atMs: number; records: readonly InputData[] }[] = [];
  private toPage: { atMs: number; message: ForWorld }[] = [];
  private nextTickMs = 1_000;
  /** Longer while the server dilates time. */
  private tickMs = TICK_MS;
  /** Inputs without an answer: each datagram has all of them. */
  private open: InputData[] = [];
  private terrainMs = 0;
  /** Whether the page was sent its land: before, the server cannot say that it was told all. */
  private isLandTold = false;

  constructor(
    page: Core,
    serverCore: Core,
    private readonly random: Random,
    private readonly link: Link,
    land: TerrainMessage[],
  ) {
    this.hands = new RandomHands(random);
    const mesher = { postMessage: (_: ToMesher) => undefined, onmessage: null };
    this.world = new World(page, mesher, (message: ToWire) => {
      if (message.kind === "inputs") this.send(message.records);
    });
    this.server = new Server(serverCore);
    this.join(land);
  }

  /** Also as a page that comes back. */
  join(land: TerrainMessage[]): void {
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
    for (const message of land) this.terrain(message);
  }

  private send(records: readonly InputData[]): void {
    this.open = [...this.open, ...records];
    if (this.isLost()) return;
    this.toServer.push({ atMs: this.nowMs + this.link.delayMs(), records: this.open });
  }

  private isLost(): boolean {
    return this.random.share() < this.link.loss;
  }

  /** Both sides learn of it, the page when it gets there. */
  terrain(message: TerrainMessage): void {
    this.server.core.apply(structuredClone(message));
    this.tell(message);
  }

  /** On the terrain stream, of which nothing overtakes anything. */
  tell(message: TerrainMessage): void {
    const atMs = this.nextTickMs + this.link.delayMs() + this.link.terrainDelayMs();
    this.terrainMs = Math.max(this.terrainMs, atMs);
    this.isLandTold ||= message.kind === "bricks";
    this.toPage.push({ atMs: this.terrainMs, message });
  }

  /** Blocks change in the tick that comes next. */
  edit(blocks: readonly number[][], now: readonly number[]): void {
    this.terrain({
      kind: "edits",
      tick: this.server.tick + 1,
      blocks: Int32Array.from(blocks.flat()),
      now: Uint16Array.from(now),
    });
  }

  /** The server slows down or speeds up, and says so a little later. */
  dilate(rate: number): void {
    this.tickMs = TICK_MS / rate;
    const overload = { steps: 8, ratePermille: rate * 1_000, stalenessTicksMax: 20 };
    const atMs = this.nowMs + this.link.delayMs();
    this.toPage.push({ atMs, message: { kind: "overload", overload } });
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

  /** The server stands still for a while, and makes up for nothing. */
  stall(ms: number): void {
    this.nextTickMs += ms;
  }

  private tick(eachTick: () => void): void {
    for (const { atMs, records } of this.toServer) {
      if (atMs <= this.nextTickMs) this.server.take(records);
    }
    this.toServer = this.toServer.filter(({ atMs }) => atMs > this.nextTickMs);
    eachTick();
    const own = this.server.advance();
    const message: ForWorld = { kind: "snapshot", samples: noSamples(own.tick), own };
    const atMs = this.nextTickMs + this.link.delayMs();
    if (!this.isLost()) this.toPage.push({ atMs, message });
    if (this.isLandTold && own.tick % TOLD_TICKS === 0) this.tell(told(own.tick));
    this.nextTickMs += this.tickMs;
  }

  private deliver(): void {
    const due = this.toPage.filter(({ atMs }) => atMs <= this.nowMs);
    this.toPage = this.toPage.filter(({ atMs }) => atMs > this.nowMs);
    for (const { message } of due) {
      if (message.kind === "snapshot" && message.own) this.hearAnswer(message.own.inputSequence);
      this.world.receive(message, this.nowMs);
    }
  }

  private hearAnswer(sequence: number): void {
    this.open = this.open.filter((input) => input.sequence > sequence);
  }
}

/** Nobody else is in sight. */
function noSamples(tick: number) {
  return {
    tick,
    count: 0,
    id: new Uint32Array(0),
    placed: new Float32Array(0),
    pose: new Uint8Array(0),
    health: new Uint8Array(0),
  };
}

/** All terrain of a tick was told. */
function told(tick: number): TerrainMessage {
  return { kind: "edits", tick, blocks: new Int32Array(0), now: new Uint16Array(0) };
}

/** A brick: its palette, then runs of both blocks; see spatial/src/codec.rs. */
function encodeCell(core: Core, cell: number[]): number[] {
  const [x, y, z] = cell.map((axis) => axis * 16);
  const voxels = Array.from({ length: 4_096 }, (_, at) =>
    core.block(x + (at & 15), y + (at >> 8), z + ((at >> 4) & 15)),
  );
  const palette = [...new Set(voxels)];
  const plain = [...varint(palette.length), ...palette.flatMap((id) => [id & 255, id >> 8])];
  if (palette.length === 1) return plain;
  for (let start = 0, end = 0; start < voxels.length; start = end) {
    while (voxels[end] === voxels[start]) end += 1;
    plain.push(...varint((end - start - 1) * 2 + palette.indexOf(voxels[start])));
  }
  return plain;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

/** A cell of stone and air, as the server sends it where it tells no edits. */
function asWhole(core: Core, cell: number[]): TerrainMessage {
  const plain = encodeCell(core, cell);
  const bytes = Uint8Array.from(literalsAsLz4(plain));
  const sizes = Uint16Array.of(plain.length);
  return { kind: "bricks", cells: Int16Array.from(cell), sizes, bytes, plainCount: plain.length };
}

async function match(seed: number, link: (random: Random) => Link, land = [flatLand()]): Promise<Match> {
  const chance = new Random(seed + 1);
  return new Match(await freshCore(), await freshCore(), new Random(seed), link(chance), land);
}

function byDelay(delayMs: (random: Random) => number) {
  return (random: Random) => fairLink(() => delayMs(random));
}

/** Builds and breaks at random around the feet, as a battle does; nothing is built into the body. */
function quake(game: Match, random: Random): void {
  const [x, y, z] = game.server.block;
  const blocks = Array.from({ length: 1 + random.below(12) }, () => [
    x - 2 + random.below(5),
    Math.max(14, Math.min(20, y - 2 + random.below(4))),
    z - 2 + random.below(5),
  ]);
  const isFree = ([bx, by, bz]: number[]) => Math.max(Math.abs(bx - x), Math.abs(bz - z)) > 1 || by < y;
  game.edit(blocks, blocks.map((block) => (isFree(block) ? random.below(2) : 0)));
}

describe("the world", () => {
  it("is never corrected, at any frame rate, over any fair link", async () => {
    for (const [frameMs, delay, spread] of [
      [16, 5, 0],
      [7, 40, 10],
      [200, 30, 5],
      [33, 150, 30],
    ]) {
      const game = await match(frameMs, byDelay((random) => delay + random.share() * spread));
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
    const game = await match(3, byDelay((random) => 40 + random.share() * 20));
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
    const game = await match(5, byDelay(() => 40));
    let tick = 0;
    game.run(10_000, 16, () => {
      tick += 1;
      if (tick % 30 === 0) game.server.push();
    });
    expect(game.world.prediction.correctionsCount).toBe(0);
    expect(game.world.prediction.pushesCount).toBeGreaterThanOrEqual(5);
  });

  it.each([
    { name: "a clean link", delay: 20, spread: 0, loss: 0, late: 0 },
    { name: "lost words", delay: 40, spread: 30, loss: 0.4, late: 0 },
    { name: "late terrain", delay: 30, spread: 10, loss: 0.1, late: 2_500 },
  ])("explains all that terrain does to a body, over $name", async (link) => {
    let explained = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const { delay, spread, loss, late } = link;
      const game = await match(seed, (random) => ({
        delayMs: () => delay + random.share() * spread,
        terrainDelayMs: () => random.share() * late,
        loss,
      }));
      const random = new Random(seed + 70);
      game.run(20_000, 16, () => {
        if (random.below(3) > 0) quake(game, random);
      });
      game.run(6_000, 16);
      const { prediction } = game.world;
      expect(prediction.correctionsCount, `seed ${seed}`).toBe(0);
      expect(prediction.doubtsCount).toBeLessThan(5);
      expect(game.server.refusedCount).toBe(0);
      explained += prediction.terrainCount;
    }
    expect(explained).toBeGreaterThan(100);
  });

  it("explains land that comes long after the body stands on it", async () => {
    const game = await match(3, byDelay(() => 40), []);
    const land = flatLand();
    game.server.core.apply(structuredClone(land));
    game.run(3_000, 16);
    game.tell(land);
    game.run(3_000, 16);
    const { prediction } = game.world;
    expect([prediction.correctionsCount, prediction.doubtsCount]).toEqual([0, 0]);
    expect(prediction.terrainCount).toBeGreaterThan(5);
  });

  it("explains cells that are sent whole in place of their edits", async () => {
    const game = await match(8, byDelay(() => 40));
    const random = new Random(12);
    let tick = 0;
    game.run(20_000, 16, () => {
      tick += 1;
      if (tick % 40 !== 0) return;
      const [x, , z] = game.server.block;
      const cell = [x >> 4, 0, z >> 4];
      const blocks = Array.from({ length: 256 }, (_, at) => [
        cell[0] * 16 + (at & 15),
        15,
        cell[2] * 16 + (at >> 4),
      ]);
      const now = Uint16Array.from(blocks, () => random.below(2));
      game.server.core.apply({ kind: "edits", tick: 1, blocks: Int32Array.from(blocks.flat()), now });
      game.tell(asWhole(game.server.core, cell));
    });
    game.run(3_000, 16);
    const { prediction } = game.world;
    expect([prediction.correctionsCount, prediction.doubtsCount]).toEqual([0, 0]);
    expect(prediction.terrainCount).toBeGreaterThan(0);
  });

  it("forgets what lay on the ground when it is let in again", async () => {
    const game = await match(2, byDelay(() => 20));
    const position = { x: 32, y: 16, z: 32 };
    const drop = { id: 1, position, things: [{ thing: 6, count: 3 }], isKept: false };
    game.world.receive({ kind: "drops", drops: [drop] }, game.nowMs);
    game.world.receive({ kind: "found", found: drop.things }, game.nowMs);
    const { drops } = game.world;
    expect([drops.lying.length, drops.freshNotices(game.nowMs).length]).toEqual([1, 1]);
    game.join([]);
    expect([drops.lying.length, drops.freshNotices(game.nowMs).length]).toEqual([0, 0]);
  });

  it("takes no word of the own body that a newer one overtook", async () => {
    const game = await match(4, byDelay(() => 20));
    game.run(1_000, 16);
    const before = game.server.report();
    game.run(1_000, 16);
    const { state } = game.world.own;
    const newest = { ...game.server.report(), tick: game.server.tick + 1, alive: false, health: 0 };
    game.world.receive({ kind: "snapshot", samples: noSamples(newest.tick), own: newest }, game.nowMs);
    game.world.receive({ kind: "snapshot", samples: noSamples(before.tick), own: before }, game.nowMs);
    expect([state.alive, state.health]).toEqual([false, 0]);
  });

  it("stands still rather than be refused when the server or the link does", async () => {
    for (const stallMs of [400, 700, 1_500, 5_000]) {
      const game = await match(stallMs, byDelay(() => 30));
      game.run(3_000, 16);
      for (let times = 0; times < 6; times++) {
        game.stall(stallMs);
        game.run(stallMs + 700, 16);
      }
      game.run(4_000, 16);
      expect(game.server.refusedCount, `${stallMs} ms`).toBe(0);
      expect(game.world.prediction.correctionsCount, `${stallMs} ms`).toBe(0);
      expect(game.world.prediction.pendingCount).toBeLessThan(10);
    }
  });

  it("loses no input, however many datagrams are lost", async () => {
    const game = await match(6, () => ({ delayMs: () => 40, terrainDelayMs: () => 0, loss: 0.7 }));
    game.run(30_000, 16);
    expect(game.world.prediction.correctionsCount).toBe(0);
    expect(game.world.prediction.confirmedCount).toBeGreaterThan(100);
  });

  it("hides nothing: each time a body is moved against the rules is a correction", async () => {
    const game = await match(9, byDelay(() => 40));
    const random = new Random(5);
    let tick = 0;
    let nudges = 0;
    game.run(20_000, 16, () => {
      tick += 1;
      if (tick % 25 === 10) quake(game, random);
      if (tick % 50 !== 0) return;
      game.server.nudge();
      nudges += 1;
    });
    game.run(3_000, 16);
    expect(nudges).toBeGreaterThan(5);
    expect(game.world.prediction.correctionsCount).toBe(nudges);
  });
});
