//! The own body's steps through `core.wasm`: a walk over flat land, as `Prediction` takes it.

import { MOTION_BYTES } from "../src/wire/link";
import { Core, UNITS_PER_METRE } from "../src/world/core";

/** Cells along the land's edges. */
const LAND_EDGE = 8;
/** Above the ground, in its middle. */
const START_METRES = [64, 16, 64];
/** Encoded bricks of one block: `spatial/src/codec.rs`. */
const STONE = [1, 1, 0];
const AIR = [1, 0, 0];
/** Forward, and forward again in another direction every so many steps, so that it stays on the land. */
const BUTTONS_FORWARD = 1;
const STEPS_PER_SIDE = 40;
const SIDE_TURN = 16_384;

export class Walk {
  private motion: Uint8Array = new Uint8Array(MOTION_BYTES);
  private stepsCount = 0;

  constructor(private readonly core: Core) {
    if (!core.apply(land())) throw new Error("the land is no land");
    const view = new DataView(this.motion.buffer);
    START_METRES.forEach((metres, axis) =>
      view.setInt32(axis * 4, metres * UNITS_PER_METRE, true),
    );
    view.setInt32(24, START_METRES[1] * UNITS_PER_METRE, true);
  }

  step(): void {
    const yaw = Math.floor(this.stepsCount / STEPS_PER_SIDE) * SIDE_TURN;
    this.stepsCount += 1;
    this.core.setMotion(this.motion);
    this.motion = this.core.step(BUTTONS_FORWARD, yaw & 0xffff);
  }

  /** Metres from where it began, on the map; and above the ground. */
  get away(): { across: number; above: number } {
    const view = new DataView(this.motion.buffer);
    const metres = [0, 4, 8].map((at) => view.getInt32(at, true) / UNITS_PER_METRE);
    const [x, y, z] = metres.map((at, axis) => at - START_METRES[axis]);
    return { across: Math.hypot(x, z), above: y };
  }
}

/** A layer of stone and one of air, packed as an LZ4 block of nothing but literals. */
function land(): Parameters<Core["apply"]>[0] {
  const cells: number[] = [];
  const plain: number[] = [];
  for (let y = 0; y < 2; y++) {
    for (let z = 0; z < LAND_EDGE; z++) {
      for (let x = 0; x < LAND_EDGE; x++) {
        cells.push(x, y, z);
        plain.push(...(y === 0 ? STONE : AIR));
      }
    }
  }
  return {
    kind: "bricks",
    cells: Int16Array.from(cells),
    sizes: new Uint16Array(cells.length / 3).fill(STONE.length),
    bytes: Uint8Array.from([...literals(plain.length), ...plain]),
    plainCount: plain.length,
  };
}

/** What stands before so many literals (15 and more) in an LZ4 block. */
function literals(count: number): number[] {
  const rest = count - 15;
  return [0xf0, ...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255];
}
