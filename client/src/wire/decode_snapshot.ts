//! Snapshot datagrams to columns in world metres and radians. Wire worker.

import type { ByteBuffer } from "flatbuffers";
import type { Own } from "./generated/voxelheim/wire/own";
import { Snapshot } from "./generated/voxelheim/wire/snapshot";
import { MOTION_BYTES, type BodySamples, type OwnReport, type ServerMessage } from "./link";

const CELL_EDGE_METRES = 16;
const NEAR_UNIT_METRES = 1 / 4_096;
const FAR_UNIT_METRES = 1 / 16;
const YAW_UNIT_RADIANS = (Math.PI * 2) / 256;
const EMPTY_WORDS = new Uint16Array(0);
const EMPTY_BYTES = new Uint8Array(0);

export function decodeSnapshot(buffer: ByteBuffer): ServerMessage {
  const snapshot = Snapshot.getRootAsSnapshot(buffer);
  const tick = snapshot.tick();
  const own = snapshot.own();
  return {
    kind: "snapshot",
    samples: decodeBodies(snapshot, tick),
    own: own ? decodeOwn(own, tick) : null,
  };
}

function decodeBodies(snapshot: Snapshot, tick: number): BodySamples {
  const yaw = snapshot.yawArray() ?? EMPTY_BYTES;
  const count = snapshot.idLowLength();
  const samples: BodySamples = {
    tick,
    count,
    id: bodyIds(snapshot, count),
    placed: new Float32Array(count * 4),
    pose: (snapshot.poseArray() ?? EMPTY_BYTES).slice(),
    health: (snapshot.healthArray() ?? EMPTY_BYTES).slice(),
  };
  if (yaw.length !== count || samples.pose.length !== count) throw new Error("columns differ");
  placeCells(snapshot, samples);
  placeOffsets(snapshot, samples);
  for (let row = 0; row < count; row++) samples.placed[row * 4 + 3] = yaw[row] * YAW_UNIT_RADIANS;
  return samples;
}

function bodyIds(snapshot: Snapshot, count: number): Uint32Array {
  const low = snapshot.idLowArray() ?? EMPTY_WORDS;
  const high = snapshot.idHighArray();
  const id = new Uint32Array(count);
  for (let row = 0; row < count; row++) id[row] = low[row] | ((high ? high[row] : 0) << 16);
  return id;
}

/** Puts every row at the lowest corner of its cell. */
function placeCells(snapshot: Snapshot, samples: BodySamples): void {
  const base = snapshot.base();
  if (!base) {
    if (samples.count > 0) throw new Error("bodies without a base cell");
    return;
  }
  const cells = snapshot.cellsArray() ?? new Uint32Array(0);
  const [x, y, z] = [base.x(), base.y(), base.z()];
  let row = 0;
  for (const cell of cells) {
    const end = Math.min(samples.count, row + (cell >>> 24));
    for (; row < end; row++) {
      samples.placed[row * 4] = (x + signed(cell)) * CELL_EDGE_METRES;
      samples.placed[row * 4 + 1] = (y + signed(cell >>> 8)) * CELL_EDGE_METRES;
      samples.placed[row * 4 + 2] = (z + signed(cell >>> 16)) * CELL_EDGE_METRES;
    }
  }
  if (row !== samples.count) throw new Error(`cells name ${row} of ${samples.count} rows`);
}

/** The low byte as an int8. */
function signed(value: number): number {
  return (value << 24) >> 24;
}

function placeOffsets(snapshot: Snapshot, samples: BodySamples): void {
  const near = snapshot.offsetArray() ?? EMPTY_WORDS;
  const far = snapshot.offsetFarArray() ?? EMPTY_BYTES;
  const nearCount = samples.health.length;
  const farCount = samples.count - nearCount;
  if (near.length !== nearCount * 3 || far.length !== farCount * 3) {
    throw new Error("offsets do not match the rows");
  }
  for (let axis = 0; axis < 3; axis++) {
    for (let row = 0; row < nearCount; row++) {
      samples.placed[row * 4 + axis] += near[axis * nearCount + row] * NEAR_UNIT_METRES;
    }
    for (let row = 0; row < farCount; row++) {
      const offset = far[axis * farCount + row] * FAR_UNIT_METRES;
      samples.placed[(nearCount + row) * 4 + axis] += offset;
    }
  }
}

function decodeOwn(own: Own, tick: number): OwnReport {
  return {
    tick,
    inputSequence: own.inputSequence(),
    motion: decodeMotion(own),
    alive: (own.life() & 1) !== 0,
    pushCount: own.pushCount(),
    health: own.health(),
    healthMax: own.healthMax(),
    respawnTicks: own.respawnTicks(),
    inputQueueCount: own.inputQueueCount(),
    slot: own.slot(),
    waitTicks: [
      own.waitSwordTicks(),
      own.waitBowTicks(),
      own.waitBombTicks(),
      own.waitPickTicks(),
      own.dashWaitTicks(),
      own.waitHornTicks(),
    ],
    drawTicks: own.drawTicks(),
    digProgress: own.digProgress(),
    bombsCount: own.bombsCount(),
    blocksCount: own.blocksCount(),
    tickCostMs: own.tickCost() / 16,
    kills: own.kills(),
    deaths: own.deaths(),
    score: own.score(),
  };
}

/** The layout that the core reads and writes, so that a prediction is compared byte for byte. */
function decodeMotion(own: Own): Uint8Array {
  const motion = new Uint8Array(MOTION_BYTES);
  const view = new DataView(motion.buffer);
  const words = [
    own.x(),
    own.y(),
    own.z(),
    own.velocityX(),
    own.velocityY(),
    own.velocityZ(),
    own.fallFromY(),
  ];
  words.forEach((word, index) => view.setInt32(index * 4, word, true));
  view.setUint16(28, own.yaw(), true);
  motion[30] = own.flags();
  motion[31] = own.dashTicks();
  motion[32] = own.dashWaitTicks();
  motion[33] = own.jumpWaitTicks();
  motion[34] = own.dashYaw();
  return motion;
}
