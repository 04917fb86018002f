//! Event datagrams to events. Kinds and what each column means: protocol/WIRE.md. Wire worker.

import type { ByteBuffer } from "flatbuffers";
import { Events } from "./generated/voxelheim/wire/events";
import type { GameEvent, ServerMessage, Vector3 } from "./link";
import { BODY_INDEX_MASK } from "./messages";

const CELL_EDGE_METRES = 16;
const POSITION_UNIT_METRES = 1 / 64;
const VELOCITY_UNIT_METRES = 1 / 4_096;

/** One row of the columns. */
interface Row {
  subject: number;
  other: number;
  value: number;
  position: Vector3;
  velocity: Vector3;
}

export function decodeEvents(buffer: ByteBuffer): ServerMessage {
  const table = Events.getRootAsEvents(buffer);
  const kinds = table.kindArray() ?? new Uint8Array(0);
  const events: GameEvent[] = [];
  kinds.forEach((kind, index) => {
    const event = MAKERS[kind]?.(readRow(table, index));
    if (event) events.push(event);
  });
  return { kind: "events", tick: table.tick(), events };
}

function readRow(table: Events, index: number): Row {
  const base = table.base();
  const count = table.kindLength();
  const at = (axis: number, corner: number) =>
    corner * CELL_EDGE_METRES + (table.position(axis * count + index) ?? 0) * POSITION_UNIT_METRES;
  return {
    subject: table.subject(index) ?? 0,
    other: (table.other(index) ?? 0) & BODY_INDEX_MASK,
    value: table.value(index) ?? 0,
    position: { x: at(0, base?.x() ?? 0), y: at(1, base?.y() ?? 0), z: at(2, base?.z() ?? 0) },
    velocity: readVelocity(table, index),
  };
}

function readVelocity(table: Events, index: number): Vector3 {
  const flying = table.velocityLength() / 3;
  if (index >= flying) return { x: 0, y: 0, z: 0 };
  const along = (axis: number) =>
    (table.velocity(axis * flying + index) ?? 0) * VELOCITY_UNIT_METRES;
  return { x: along(0), y: along(1), z: along(2) };
}

function body(row: Row): number {
  return row.subject & BODY_INDEX_MASK;
}

function block(row: Row): Vector3 {
  const { x, y, z } = row.position;
  return { x: Math.floor(x), y: Math.floor(y), z: Math.floor(z) };
}

/** By kind on the wire. */
const MAKERS: ((row: Row) => GameEvent)[] = [
  (row) => ({
    kind: "arrowLoosed",
    arrow: row.subject,
    shooter: row.other,
    position: row.position,
    velocity: row.velocity,
  }),
  (row) => ({
    kind: "bombThrown",
    bomb: row.subject,
    thrower: row.other,
    position: row.position,
    velocity: row.velocity,
  }),
  (row) => ({
    kind: "arrowStopped",
    arrow: row.subject,
    position: row.position,
    hit: row.other,
  }),
  (row) => ({ kind: "explosion", bomb: row.subject, position: row.position }),
  (row) => ({
    kind: "hurt",
    target: body(row),
    attacker: row.other,
    weapon: row.value >> 12,
    damage: row.value & 0xfff,
    position: row.position,
  }),
  (row) => ({
    kind: "healed",
    target: body(row),
    healer: row.other,
    amount: row.value,
    position: row.position,
  }),
  (row) => ({ kind: "hornBlown", body: body(row), position: row.position }),
  (row) => ({
    kind: "died",
    target: body(row),
    killer: row.other,
    weapon: row.value,
    position: row.position,
  }),
  (row) => ({ kind: "respawned", body: body(row), position: row.position }),
  (row) => ({ kind: "blockBroken", block: block(row), was: row.value, by: row.other }),
  (row) => ({ kind: "blockPlaced", block: block(row), now: row.value, by: row.other }),
  (row) => ({ kind: "bannerTaken", banner: row.subject, house: row.value }),
  (row) => ({ kind: "roundEnded", winner: row.value }),
  (row) => ({ kind: "roundStarted", round: row.subject }),
];
