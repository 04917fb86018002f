//! Predicts the own body with the server's own movement code and checks every prediction against
//! the server's word, byte for byte. Main thread.

import type { InputData, OwnReport } from "../wire/link";
import { motionPosition } from "./motion";
import { isSame, leadsTo, type PastCore, type Span } from "./resimulation";
import type { Vector3 } from "./state";

/** Steps that may be ahead of the server: what its queue holds, so that it never refuses one. */
const STEPS_AHEAD_MAX = 20;
/** Half of an offset between what was shown and what is right is gone after this long. */
const BLEND_HALF_LIFE_MS = 60;
/** Farther off than this is a respawn or a teleport: shown at once. */
const BLEND_METRES_MAX = 4;

/** Corrections kept for whoever looks into them. */
const CORRECTIONS_KEPT_MAX = 8;
/** A doubt is a correction after this long, even if the terrain of its tick never came; 20 s. */
const DOUBT_TICKS_MAX = 400;

interface Step {
  sequence: number;
  buttons: number;
  yaw: number;
  /** After the step. */
  motion: Uint8Array;
}

export class Prediction {
  /** Predictions that the server contradicted with no push and no change of terrain to explain it. */
  correctionsCount = 0;
  /** The newest of them: what the server said, and what led there. */
  readonly corrections: Span[] = [];
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
  /** Contradictions that terrain may explain which is still on its way. */
  private doubts: Span[] = [];
  /** All terrain of this tick was told, as far as it concerns the page. */
  private terrainTick = 0;
  private pushCount = -1;
  private previous: Vector3 = { x: 0, y: 0, z: 0 };
  private current: Vector3 = { x: 0, y: 0, z: 0 };
  /** Added to what is shown and fading. */
  private offset: Vector3 = { x: 0, y: 0, z: 0 };

  constructor(private readonly core: PastCore) {}

  reset(): void {
    this.motion = null;
    this.steps = [];
    this.confirmed = null;
    this.doubts = [];
    this.terrainTick = 0;
    this.pushCount = -1;
    this.offset = { x: 0, y: 0, z: 0 };
  }

  /** Whether the server has told where the body is. */
  get isReady(): boolean {
    return this.motion !== null;
  }

  /** The server's last word of the own body: after which input it stood where. */
  get told(): { sequence: number; position: Vector3 } | null {
    if (!this.confirmed) return null;
    const { sequence, motion } = this.confirmed;
    return { sequence, position: motionPosition(motion) };
  }

  /** Inputs sent and not yet confirmed. */
  get pendingCount(): number {
    return this.steps.length;
  }

  /** Whether the next step must wait for a word of the server. */
  get isFull(): boolean {
    return this.steps.length >= STEPS_AHEAD_MAX;
  }

  /** Contradictions not yet judged. */
  get doubtsCount(): number {
    return this.doubts.length;
  }

  /** One step ahead of the server. */
  predict(input: InputData, isAlive: boolean): void {
    if (!this.motion) return;
    if (this.isFull) throw new Error("a step too far ahead of the server");
    if (isAlive) {
      this.core.setMotion(this.motion);
      this.motion = this.core.step(input.buttons, input.yaw);
    }
    const { sequence, buttons, yaw } = input;
    this.steps.push({ sequence, buttons, yaw, motion: this.motion });
    this.previous = this.current;
    this.current = motionPosition(this.motion);
  }

  /** A step was due and had to wait: the body stands where it is. */
  rest(): void {
    this.previous = this.current;
  }

  /** Whether there was word of this tick or of a later one: datagrams overtake each other. */
  isStale(report: OwnReport): boolean {
    return this.confirmed !== null && report.tick <= this.confirmed.tick;
  }

  /** The server's word. Stale ones are ignored. */
  confirm(report: OwnReport): void {
    if (this.isStale(report)) return;
    this.confirmedCount += 1;
    if (!this.motion || !this.confirmed) return this.start(report);
    const predicted = this.motionAfter(report.inputSequence);
    const isPushed = report.pushCount !== this.pushCount;
    if (isPushed) this.pushesCount += (report.pushCount - this.pushCount) & 0xffff;
    this.pushCount = report.pushCount;
    const isRight = predicted !== null && isSame(predicted, report.motion);
    if (!isRight && !isPushed && report.alive) this.doubts.push(this.spanTo(report));
    this.settle(report);
    if (!isRight) this.replay(report.motion, report.alive);
    this.judge(report.tick);
  }

  /**
   * Terrain was told: with edits, all of the ticks before theirs; without, all of this tick too. Only
   * then a doubt is judged, for reports overtake the terrain that they depend on.
   */
  hearTerrain(tick: number, editsCount: number): void {
    this.terrainTick = Math.max(this.terrainTick, editsCount > 0 ? tick - 1 : tick);
    this.judge(tick);
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

  private spanTo({ tick, inputSequence, motion }: OwnReport): Span {
    if (!this.confirmed) throw new Error("a span begins with a word of the server");
    const inputs = this.steps.filter((step) => step.sequence <= inputSequence);
    return { from: this.confirmed, inputs, to: { tick, motion } };
  }

  /** Once all terrain of its tick is here, a doubt is explained by it or a correction. */
  private judge(tick: number): void {
    this.doubts = this.doubts.filter((doubt) => {
      const isDue = doubt.to.tick <= this.terrainTick || tick - doubt.to.tick > DOUBT_TICKS_MAX;
      if (!isDue) return true;
      if (leadsTo(this.core, doubt)) this.terrainCount += 1;
      else this.correct(doubt);
      return false;
    });
  }

  private correct(span: Span): void {
    this.correctionsCount += 1;
    this.corrections.push(span);
    if (this.corrections.length > CORRECTIONS_KEPT_MAX) this.corrections.shift();
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
