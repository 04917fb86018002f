//! What is told: 400 bodies who run about in nine cells, in plain numbers for every side.

import { Random } from "../src/world/random";

export const BODIES_COUNT = 400;
/** Ticks that are recorded; they come again and again. */
export const TICKS_COUNT = 8;

const CORNER_CM = [40_000, 4_000, 30_400];
const EDGES_CM = [4_800, 400, 4_800];
const STEP_CM = 25;
const SEED = 5;

/** Fields in the order they are sent in. */
export interface Body {
  /** 1 and up. */
  id: number;
  /** Centimetres. */
  x: number;
  y: number;
  z: number;
  /** 256 to a full turn. */
  yaw: number;
  pose: number;
  health: number;
}

/** The bodies of each tick; everything of everybody changes from each to the next. */
export function swarm(): Body[][] {
  const random = new Random(SEED);
  const place = (axis: number) => CORNER_CM[axis] + random.below(EDGES_CM[axis] - STEP_CM);
  const first = Array.from({ length: BODIES_COUNT }, (_, index) => ({
    id: index + 1,
    x: place(0),
    y: place(1),
    z: place(2),
    yaw: random.below(256),
    pose: random.below(256),
    health: random.below(256),
  }));
  return Array.from({ length: TICKS_COUNT }, (_, tick) => first.map((body) => moved(body, tick)));
}

/** To and fro, so that the last tick can come before the first again. */
function moved(body: Body, tick: number): Body {
  const way = Math.min(tick, TICKS_COUNT - tick) * 5 + (tick % 2) + 1;
  const turned = (value: number) => (value + tick * 31) & 255;
  return {
    id: body.id,
    x: body.x + way,
    y: body.y + (tick % 2) + 2 * (tick & 2),
    z: body.z + way,
    yaw: turned(body.yaw),
    pose: turned(body.pose),
    health: turned(body.health),
  };
}
