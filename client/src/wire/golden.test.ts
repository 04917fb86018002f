// The golden vectors of protocol/golden, read by the generated TypeScript: bytes that Rust wrote mean
// the same here.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { ByteBuffer } from "flatbuffers";
import { describe, expect, it } from "vitest";

import { Appearances } from "./generated/voxelheim/wire/appearances";
import { Battle } from "./generated/voxelheim/wire/battle";
import { Bricks } from "./generated/voxelheim/wire/bricks";
import { Closing } from "./generated/voxelheim/wire/closing";
import { Density } from "./generated/voxelheim/wire/density";
import { Drops } from "./generated/voxelheim/wire/drops";
import { Edits } from "./generated/voxelheim/wire/edits";
import { Events } from "./generated/voxelheim/wire/events";
import { Forget } from "./generated/voxelheim/wire/forget";
import { Found } from "./generated/voxelheim/wire/found";
import { Hello } from "./generated/voxelheim/wire/hello";
import { Ignore } from "./generated/voxelheim/wire/ignore";
import { Inputs } from "./generated/voxelheim/wire/inputs";
import { Kills } from "./generated/voxelheim/wire/kills";
import { Ping } from "./generated/voxelheim/wire/ping";
import { Pong } from "./generated/voxelheim/wire/pong";
import { Refusals } from "./generated/voxelheim/wire/refusals";
import { Said } from "./generated/voxelheim/wire/said";
import { Say } from "./generated/voxelheim/wire/say";
import { Scoreboard } from "./generated/voxelheim/wire/scoreboard";
import { Settings } from "./generated/voxelheim/wire/settings";
import { Snapshot } from "./generated/voxelheim/wire/snapshot";
import { Overload } from "./generated/voxelheim/wire/overload";
import { Unsaid } from "./generated/voxelheim/wire/unsaid";
import { Waiting } from "./generated/voxelheim/wire/waiting";
import { Welcome } from "./generated/voxelheim/wire/welcome";

const FOLDER = fileURLToPath(new URL("../../../protocol/golden/", import.meta.url));
const HEADER_BYTES = 8;

type Content = Record<string, unknown>;
type Columns = ArrayLike<number> | null;

const list = (column: Columns) => Array.from(column ?? []);

/** Triples of a column that goes x, y, z for each row. */
function triples(column: Columns): number[][] {
  const flat = list(column);
  return flat.filter((_, index) => index % 3 === 0).map((_, row) => flat.slice(3 * row, 3 * row + 3));
}

/** Triples of a column that has all x, then all y, then all z, up to so many rows. */
function axes(column: Columns, rowCount: number): number[][] {
  const flat = list(column);
  const count = flat.length / 3;
  const row = (index: number) =>
    index < count ? [0, 1, 2].map((axis) => flat[axis * count + index]) : [0, 0, 0];
  return Array.from({ length: rowCount }, (_, index) => row(index));
}

function names(count: number, name: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => name(index));
}

