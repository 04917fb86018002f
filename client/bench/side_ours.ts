//! Our side: the datagrams in which an edge tells of the bodies, decoded as the wire's worker does, and taken
//! into the world as the page does.

import { Builder } from "flatbuffers";
import { decode } from "../src/wire/decode";
import { Cell } from "../src/wire/generated/voxelheim/wire/cell";
import { Snapshot } from "../src/wire/generated/voxelheim/wire/snapshot";
import type { BodySamples } from "../src/wire/link";
import { KIND, withHeader } from "../src/wire/messages";
import { Bodies } from "../src/world/bodies";
import { TICKS_COUNT, type Body } from "./swarm";

/** Rows that fill a datagram of 1,150 bytes. */
const ROWS_PER_DATAGRAM = 93;
const CELL_EDGE_CM = 1_600;
const CELL_UNITS = 65_536;
const BASE = { x: 26, y: 2, z: 20 };
/** As much as playback lags behind what was told. */
const LAG_TICKS = 2.4;

export class Ours {
  readonly bytes: number;
  private readonly datagrams: Uint8Array[][];
  private readonly bodies = new Bodies();
  private samples: BodySamples[][] = [];
  /** Ticks told so far: each recorded tick comes again as a later one. */
  private told = 0;

  constructor(ticks: Body[][]) {
    this.datagrams = ticks.map(datagramsOf);
    this.bytes = this.datagrams[0].reduce((sum, datagram) => sum + datagram.length, 0);
    this.bodies.reset(0);
  }

  /** Datagrams to columns; all recorded ticks. */
  decode(): void {
    this.samples = this.datagrams.map((tick) => tick.map(decodeSamples));
  }

  /** Columns into the world. */
  apply(): void {
    for (const tick of this.samples) {
      this.told += 1;
      for (const samples of tick) {
        samples.tick = this.told;
        this.bodies.apply(samples, this.told - LAG_TICKS, 0);
      }
    }
  }

  /** Told last, by body, as the page would show it. */
  shown(): Map<number, Body> {
    this.bodies.select(this.told);
    const shown = new Map<number, Body>();
    for (let row = 0; row < this.bodies.count; row++) {
      const [x, y, z, yaw] = this.bodies.at(row, this.told).map((value) => value * 100);
      const [pose, health] = this.bodies.look.subarray(row * 4);
      const [id] = this.bodies.id.subarray(row);
      const turns = Math.round((yaw / 100 / (Math.PI * 2)) * 256) & 255;
      const [cmX, cmY, cmZ] = [x, y, z].map(Math.round);
      shown.set(id, { id, x: cmX, y: cmY, z: cmZ, yaw: turns, pose, health });
    }
    return shown;
  }
}

function decodeSamples(datagram: Uint8Array): BodySamples {
  const message = decode(datagram);
  if (message.kind !== "snapshot") throw new Error(`a ${message.kind} among snapshots`);
  return message.samples;
}

/** An edge sends cell by cell, and cuts a cell where a datagram ends. */
function datagramsOf(bodies: Body[], tick: number): Uint8Array[] {
  const sorted = bodies.toSorted((one, other) => cellOf(one) - cellOf(other));
  const starts = Array.from(
    { length: Math.ceil(sorted.length / ROWS_PER_DATAGRAM) },
    (_, index) => index * ROWS_PER_DATAGRAM,
  );
  return starts.map((start, index) => {
    const rows = sorted.slice(start, start + ROWS_PER_DATAGRAM);
    return withHeader(KIND.SNAPSHOT, tick * TICKS_COUNT + index + 1, table(rows, tick));
  });
}

/** The cell relative to the base, as the wire has it. */
function cellOf({ x, y, z }: Body): number {
  const axis = (at: number, base: number) => (Math.floor(at / CELL_EDGE_CM) - base) & 255;
  return axis(x, BASE.x) | (axis(y, BASE.y) << 8) | (axis(z, BASE.z) << 16);
}

function table(rows: Body[], tick: number): Uint8Array {
  const builder = new Builder(2_048);
  const column = (of: (body: Body) => number) => rows.map(of);
  const offset = (of: (body: Body) => number) =>
    column((body) => Math.round(((of(body) % CELL_EDGE_CM) * CELL_UNITS) / CELL_EDGE_CM));
  const offsets = [
    ...offset((body) => body.x),
    ...offset((body) => body.y),
    ...offset((body) => body.z),
  ];
  const cells = Snapshot.createCellsVector(builder, Uint32Array.from(cellHeaders(rows)));
  const id = Snapshot.createIdLowVector(builder, Uint16Array.from(column((body) => body.id)));
  const yaw = Snapshot.createYawVector(builder, column((body) => body.yaw));
  const pose = Snapshot.createPoseVector(builder, column((body) => body.pose));
  const offsetAt = Snapshot.createOffsetVector(builder, Uint16Array.from(offsets));
  const health = Snapshot.createHealthVector(builder, column((body) => body.health));
  Snapshot.startSnapshot(builder);
  Snapshot.addTick(builder, tick);
  Snapshot.addBase(builder, Cell.createCell(builder, BASE.x, BASE.y, BASE.z));
  Snapshot.addCells(builder, cells);
  Snapshot.addIdLow(builder, id);
  Snapshot.addYaw(builder, yaw);
  Snapshot.addPose(builder, pose);
  Snapshot.addOffset(builder, offsetAt);
  Snapshot.addHealth(builder, health);
  Snapshot.finishSnapshotBuffer(builder, Snapshot.endSnapshot(builder));
  return builder.asUint8Array();
}

/** Cells that follow each other, each with how many rows it has. */
function cellHeaders(rows: Body[]): number[] {
  const headers: number[] = [];
  for (const cell of rows.map(cellOf)) {
    const last = headers.length - 1;
    const isSame = last >= 0 && (headers[last] & 0xffffff) === cell;
    if (isSame) headers[last] = (headers[last] + (1 << 24)) >>> 0;
    else headers.push(((1 << 24) | cell) >>> 0);
  }
  return headers;
}
