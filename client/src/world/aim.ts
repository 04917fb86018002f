//! What the crosshair points at: a block within reach, a body, and how far the camera may stand
//! behind the head. Main thread.

import type { Bodies } from "./bodies";
import { BLOCK_VOID, UNITS_PER_METRE, type Core } from "./core";
import { THIRD_PERSON, type BlockAim, type Vector3 } from "./state";

/** Block id of water. */
const WATER = 12;
/** As the server's: 5 m from the eye. */
const REACH_METRES = 5;
const BODY_REACH_METRES = 60;
const BODY_RADIUS_METRES = 0.5;
const BODY_HEIGHT_METRES = 1.8;
const CAMERA_MARGIN_METRES = 0.3;
/** Length of a direction for the core. */
const DIRECTION_ONE = 16_384;

/** Where a yaw and a pitch (radians) look; length 1. */
export function lookDirection(yaw: number, pitch: number): Vector3 {
  const level = Math.cos(pitch);
  return { x: Math.sin(yaw) * level, y: Math.sin(pitch), z: -Math.cos(yaw) * level };
}

export function aimBlock(core: Core, eye: Vector3, direction: Vector3): BlockAim | null {
  const hit = cast(core, eye, direction, REACH_METRES);
  if (!hit || hit.block === BLOCK_VOID || hit.face > 5) return null;
  return { block: { x: hit.x, y: hit.y, z: hit.z }, face: hit.face, id: hit.block };
}

/** The block beyond a face: where a block is placed. */
export function beyond(aim: BlockAim): Vector3 {
  const sign = 1 - 2 * (aim.face & 1);
  const { x, y, z } = aim.block;
  if (aim.face < 2) return { x: x + sign, y, z };
  if (aim.face < 4) return { x, y: y + sign, z };
  return { x, y, z: z + sign };
}

export function isUnderwater(core: Core, eye: Vector3): boolean {
  return core.block(Math.floor(eye.x), Math.floor(eye.y), Math.floor(eye.z)) === WATER;
}

/** How far behind the head, over the shoulder, the camera stands without looking through terrain. */
export function cameraDistance(core: Core, eye: Vector3, yaw: number, pitch: number): number {
  const { right, up, back } = THIRD_PERSON;
  const ahead = lookDirection(yaw, pitch);
  const above = lookDirection(yaw, pitch + Math.PI / 2);
  const metres = Math.hypot(right, up, back);
  const towards = {
    x: (Math.cos(yaw) * right + above.x * up - ahead.x * back) / metres,
    y: (above.y * up - ahead.y * back) / metres,
    z: (Math.sin(yaw) * right + above.z * up - ahead.z * back) / metres,
  };
  const hit = cast(core, eye, towards, metres);
  const free = hit ? hit.distance / UNITS_PER_METRE : metres;
  return (Math.max(0.5, free - CAMERA_MARGIN_METRES) * back) / metres;
}

/** The nearest body under the crosshair that no terrain hides; 0 nobody. */
export function aimBody(
  core: Core,
  bodies: Bodies,
  renderTick: number,
  eye: Vector3,
  direction: Vector3,
): number {
  let nearest = 0;
  let nearestMetres = BODY_REACH_METRES;
  for (let row = 0; row < bodies.count; row++) {
    if (bodies.look[row * 4 + 1] === 0) continue;
    if (!mayBeNear(bodies, row, eye, nearestMetres)) continue;
    const metres = hitDistance(bodies.at(row, renderTick), eye, direction);
    if (metres >= nearestMetres) continue;
    nearestMetres = metres;
    nearest = bodies.id[row];
  }
  if (nearest === 0) return 0;
  return cast(core, eye, direction, nearestMetres) ? 0 : nearest;
}

/** Cheap: before the interpolation. */
function mayBeNear(bodies: Bodies, row: number, eye: Vector3, metres: number): boolean {
  const x = bodies.newer[row * 4] - eye.x;
  const z = bodies.newer[row * 4 + 2] - eye.z;
  return x * x + z * z < (metres + 2) * (metres + 2);
}

/** Along the look to the axis of an upright body, or infinity when it passes beside it. */
function hitDistance(at: Float32Array, eye: Vector3, direction: Vector3): number {
  const x = at[0] - eye.x;
  const z = at[2] - eye.z;
  const level = direction.x * direction.x + direction.z * direction.z;
  if (level < 1e-6) return Number.POSITIVE_INFINITY;
  const along = (x * direction.x + z * direction.z) / level;
  if (along <= 0) return Number.POSITIVE_INFINITY;
  const aside = Math.hypot(x - direction.x * along, z - direction.z * along);
  const height = eye.y + direction.y * along - at[1];
  const isHit = aside < BODY_RADIUS_METRES && height > 0 && height < BODY_HEIGHT_METRES;
  return isHit ? along : Number.POSITIVE_INFINITY;
}

function cast(core: Core, eye: Vector3, direction: Vector3, metres: number) {
  return core.rayCast(
    scaled(eye, UNITS_PER_METRE),
    scaled(direction, DIRECTION_ONE),
    Math.floor(metres * UNITS_PER_METRE),
  );
}

function scaled(vector: Vector3, factor: number): Vector3 {
  return {
    x: Math.round(vector.x * factor),
    y: Math.round(vector.y * factor),
    z: Math.round(vector.z * factor),
  };
}