/** What each kind says, by its number. */
const READERS: Record<number, (table: ByteBuffer) => Content> = {
  1: readSnapshot,
  2: readEvents,
  3: (table) => {
    const pong = Pong.getRootAsPong(table);
    return { nonce: pong.nonce(), tick: pong.tick() };
  },
  16: readWelcome,
  17: (table) => {
    const closing = Closing.getRootAsClosing(table);
    const protocol_version = closing.protocolVersion();
    return { reason: closing.reason(), text: closing.text(), protocol_version };
  },
  18: readAppearances,
  19: readBattle,
  20: (table) => {
    const kills = Kills.getRootAsKills(table);
    const target = list(kills.targetArray());
    return { target, killer: list(kills.killerArray()), weapon: list(kills.weaponArray()) };
  },
  21: readScoreboard,
  22: (table) => {
    const density = Density.getRootAsDensity(table);
    return {
      square_blocks: density.squareBlocks(),
      edge_count: density.edgeCount(),
      red: list(density.redArray()),
      blue: list(density.blueArray()),
    };
  },
  23: (table) => {
    const refusals = Refusals.getRootAsRefusals(table);
    return { sequence: list(refusals.sequenceArray()), reason: list(refusals.reasonArray()) };
  },
  24: (table) => {
    const waiting = Waiting.getRootAsWaiting(table);
    return {
      position: waiting.position(),
      count: waiting.count(),
      line_ticket: waiting.lineTicket(),
    };
  },
  25: (table) => {
    const overload = Overload.getRootAsOverload(table);
    return {
      steps: overload.steps(),
      rate_permille: overload.ratePermille(),
      staleness_ticks_max: overload.stalenessTicksMax(),
    };
  },
  26: (table) => {
    const said = Said.getRootAsSaid(table);
    return {
      channel: said.channel(),
      from: said.from(),
      name: said.name(),
      house: said.house(),
      to: said.to(),
      text: said.text(),
      sequence: said.sequence().toString(),
      time_ms: Number(said.timeMs()),
      removed: said.removed(),
    };
  },
  27: (table) => {
    const unsaid = Unsaid.getRootAsUnsaid(table);
    const until_ms = Number(unsaid.untilMs());
    return { reason: unsaid.reason(), channel: unsaid.channel(), until_ms };
  },
  28: (table) => {
    const drops = Drops.getRootAsDrops(table);
    return {
      id: list(drops.idArray()),
      position: list(drops.positionArray()),
      thing: list(drops.thingArray()),
      count: list(drops.countArray()),
      is_kept: list(drops.isKeptArray()),
    };
  },
  29: (table) => {
    const found = Found.getRootAsFound(table);
    return { thing: list(found.thingArray()), count: list(found.countArray()) };
  },
  32: readBricks,
  33: (table) => {
    const edits = Edits.getRootAsEdits(table);
    const block = triples(edits.blockArray());
    return { tick: edits.tick(), block, now: list(edits.nowArray()) };
  },
  34: (table) => ({ cell: triples(Forget.getRootAsForget(table).cellArray()) }),
  64: readInputs,
  65: (table) => ({ nonce: Ping.getRootAsPing(table).nonce() }),
  80: (table) => {
    const hello = Hello.getRootAsHello(table);
    return {
      protocol_version: hello.protocolVersion(),
      name: hello.name(),
      resume_token: hello.resumeToken(),
      house: hello.house(),
      view_distance_blocks: hello.viewDistanceBlocks(),
      budget_bytes_per_second: hello.budgetBytesPerSecond(),
      ticket: hello.ticket(),
      line_ticket: hello.lineTicket(),
    };
  },
  81: (table) => {
    const settings = Settings.getRootAsSettings(table);
    return {
      view_distance_blocks: settings.viewDistanceBlocks(),
      budget_bytes_per_second: settings.budgetBytesPerSecond(),
      camera_yaw: settings.cameraYaw(),
    };
  },
  82: () => ({}),
  83: (table) => {
    const say = Say.getRootAsSay(table);
    return { channel: say.channel(), to: say.to(), text: say.text() };
  },
  84: (table) => {
    const ignore = Ignore.getRootAsIgnore(table);
    return { name: ignore.name(), ignored: ignore.ignored() };
  },
};

function readSnapshot(table: ByteBuffer): Content {
  const snapshot = Snapshot.getRootAsSnapshot(table);
  const base = snapshot.base()!;
  const cellBase = [base.x(), base.y(), base.z()];
  return {
    tick: snapshot.tick(),
    base: cellBase,
    own: readOwn(snapshot),
    near_count: snapshot.healthLength(),
    bodies: readBodies(snapshot, cellBase),
  };
}

function readBodies(snapshot: Snapshot, base: number[]): Content[] {
  const idLow = list(snapshot.idLowArray());
  const idHigh = list(snapshot.idHighArray());
  const health = list(snapshot.healthArray());
  const near = axes(snapshot.offsetArray(), health.length);
  const far = axes(snapshot.offsetFarArray(), idLow.length - health.length);
  const bodies: Content[] = [];
  for (const header of list(snapshot.cellsArray())) {
    const relative = [header << 24 >> 24, header << 16 >> 24, header << 8 >> 24];
    for (let rest = header >>> 24; rest > 0; rest -= 1) {
      const row = bodies.length;
      const isNear = row < health.length;
      const offset = isNear ? near[row]! : far[row - health.length]!.map((axis) => axis * 256);
      bodies.push({
        index: idLow[row]! + 65_536 * (idHigh[row] ?? 0),
        position: offset.map((at, axis) => at! + 65_536 * (base[axis]! + relative[axis]!)),
        yaw: snapshot.yaw(row),
        pose: snapshot.pose(row),
        health: isNear ? health[row] : null,
      });
    }
  }
  return bodies;
}

function readOwn(snapshot: Snapshot): Content | null {
  const own = snapshot.own();
  if (own === null) return null;
  return {
    input_sequence: own.inputSequence(),
    position: [own.x(), own.y(), own.z()],
    velocity: [own.velocityX(), own.velocityY(), own.velocityZ()],
    fall_from_y: own.fallFromY(),
    yaw: own.yaw(),
    flags: own.flags(),
    dash_ticks: own.dashTicks(),
    dash_wait_ticks: own.dashWaitTicks(),
    jump_wait_ticks: own.jumpWaitTicks(),
    dash_yaw: own.dashYaw(),
    life: own.life(),
    push_count: own.pushCount(),
    health: own.health(),
    health_max: own.healthMax(),
    respawn_ticks: own.respawnTicks(),
    input_queue_count: own.inputQueueCount(),
    slot: own.slot(),
    wait_ticks: [
      own.waitSwordTicks(),
      own.waitBowTicks(),
      own.waitBombTicks(),
      own.waitPickTicks(),
      own.waitHornTicks(),
    ],
    draw_ticks: own.drawTicks(),
    dig_progress: own.digProgress(),
    bombs_count: own.bombsCount(),
    blocks_count: own.blocksCount(),
    tick_cost: own.tickCost(),
    kills: own.kills(),
    deaths: own.deaths(),
    score: own.score(),
  };
}

