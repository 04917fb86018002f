//! Who of the players in sight is near: whom one would speak to.

import type { FrameView } from "./state";

/** More names than a glance takes in are none. */
const COUNT_MAX = 6;
const METRES_MAX = 48;

/** Their names, who is looked at first, then the nearest. */
export function playersNear({ bodies, own, aimBody }: FrameView): string[] {
  const found: { name: string; metres: number }[] = [];
  for (let row = 0; row < bodies.count; row++) {
    const id = bodies.id[row] ?? 0;
    if (!bodies.isPlayer(id) || id === own.id) continue;
    const metres = id === aimBody ? 0 : distanceTo(bodies.newer, row, own.position);
    if (metres <= METRES_MAX) found.push({ name: bodies.nameOf(id), metres });
  }
  found.sort((one, other) => one.metres - other.metres);
  return found.slice(0, COUNT_MAX).map(({ name }) => name);
}

function distanceTo(
  places: Float32Array,
  row: number,
  { x, y, z }: { x: number; y: number; z: number },
): number {
  const at = (axis: number) => places[row * 4 + axis] ?? 0;
  return Math.hypot(at(0) - x, at(1) - y, at(2) - z);
}
