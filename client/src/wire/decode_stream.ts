//! Messages of the reliable streams to plain columns. Wire worker.

import type { ByteBuffer } from "flatbuffers";
import { Appearances } from "./generated/voxelheim/wire/appearances";
import { Battle } from "./generated/voxelheim/wire/battle";
import { Bricks } from "./generated/voxelheim/wire/bricks";
import { Closing } from "./generated/voxelheim/wire/closing";
import { Density } from "./generated/voxelheim/wire/density";
import { Drops } from "./generated/voxelheim/wire/drops";
import { Edits } from "./generated/voxelheim/wire/edits";
import { Forget } from "./generated/voxelheim/wire/forget";
import { Found } from "./generated/voxelheim/wire/found";
import { Kills } from "./generated/voxelheim/wire/kills";
import { Overload } from "./generated/voxelheim/wire/overload";
import { Refusals } from "./generated/voxelheim/wire/refusals";
import { Scoreboard } from "./generated/voxelheim/wire/scoreboard";
import { Waiting } from "./generated/voxelheim/wire/waiting";
import { Welcome } from "./generated/voxelheim/wire/welcome";
import type { ServerMessage, Stack } from "./link";
import { BODY_INDEX_MASK } from "./messages";

/** The slowest that a world runs. */
const RATE_PERMILLE_MIN = 100;
/** Drops in one message, the nearest; and different things in each. */
const DROPS_MAX = 32;
const DROP_THINGS = 2;
/** Things are numbered below this. */
const THINGS_MAX = 11;
/** The number of no thing. */
const NOTHING = 255;
const UNITS_PER_METRE = 4_096;

export function decodeWelcome(buffer: ByteBuffer): ServerMessage {
  const table = Welcome.getRootAsWelcome(buffer);
  return {
    kind: "welcome",
    welcome: {
      resumeToken: table.resumeToken() ?? "",
      resumeSeconds: table.resumeSeconds(),
      body: table.body() & BODY_INDEX_MASK,
      name: table.name() ?? "",
      house: table.house(),
      tick: table.tick(),
      tickRateHz: table.tickRateHz(),
      worldEdgeBlocks: table.worldEdgeBlocks(),
      worldHeightBlocks: table.worldHeightBlocks(),
      stalenessTicksMax: table.stalenessTicksMax(),
      budgetBytesPerSecond: table.budgetBytesPerSecond(),
      viewDistanceBlocks: table.viewDistanceBlocks(),
      resumed: table.resumed(),
    },
  };
}

export function decodeClosing(buffer: ByteBuffer): ServerMessage {
  const table = Closing.getRootAsClosing(buffer);
  return {
    kind: "closing",
    reason: table.reason(),
    text: table.text() ?? "",
    protocolVersion: table.protocolVersion(),
  };
}

export function decodeWaiting(buffer: ByteBuffer): ServerMessage {
  const table = Waiting.getRootAsWaiting(buffer);
  return {
    kind: "waiting",
    position: table.position(),
    count: table.count(),
    lineTicket: table.lineTicket() ?? "",
  };
}

export function decodeOverload(buffer: ByteBuffer): ServerMessage {
  const table = Overload.getRootAsOverload(buffer);
  const ratePermille = table.ratePermille();
  if (ratePermille < RATE_PERMILLE_MIN || ratePermille > 1_000) throw new Error("no such rate");
  return {
    kind: "overload",
    overload: {
      steps: table.steps(),
      ratePermille,
      stalenessTicksMax: table.stalenessTicksMax(),
    },
  };
}

export function decodeAppearances(buffer: ByteBuffer): ServerMessage {
  const table = Appearances.getRootAsAppearances(buffer);
  const house = bytes(table.houseArray(), table.idLength());
  const gear = bytes(table.gearArray(), table.idLength());
  const ids = words(table.idArray(), table.idLength());
  const seen = Array.from(ids, (id, index) => ({
    id: id & BODY_INDEX_MASK,
    house: house[index],
    gear: gear[index],
    name: table.name(index) ?? "",
  }));
  const gone = words(table.goneArray(), table.goneLength()).map((id) => id & BODY_INDEX_MASK);
  return { kind: "appearances", seen, gone };
}

export function decodeBattle(buffer: ByteBuffer): ServerMessage {
  const table = Battle.getRootAsBattle(buffer);
  const count = table.bannerOwnerLength();
  const block = table.bannerBlockArray() ?? new Int32Array(0);
  const taker = bytes(table.bannerTakerArray(), count);
  const progress = bytes(table.bannerProgressArray(), count);
  const banners = Array.from(bytes(table.bannerOwnerArray(), count), (owner, index) => ({
    block: { x: block[index * 3], y: block[index * 3 + 1], z: block[index * 3 + 2] },
    owner,
    taker: taker[index],
    progress: progress[index],
  }));
  return {
    kind: "battle",
    battle: {
      tick: table.tick(),
      round: table.round(),
      score: Array.from(table.scoreArray() ?? []),
      scoreToWin: table.scoreToWin(),
      pauseTicks: table.pauseTicks(),
      aliveCount: Array.from(table.aliveCountArray() ?? []),
      banners,
    },
  };
}

export function decodeKills(buffer: ByteBuffer): ServerMessage {
  const table = Kills.getRootAsKills(buffer);
  const count = table.targetLength();
  const killer = words(table.killerArray(), count);
  const weapon = bytes(table.weaponArray(), count);
  const kills = Array.from(words(table.targetArray(), count), (target, index) => ({
    target: target & BODY_INDEX_MASK,
    killer: killer[index] & BODY_INDEX_MASK,
    weapon: weapon[index],
  }));
  return { kind: "kills", kills };
}

