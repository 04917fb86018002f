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

/** Edits that explain a contradiction arrive within this; a second of a bad link. */
const SUSPICION_TICKS = 20;

/** A contradiction that later edits may explain. */
interface Suspicion {
  /** The motion before the first step, and after each, as predicted. */
  starts: Uint8Array[];
  steps: Step[];
  motion: Uint8Array;
  tick: number;
}

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
  /** Words of the server that were compared. */
  confirmedCount = 0;
  /** Contradictions explained by terrain that changed under way. */
  terrainCount = 0;
  /** The newest motion, before the next input. */
  motion: Uint8Array | null = null;
  private steps: Step[] = [];
  private confirmed: { tick: number; sequence: number; motion: Uint8Array } | null = null;
  private suspicions: Suspicion[] = [];
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
    this.suspicions = [];
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
    if (this.confirmed && report.tick <= this.confirmed.tick) return;
    this.confirmedCount += 1;
    if (!this.motion || !this.confirmed) return this.start(report);
    const predicted = this.motionAfter(report.inputSequence);
    const isPushed = report.pushCount !== this.pushCount;
    if (isPushed) this.pushesCount += (report.pushCount - this.pushCount) & 0xffff;
    this.pushCount = report.pushCount;
    this.judge(report.tick);
    if (predicted && isSame(predicted, report.motion)) {
      this.settle(report);
      return;
    }
    // A body that got no input for a while is moved by the server alone: nothing was predicted.
    const isStarved = this.confirmed.sequence === report.inputSequence;
    if (predicted && !isStarved && !isPushed && report.alive) this.suspect(report);
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
    this.settle(report);
    this.current = motionPosition(report.motion);
    this.previous = this.current;
  }

  private motionAfter(sequence: number): Uint8Array | null {
    if (this.confirmed?.sequence === sequence) return this.confirmed.motion;
    return this.steps.find((step) => step.sequence === sequence)?.motion ?? null;
  }

  /**
   * Notes a contradiction. It is judged when the edits that may explain it had time to arrive: they
   * come on a stream, the report came as a datagram.
   */
  private suspect(report: OwnReport): void {
    if (!this.confirmed) return;
    const steps = this.steps.filter((step) => step.sequence <= report.inputSequence);
    const suspicion = {
      starts: [this.confirmed.motion, ...steps.map((step) => step.motion)],
      steps,
      motion: report.motion,
      tick: report.tick,
    };
    this.suspicions.push(suspicion);
    this.judge(report.tick);
  }

  /** Terrain changed: what looked like a misprediction may be explained by it. */
  judge(tick: number): void {
    this.suspicions = this.suspicions.filter((suspicion) => {
      if (this.isExplained(suspicion)) {
        this.terrainCount += 1;
        return false;
      }
      if (tick - suspicion.tick < SUSPICION_TICKS) return true;
      this.correctionsCount += 1;
      return false;
    });
  }

  /** Whether today's terrain, effective from one of the steps on, leads to the server's state. */
  private isExplained({ starts, steps, motion }: Suspicion): boolean {
    return starts.some((start, first) => {
      let reached = start;
      for (const step of steps.slice(first)) {
        this.core.setMotion(reached);
        reached = this.core.step(step.buttons, step.yaw);
      }
      return isSame(reached, motion);
    });
  }

  private settle(report: OwnReport): void {
    this.steps = this.steps.filter((step) => step.sequence > report.inputSequence);
    const { tick, inputSequence: sequence, motion } = report;
    this.confirmed = { tick, sequence, motion };
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
