//! What the page does with what it is told, beside what Colyseus and a plain text would take. All sides are
//! told of the same bodies, and must show the same ones before any is measured.

import type { Core } from "../src/world/core";
import { ColyseusSchema } from "./side_schema";
import { Json } from "./side_json";
import { Ours } from "./side_ours";
import { Walk } from "./side_prediction";
import { BODIES_COUNT, TICKS_COUNT, swarm, type Body } from "./swarm";
import { takeTurns, type Measured } from "./turns";

const STEPS_PER_CALL = 400;

export interface Figures {
  /** Microseconds for the bodies of a tick. */
  decode: Measured;
  apply: Measured;
  schema: Measured;
  json: Measured;
  /** Microseconds of a step of the own body. */
  step: Measured;
  /** Bytes of an update, all in. */
  bytes: { ours: number; schema: number; json: number };
}

export function measurePage(core: Core, isSmall: boolean): Figures {
  const ticks = swarm();
  const [ours, schema, json] = [new Ours(ticks), new ColyseusSchema(ticks), new Json(ticks)];
  const walk = new Walk(core);
  for (const side of [ours, schema, json]) side.decode();
  ours.apply();
  for (const side of [ours, schema, json]) mustShow(side.shown(), ticks[TICKS_COUNT - 1]);
  const steps = () => {
    for (let step = 0; step < STEPS_PER_CALL; step++) walk.step();
  };
  const sides = [() => ours.decode(), () => ours.apply(), () => schema.decode(), () => json.decode()];
  const measured = takeTurns([...sides, steps], isSmall);
  mustBeOnLand(walk);
  const [decode, apply, ofSchema, ofJson] = measured.map((side) => share(side, TICKS_COUNT));
  const bytes = (of: { bytes: number }) => of.bytes / BODIES_COUNT;
  return {
    decode,
    apply,
    schema: ofSchema,
    json: ofJson,
    step: share(measured[sides.length], STEPS_PER_CALL),
    bytes: { ours: bytes(ours), schema: bytes(schema), json: bytes(json) },
  };
}

function share({ median, spread }: Measured, parts: number): Measured {
  return { median: median / parts, spread: [spread[0] / parts, spread[1] / parts] };
}

function mustShow(shown: Map<number, Body>, bodies: Body[]): void {
  if (shown.size !== bodies.length) throw new Error(`${shown.size} bodies are shown`);
  for (const body of bodies) {
    const there = JSON.stringify(shown.get(body.id));
    if (there !== JSON.stringify(body)) throw new Error(`${there} is shown for body ${body.id}`);
  }
}

/** Standing at a wall or falling for ever would cost less. */
function mustBeOnLand(walk: Walk): void {
  const { across, above } = walk.away;
  if (across < 1 || Math.abs(above) > 1) throw new Error(`${across} m away, ${above} m up`);
}
