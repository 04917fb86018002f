//! The battle behind the title, run by the mesher's worker: its land column by column, near the
//! middle first, and a tick of the engine each 50 ms. It tells what a server would tell, so that the
//! page shows it in the same way.

import type { Appearance, Banner, GameEvent, ServerMessage } from "../wire/link";
import { TICK_MS } from "./clock";
import { UNITS_PER_METRE, type Core } from "./core";
import type { MeshQueue } from "./mesh_queue";
import { SCENE_MIDDLE } from "./scene_camera";

/** The land with the best view of it. */
const SEED = 7;
const SOLDIERS_PER_HOUSE = 260;
/** Metres around the middle that have land: a little more than the view. */
const REACH_METRES = 176;
const CELL_METRES = 16;
/** The armies have met when they are first seen: ticks that nobody watches, in a slice of work. */
const UNSEEN_TICKS = 260;
const UNSEEN_TICKS_PER_SLICE = 4;
/** Later than this, the ticks missed are left out. */
const LATE_MS_MAX = 250;
const TURN = Math.PI * 2;

/** Words of the frame; layout: client/core/src/scene.rs. */
const HEAD_WORDS = 6;
const BODY_WORDS = 5;
const EVENT_WORDS = 10;
const BANNER_WORDS = 4;

export class TitleScene {
  private readonly columns = columnsAround(SCENE_MIDDLE.x, SCENE_MIDDLE.z);
  private ticksCount = 0;
  private nextTickMs = 0;

  constructor(
    private readonly core: Core,
    private readonly queue: MeshQueue,
    private readonly tell: (message: ServerMessage) => void,
  ) {
    const roster = core.beginScene(SEED, SOLDIERS_PER_HOUSE);
    tell({ kind: "appearances", seen: appearances(roster), gone: new Uint32Array(0) });
  }

  /** Does a little of what is due; false when nothing was. */
  advance(nowMs: number): boolean {
    const column = this.columns.pop();
    if (column) {
      this.core.loadSceneColumn(column.x, column.z);
      if (this.columns.length % 16 === 0) this.tick(nowMs, false);
      return true;
    }
    if (this.ticksCount < UNSEEN_TICKS) {
      for (let left = UNSEEN_TICKS_PER_SLICE; left > 0; left--) this.tick(nowMs, false);
      this.nextTickMs = nowMs;
      return true;
    }
    if (nowMs < this.nextTickMs) return false;
    if (nowMs - this.nextTickMs > LATE_MS_MAX) this.nextTickMs = nowMs;
    this.nextTickMs += TICK_MS;
    this.tick(nowMs, true);
    return true;
  }

  private tick(nowMs: number, isSeen: boolean): void {
    const words = this.core.tickScene();
    if (!words) return;
    this.ticksCount += 1;
    const frame = readFrame(words);
    this.queue.load(frame.loaded, nowMs);
    this.queue.edit(frame.edited);
    if (isSeen) for (const message of frame.messages) this.tell(message);
  }
}

/** Columns of cells, the one nearest to the middle last. */
function columnsAround(middleX: number, middleZ: number): { x: number; z: number }[] {
  const reach = Math.ceil(REACH_METRES / CELL_METRES);
  const [cellX, cellZ] = [Math.floor(middleX / CELL_METRES), Math.floor(middleZ / CELL_METRES)];
  const columns: { x: number; z: number; distance: number }[] = [];
  for (let z = -reach; z < reach; z++) {
    for (let x = -reach; x < reach; x++) {
      const distance = Math.hypot(x + 0.5, z + 0.5);
      if (distance < reach) columns.push({ x: cellX + x, z: cellZ + z, distance });
    }
  }
  return columns.sort((first, second) => second.distance - first.distance);
}

function appearances(roster: Uint32Array): Appearance[] {
  return Array.from({ length: roster.length / 2 }, (_, row) => {
    const look = roster[row * 2 + 1];
    return { id: roster[row * 2], house: look & 0xff, gear: look >> 8, name: "" };
  });
}