export function decodeScoreboard(buffer: ByteBuffer): ServerMessage {
  const table = Scoreboard.getRootAsScoreboard(buffer);
  const count = table.nameLength();
  const id = words(table.idArray(), count);
  const house = bytes(table.houseArray(), count);
  const score = words(table.scoreArray(), count);
  const rows = Array.from(id, (body, index) => ({
    id: body & BODY_INDEX_MASK,
    name: table.name(index) ?? "",
    house: house[index],
    kills: table.kills(index) ?? 0,
    deaths: table.deaths(index) ?? 0,
    score: score[index],
  }));
  return { kind: "scoreboard", rows };
}

export function decodeDensity(buffer: ByteBuffer): ServerMessage {
  const table = Density.getRootAsDensity(buffer);
  const count = table.edgeCount() * table.edgeCount();
  return {
    kind: "density",
    density: {
      squareBlocks: table.squareBlocks(),
      edgeCount: table.edgeCount(),
      red: bytes(table.redArray(), count).slice(),
      blue: bytes(table.blueArray(), count).slice(),
    },
  };
}

export function decodeRefusals(buffer: ByteBuffer): ServerMessage {
  const table = Refusals.getRootAsRefusals(buffer);
  return {
    kind: "refusals",
    sequences: words(table.sequenceArray(), table.sequenceLength()).slice(),
    reasons: bytes(table.reasonArray(), table.sequenceLength()).slice(),
  };
}

export function decodeDrops(buffer: ByteBuffer): ServerMessage {
  const table = Drops.getRootAsDrops(buffer);
  const count = table.idLength();
  if (count > DROPS_MAX) throw new Error(`${count} drops`);
  const place = numbers(table.positionArray(), count * 3);
  const thing = bytes(table.thingArray(), count * DROP_THINGS);
  const things = stacks(thing, bytes(table.countArray(), thing.length));
  const isKept = bytes(table.isKeptArray(), count);
  if (isKept.some((number) => number > 1)) throw new Error("neither kept nor free");
  const drops = Array.from(words(table.idArray(), count), (id, index) => ({
    id,
    position: {
      x: place[index * 3] / UNITS_PER_METRE,
      y: place[index * 3 + 1] / UNITS_PER_METRE,
      z: place[index * 3 + 2] / UNITS_PER_METRE,
    },
    things: things
      .slice(index * DROP_THINGS, (index + 1) * DROP_THINGS)
      .filter((stack) => stack !== null),
    isKept: isKept[index] === 1,
  }));
  return { kind: "drops", drops };
}

export function decodeFound(buffer: ByteBuffer): ServerMessage {
  const table = Found.getRootAsFound(buffer);
  const count = table.thingLength();
  if (count > DROPS_MAX * DROP_THINGS) throw new Error(`${count} things found`);
  const thing = bytes(table.thingArray(), count);
  const found = stacks(thing, bytes(table.countArray(), count)).filter((stack) => stack !== null);
  if (found.length !== count) throw new Error("nothing was found");
  return { kind: "found", found };
}

export function decodeBricks(buffer: ByteBuffer): ServerMessage {
  const table = Bricks.getRootAsBricks(buffer);
  return {
    kind: "bricks",
    cells: (table.cellArray() ?? new Int16Array(0)).slice(),
    sizes: (table.sizeArray() ?? new Uint16Array(0)).slice(),
    bytes: (table.bytesArray() ?? new Uint8Array(0)).slice(),
    plainCount: table.bytesPlainCount(),
  };
}

export function decodeEdits(buffer: ByteBuffer): ServerMessage {
  const table = Edits.getRootAsEdits(buffer);
  return {
    kind: "edits",
    tick: table.tick(),
    blocks: (table.blockArray() ?? new Int32Array(0)).slice(),
    now: (table.nowArray() ?? new Uint16Array(0)).slice(),
  };
}

export function decodeForget(buffer: ByteBuffer): ServerMessage {
  const table = Forget.getRootAsForget(buffer);
  return { kind: "forget", cells: (table.cellArray() ?? new Int16Array(0)).slice() };
}

/** Null where there is no thing, and none of it. */
function stacks(things: Uint8Array, counts: Uint8Array): (Stack | null)[] {
  return Array.from(things, (thing, index) => {
    const count = counts[index];
    const isNone = thing === NOTHING;
    if (!isNone && thing >= THINGS_MAX) throw new Error(`no thing has the number ${thing}`);
    if (isNone !== (count === 0)) throw new Error(`${count} of the thing ${thing}`);
    return isNone ? null : { thing, count };
  });
}

function bytes(column: Uint8Array | null, count: number): Uint8Array {
  const found = column ?? new Uint8Array(0);
  if (found.length !== count) throw new Error(`a column of ${found.length} rows for ${count}`);
  return found;
}

function words(column: Uint32Array | null, count: number): Uint32Array {
  const found = column ?? new Uint32Array(0);
  if (found.length !== count) throw new Error(`a column of ${found.length} rows for ${count}`);
  return found;
}

function numbers(column: Int32Array | null, count: number): Int32Array {
  const found = column ?? new Int32Array(0);
  if (found.length !== count) throw new Error(`a column of ${found.length} rows for ${count}`);
  return found;
}
