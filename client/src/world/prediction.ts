//! Predicts the own body with the server's own movement code and checks every prediction against
//! the server's word, byte for byte. Main thread.

import type { InputData, OwnReport } from "../wire/link";
import { motionPosition } from "./motion";
import type { Vector3 } from "./state";

/** What prediction needs of the core. */
export interface MovementCore {
  setMotion(motion: Uint8Array): void;
  step(buttons: number, yaw: number): Uint8Array;
}

/** Inputs kept until the server confirms them: 5 s; beyond that the link is as good as gone. */
const PENDING_MAX = 100;
/** Half of an offset between what was shown and what is right is gone after this long. */
const BLEND_HALF_LIFE_MS = 60;
/** Farther off than this is a respawn or a teleport: shown at once. */
const BLEND_METRES_MAX = 4;

interface Step {
  sequence: number;
  buttons: number;
  yaw: number;
  /** After the step. */
  motion: Uint8Array;
}

export class Prediction {
  /** Predictions that the server contradicted with no push and no terrain change to explain it. */
  correctionsCount = 0;
  /** Outside pushes: knockback, death, respawn. */
  pushesCount = 0;
  /** Contradictions explained by terrain that changed under way. */
  terrainCount = 0;
  /** The newest motion, before the next input. */
  motion: Uint8Array | null = null;
  private steps: Step[] = [];
  private confirmed: { sequence: number; motion: Uint8Array } | null = null;
  private pushCount = -1;
  private previous: Vector3 = { x: 0, y: 0, z: 0 };
  private current: Vector3 = { x: 0, y: 0, z: 0 };
  /** Added to what is shown and fading. */
  private offset: Vector3 = { x: 0, y: 0, z: 0 };

  constructor(private readonly core: MovementCore) {}

  reset(): void {
    this.motion = null;
    this.steps = [];
    this.confirmed = null;
    this.pushCount = -1;
    this.offset = { x: 0, y: 0, z: 0 };
  }

  /** Whether the server has told where the body is. */
  get isReady(): boolean {
    return this.motion !== null;
  }

  /** Inputs sent and not yet confirmed. */
  get pendingCount(): number {
    return this.steps.length;
  }

  /** One step ahead of the server. */
  predict(input: InputData, isAlive: boolean): void {
    if (!this.motion) return;
    if (isAlive) {
      this.core.setMotion(this.motion);
      this.motion = this.core.step(input.buttons, input.yaw);
    }
    const { sequence, buttons, yaw } = input;
    this.steps.push({ sequence, buttons, yaw, motion: this.motion });
    if (this.steps.length > PENDING_MAX) this.steps.shift();
    this.previous = this.current;
    this.current = motionPosition(this.motion);
  }

  /** The server's word. Stale ones are ignored. */
  confirm(report: OwnReport): void {
    if (this.confirmed && report.inputSequence < this.confirmed.sequence) return;
    if (!this.motion || !this.confirmed) return this.start(report);
    const predicted = this.motionAfter(report.inputSequence);
    const isPushed = report.pushCount !== this.pushCount;
    if (isPushed) this.pushesCount += (report.pushCount - this.pushCount) & 0xffff;
    this.pushCount = report.pushCount;
    if (predicted && isSame(predicted, report.motion)) {
      this.settle(report);
      return;
    }
    // A body that got no input for a while is moved by the server alone: nothing was predicted.
    const isStarved = this.confirmed.sequence === report.inputSequence;
    if (predicted && !isStarved && !isPushed && report.alive) this.blame(report);
    this.settle(report);
    this.replay(report.motion, report.alive);
  }

  /** Where the body is shown, `share` (0..1) of a step after the newest one began. */
  shownAt(share: number, deltaMs: number): Vector3 {
    const fade = 0.5 ** (deltaMs / BLEND_HALF_LIFE_MS);
    const at = (axis: "x" | "y" | "z") => {
      this.offset[axis] *= fade;
      const moved = (this.current[axis] - this.previous[axis]) * share;
      return this.previous[axis] + moved + this.offset[axis];
    };
    return { x: at("x"), y: at("y"), z: at("z") };
  }

  private start(report: OwnReport): void {
    this.motion = report.motion;
    this.steps = [];
    this.pushCount = report.pushCount;
    this.confirmed = { sequence: report.inputSequence, motion: report.motion };
    this.current = motionPosition(report.motion);
    this.previous = this.current;
  }

  private motionAfter(sequence: number): Uint8Array | null {
    if (this.confirmed?.sequence === sequence) return this.confirmed.motion;
    return this.steps.find((step) => step.sequence === sequence)?.motion ?? null;
  }

  /** From the last confirmed state over today's terrain: the same as the server's, or a fault. */
  private blame(report: OwnReport): void {
    if (!this.confirmed) return;
    let motion = this.confirmed.motion;
    for (const step of this.steps) {
      if (step.sequence > report.inputSequence) break;
      this.core.setMotion(motion);
      motion = this.core.step(step.buttons, step.yaw);
    }
    if (isSame(motion, report.motion)) this.terrainCount += 1;
    else this.correctionsCount += 1;
  }

  private settle(report: OwnReport): void {
    this.steps = this.steps.filter((step) => step.sequence > report.inputSequence);
    this.confirmed = { sequence: report.inputSequence, motion: report.motion };
  }

  private replay(from: Uint8Array, isAlive: boolean): void {
    const shownBefore = this.current;
    let motion = from;
    let before = from;
    for (const step of this.steps) {
      before = motion;
      if (isAlive) {
        this.core.setMotion(motion);
        motion = this.core.step(step.buttons, step.yaw);
      }
      step.motion = motion;
    }
    this.motion = motion;
    this.current = motionPosition(motion);
    this.previous = motionPosition(before);
    this.blendFrom(shownBefore);
  }

  private blendFrom(before: Vector3): void {
    const apart = {
      x: before.x - this.current.x,
      y: before.y - this.current.y,
      z: before.z - this.current.z,
    };
    if (Math.hypot(apart.x, apart.y, apart.z) > BLEND_METRES_MAX) {
      this.offset = { x: 0, y: 0, z: 0 };
      return;
    }
    this.offset.x += apart.x;
    this.offset.y += apart.y;
    this.offset.z += apart.z;
  }
}

function isSame(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, index) => byte === second[index]);
}