interface SceneFrame {
  messages: ServerMessage[];
  /** Blocks that changed and cells that came, three numbers each. */
  edited: Int32Array;
  loaded: Int16Array;
}

export function readFrame(words: Int32Array): SceneFrame {
  const [bodiesCount, eventsCount, editsCount, loadedCount, bannersCount, tick] = words;
  const events = HEAD_WORDS + bodiesCount * BODY_WORDS;
  const edits = events + eventsCount * EVENT_WORDS;
  const loaded = edits + editsCount * 3;
  const banners = loaded + loadedCount * 3;
  const eventAt = (row: number) => readEvent(words, events + row * EVENT_WORDS);
  const bannerAt = (row: number) => readBanner(words, banners + row * BANNER_WORDS);
  return {
    messages: [
      { kind: "snapshot", samples: readBodies(words, bodiesCount, tick), own: null },
      { kind: "events", tick, events: rows(eventsCount, eventAt) },
      { kind: "battle", battle: battleOf(tick, rows(bannersCount, bannerAt)) },
    ],
    edited: words.slice(edits, loaded),
    loaded: Int16Array.from(words.subarray(loaded, banners)),
  };
}

function rows<Row>(count: number, read: (row: number) => Row): Row[] {
  return Array.from({ length: count }, (_, row) => read(row));
}

function readBodies(words: Int32Array, count: number, tick: number) {
  const samples = {
    tick,
    count,
    id: new Uint32Array(count),
    placed: new Float32Array(count * 4),
    pose: new Uint8Array(count),
    health: new Uint8Array(count),
  };
  for (let row = 0; row < count; row++) {
    const at = HEAD_WORDS + row * BODY_WORDS;
    samples.id[row] = words[at];
    for (let axis = 0; axis < 3; axis++) {
      samples.placed[row * 4 + axis] = words[at + 1 + axis] / UNITS_PER_METRE;
    }
    const look = words[at + 4];
    samples.placed[row * 4 + 3] = ((look & 0xffff) / 0x10000) * TURN;
    samples.pose[row] = look >>> 16;
    samples.health[row] = look >>> 24;
  }
  return samples;
}

function readEvent(words: Int32Array, at: number): GameEvent {
  const [kind, subject, other, value] = words.subarray(at, at + 4);
  const position = readPlace(words, at + 4);
  const velocity = readPlace(words, at + 7);
  switch (kind) {
    case 0:
      return { kind: "arrowLoosed", arrow: subject, shooter: other, position, velocity };
    case 1:
      return { kind: "bombThrown", bomb: subject, thrower: other, position, velocity };
    case 2:
      return { kind: "arrowStopped", arrow: subject, position, hit: other };
    case 3:
      return { kind: "explosion", bomb: subject, position };
    case 4: {
      const [weapon, damage] = [value >> 12, value & 0xfff];
      return { kind: "hurt", target: subject, attacker: other, weapon, damage, position };
    }
    default:
      return { kind: "died", target: subject, killer: other, weapon: value, position };
  }
}

function readPlace(words: Int32Array, at: number) {
  const [x, y, z] = words.subarray(at, at + 3);
  return { x: x / UNITS_PER_METRE, y: y / UNITS_PER_METRE, z: z / UNITS_PER_METRE };
}

function readBanner(words: Int32Array, at: number): Banner {
  const [x, y, z, state] = words.subarray(at, at + 4);
  const [owner, taker, progress] = [state & 0xff, (state >> 8) & 0xff, (state >> 16) & 0xff];
  return { block: { x, y, z }, owner, taker, progress };
}

function battleOf(tick: number, banners: Banner[]) {
  const [score, aliveCount] = [
    [0, 0],
    [0, 0],
  ];
  return { tick, round: 0, score, scoreToWin: 1, pauseTicks: 0, aliveCount, banners };
}