function readEvents(table: ByteBuffer): Content {
  const events = Events.getRootAsEvents(table);
  const base = events.base()!;
  const rowCount = events.kindLength();
  return {
    tick: events.tick(),
    base: [base.x(), base.y(), base.z()],
    kind: list(events.kindArray()),
    subject: list(events.subjectArray()),
    other: list(events.otherArray()),
    position: axes(events.positionArray(), rowCount),
    value: list(events.valueArray()),
    velocity: axes(events.velocityArray(), rowCount),
  };
}

function readWelcome(table: ByteBuffer): Content {
  const welcome = Welcome.getRootAsWelcome(table);
  return {
    protocol_version: welcome.protocolVersion(),
    resume_token: welcome.resumeToken(),
    resume_seconds: welcome.resumeSeconds(),
    body: welcome.body(),
    name: welcome.name(),
    house: welcome.house(),
    tick: welcome.tick(),
    tick_rate_hz: welcome.tickRateHz(),
    world_edge_blocks: welcome.worldEdgeBlocks(),
    world_height_blocks: welcome.worldHeightBlocks(),
    staleness_ticks_max: welcome.stalenessTicksMax(),
    budget_bytes_per_second: welcome.budgetBytesPerSecond(),
    view_distance_blocks: welcome.viewDistanceBlocks(),
    resumed: welcome.resumed(),
  };
}

function readAppearances(table: ByteBuffer): Content {
  const appearances = Appearances.getRootAsAppearances(table);
  return {
    id: list(appearances.idArray()),
    house: list(appearances.houseArray()),
    gear: list(appearances.gearArray()),
    name: names(appearances.nameLength(), (index) => appearances.name(index)),
    gone: list(appearances.goneArray()),
  };
}

function readBattle(table: ByteBuffer): Content {
  const battle = Battle.getRootAsBattle(table);
  return {
    tick: battle.tick(),
    round: battle.round(),
    score: list(battle.scoreArray()),
    score_to_win: battle.scoreToWin(),
    pause_ticks: battle.pauseTicks(),
    alive_count: list(battle.aliveCountArray()),
    banner_block: triples(battle.bannerBlockArray()),
    banner_owner: list(battle.bannerOwnerArray()),
    banner_taker: list(battle.bannerTakerArray()),
    banner_progress: list(battle.bannerProgressArray()),
  };
}

function readScoreboard(table: ByteBuffer): Content {
  const scoreboard = Scoreboard.getRootAsScoreboard(table);
  return {
    id: list(scoreboard.idArray()),
    name: names(scoreboard.nameLength(), (index) => scoreboard.name(index)),
    house: list(scoreboard.houseArray()),
    kills: list(scoreboard.killsArray()),
    deaths: list(scoreboard.deathsArray()),
    score: list(scoreboard.scoreArray()),
  };
}

/** The bricks' own bytes are compressed; decompressing them is the core's business. */
function readBricks(table: ByteBuffer): Content {
  const bricks = Bricks.getRootAsBricks(table);
  const size = list(bricks.sizeArray());
  expect(size.reduce((sum, bytes) => sum + bytes, 0)).toBe(bricks.bytesPlainCount());
  expect(bricks.bytesLength()).toBeLessThan(bricks.bytesPlainCount());
  return { cell: triples(bricks.cellArray()), size };
}

function readInputs(table: ByteBuffer): Content {
  const inputs = Inputs.getRootAsInputs(table);
  const records = Array.from({ length: inputs.recordsLength() }, (_, index) => {
    const record = inputs.records(index)!;
    const face = record.targetFace();
    return {
      sequence: record.sequence(),
      view_tick: record.viewTick(),
      view_fraction: record.viewFraction(),
      buttons: record.buttons(),
      yaw: record.yaw(),
      pitch: record.pitch(),
      slot: record.slot(),
      target: face === 255 ? [0, 0, 0] : [record.targetX(), record.targetY(), record.targetZ()],
      target_face: face,
      respawn_banner: record.respawnBanner(),
    };
  });
  return { records };
}

/** The golden content; of bricks the sizes are compared, not their bytes. */
function golden(name: string): Content {
  const content = JSON.parse(readFileSync(`${FOLDER}${name}.json`, "utf8"));
  if (content.kind === 32) {
    content.content.size = content.content.brick.map((brick: number[]) => brick.length);
    delete content.content.brick;
  }
  return content;
}

describe("golden vectors", () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".bin"));
  const seen = new Set<number>();

  it.each(files)("%s", (file) => {
    const bytes = new Uint8Array(readFileSync(FOLDER + file));
    const kind = bytes[0]!;
    seen.add(kind);
    const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    const table = new ByteBuffer(bytes.slice(HEADER_BYTES));
    const content = READERS[kind]!(table);
    expect({ kind, number, content }).toEqual(golden(file.replace(".bin", "")));
  });

  it("cover every kind", () => {
    expect([...seen].sort((a, b) => a - b)).toEqual(Object.keys(READERS).map(Number));
  });
});
