//! The player's own arms around a bow: lowered, raised, drawn to the cheek. Angles as in the pose
//! shader; shifts move a whole arm so that the fingers stay on the string, in the figure's metres.

import { DRAW_METRES } from "./pose_glsl";

/** Arm's turns about x, y, z and the elbow; turns of what it holds; the shift. */
interface ArmPose {
  readonly arm: readonly number[];
  readonly held: readonly number[];
  readonly shift: readonly number[];
}

// Solved once for a hand at a place of the view and a bow that looks at its middle.
const LEFT_LOWERED: ArmPose = {
  arm: [1.05, -0.05, 0, 0.35],
  held: [0.117, 0.299, -0.618],
  shift: [-0.06, 0.15, 0.038],
};
const LEFT_RAISED: ArmPose = {
  arm: [1.0, -0.25, 0, 0.75],
  held: [0.13, 0.198, -0.537],
  shift: [0.201, 0.365, -0.158],
};
const RIGHT_LOWERED: ArmPose = { arm: [0.4, 0.25, 0, 0.5], held: [], shift: [0, 0, 0] };
/** The fingers at the cheek, with the string fully drawn. */
const RIGHT_DRAWN: ArmPose = {
  arm: [0.949, 1.045, 0.029, 1.275],
  held: [],
  shift: [0.157, 0.162, 0.084],
};
/** From the bow towards the cheek. */
const ARROW_BACK = [0.3001, -0.1601, 0.9404] as const;
/** How fast the arms follow, per second. */
const RAISE_RATE = 14;
const PULL_RATE = 24;

export class BowArms {
  /** Of the string, 0..1. */
  pull = 0;
  left: number[] = [...LEFT_LOWERED.arm];
  heldLeft: number[] = [...LEFT_LOWERED.held];
  shiftLeft: number[] = [...LEFT_LOWERED.shift];
  right: number[] = [...RIGHT_LOWERED.arm];
  shiftRight: number[] = [0, 0, 0];
  #raised = 0;

  /** Takes a frame's step. `drawn` is 0..1 as the server counts it. */
  follow(drawn: number, isLoosing: boolean, seconds: number): void {
    const wanted = Math.min(1, drawn);
    const isUp = wanted > 0 || isLoosing;
    this.#raised += ((isUp ? 1 : 0) - this.#raised) * (1 - Math.exp(-RAISE_RATE * seconds));
    const eased = this.pull + (wanted - this.pull) * (1 - Math.exp(-PULL_RATE * seconds));
    this.pull = wanted === 0 ? 0 : eased;
    this.#pose(isLoosing ? 1 : this.pull);
  }

  /** `fingers` is where the right hand is along the arrow, 1 at the cheek. */
  #pose(fingers: number): void {
    const raised = this.#raised;
    blend(this.left, LEFT_LOWERED.arm, LEFT_RAISED.arm, raised);
    blend(this.heldLeft, LEFT_LOWERED.held, LEFT_RAISED.held, raised);
    blend(this.shiftLeft, LEFT_LOWERED.shift, LEFT_RAISED.shift, raised);
    blend(this.right, RIGHT_LOWERED.arm, RIGHT_DRAWN.arm, raised);
    blend(this.shiftRight, RIGHT_LOWERED.shift, RIGHT_DRAWN.shift, raised);
    const short = DRAW_METRES * (1 - fingers) * raised;
    for (let axis = 0; axis < 3; axis += 1) this.shiftRight[axis] -= ARROW_BACK[axis] * short;
  }
}

function blend(
  target: number[],
  from: readonly number[],
  to: readonly number[],
  share: number,
): void {
  for (let at = 0; at < target.length; at += 1) target[at] = from[at] + (to[at] - from[at]) * share;
}
