//! Reads the core's motion bytes: the exact state of the own body. Layout: client/core/src/abi.rs.

import { UNITS_PER_METRE } from "./core";
import type { Vector3 } from "./state";

const TICKS_PER_SECOND = 20;

/** Bits of a motion's flags. */
export const FLAG = { GROUNDED: 1, SWIMMING: 2, CROUCHED: 4, RUNNING: 8 } as const;

/** Middle of the feet, metres. */
export function motionPosition(motion: Uint8Array): Vector3 {
  return readVector(motion, 0, 1 / UNITS_PER_METRE);
}

/** Metres per second. */
export function motionVelocity(motion: Uint8Array): Vector3 {
  return readVector(motion, 12, TICKS_PER_SECOND / UNITS_PER_METRE);
}

export function motionFlags(motion: Uint8Array): number {
  return motion[30];
}

export function motionDashTicks(motion: Uint8Array): number {
  return motion[31];
}

export function motionDashWaitTicks(motion: Uint8Array): number {
  return motion[32];
}

function readVector(motion: Uint8Array, at: number, unit: number): Vector3 {
  const view = new DataView(motion.buffer, motion.byteOffset);
  return {
    x: view.getInt32(at, true) * unit,
    y: view.getInt32(at + 4, true) * unit,
    z: view.getInt32(at + 8, true) * unit,
  };
}
