import { describe, expect, it } from "vitest";
import { MOTION_BYTES, NO_TARGET, type InputData, type OwnReport } from "../wire/link";
import { motionPosition } from "./motion";
import { Prediction } from "./prediction";
import { Random } from "./random";
import type { PastCore } from "./resimulation";

/** A core whose step adds the buttons to x, so that every input leaves its mark. */
class CountingCore implements PastCore {
  isPastAmbiguous = false;
  /** Stands for terrain: added to every step. */
  private slope = 0;
  private changes: { tick: number; was: number }[] = [];
  private recalled: number | null = null;
  private motion = new Uint8Array(MOTION_BYTES);

  /** Terrain changes in a tick. */
  tilt(tick: number, slope: number): void {
    this.changes.push({ tick, was: this.slope });
    this.slope = slope;
  }

  recall(tick: number): void {
    this.recalled = this.changes.find((change) => change.tick > tick)?.was ?? this.slope;
  }

  returnToNow(): void {
    this.recalled = null;
  }

  setMotion(motion: Uint8Array): void {
    this.motion = motion.slice();
  }

  step(buttons: number): Uint8Array {
    const view = new DataView(this.motion.buffer);
    view.setInt32(0, view.getInt32(0, true) + buttons + (this.recalled ?? this.slope), true);
    return this.motion.slice();
  }
}

function motionAt(x: number): Uint8Array {
  const motion = new Uint8Array(MOTION_BYTES);
  new DataView(motion.buffer).setInt32(0, x, true);
  return motion;
}

let ticksCount = 0;

function report(inputSequence: number, x: number, pushCount = 0, alive = true): OwnReport {
  ticksCount += 1;
  return {
    tick: ticksCount,
    inputSequence,
    motion: motionAt(x),
    alive,
    pushCount,
    health: 100,
    healthMax: 100,
    respawnTicks: 0,
    inputQueueCount: 0,
    slot: 0,
    waitTicks: [0, 0, 0, 0, 0, 0],
    drawTicks: 0,
    digProgress: 0,
    bombsCount: 0,
    blocksCount: 0,
    tickCostMs: 0,
    kills: 0,
    deaths: 0,
    score: 0,
  };
}

function input(sequence: number, buttons: number): InputData {
  return {
    sequence,
    buttons,
    viewTick: 0,
    viewFraction: 0,
    yaw: 0,
    pitch: 0,
    slot: 0,
    targetX: 0,
    targetY: 0,
    targetZ: 0,
    targetFace: NO_TARGET,
    respawnBanner: 255,
  };
}

/** Began at 0, and made some steps of 10. */
function afterSteps(core: CountingCore, count: number): Prediction {
  const prediction = new Prediction(core);
  prediction.confirm(report(0, 0));
  for (let sequence = 1; sequence <= count; sequence++) {
    prediction.predict(input(sequence, 10), true);
  }
  return prediction;
}

describe("prediction", () => {
  it("agrees with the server however late its word comes", () => {
    const random = new Random(4);
    const prediction = new Prediction(new CountingCore());
    prediction.confirm(report(0, 1_000));
    const reached = [1_000];
    let confirmed = 0;
    for (let sequence = 1; sequence < 500; sequence++) {
      const buttons = random.below(100);
      reached.push(reached[sequence - 1] + buttons);
      prediction.predict(input(sequence, buttons), true);
      if (!prediction.isFull && random.below(3) > 0) continue;
      confirmed += 1 + random.below(sequence - confirmed);
      prediction.confirm(report(confirmed, reached[confirmed]));
      const late = { ...report(Math.max(0, confirmed - 5), 77), tick: 0 };
      prediction.confirm(late);
      prediction.confirm({ ...report(confirmed, 99), tick: ticksCount - 2 });
    }
    expect([prediction.correctionsCount, prediction.doubtsCount]).toEqual([0, 0]);
    expect(motionPosition(prediction.motion!).x * 4_096).toBe(reached[499]);
  });

  it("takes the server's word over its own and replays what is not confirmed", () => {
    const prediction = afterSteps(new CountingCore(), 4);
    prediction.confirm(report(2, 5));
    expect(motionPosition(prediction.motion!).x * 4_096).toBe(25);
    prediction.confirm(report(4, 25));
    prediction.hearTerrain(ticksCount, 0);
    expect(prediction.correctionsCount).toBe(1);
  });

  it("counts a push apart, and a contradiction without one as a correction", () => {
    const prediction = afterSteps(new CountingCore(), 4);
    prediction.confirm(report(2, 400, 1));
    prediction.hearTerrain(ticksCount, 0);
    expect([prediction.correctionsCount, prediction.pushesCount]).toEqual([0, 1]);
    prediction.confirm(report(3, 411, 1));
    prediction.hearTerrain(ticksCount, 0);
    expect([prediction.correctionsCount, prediction.pushesCount]).toEqual([1, 1]);
  });

  it("explains edits of two ticks between two words", () => {
    const core = new CountingCore();
    const prediction = afterSteps(core, 4);
    core.tilt(ticksCount + 1, 3);
    core.tilt(ticksCount + 2, 500);
    ticksCount += 1;
    prediction.confirm(report(2, 13 + 510));
    prediction.hearTerrain(ticksCount, 0);
    expect([prediction.correctionsCount, prediction.terrainCount]).toEqual([0, 1]);
  });

  it("explains lost words by any order in which the server may have taken the inputs", () => {
    const slopes = [0, 3, 500, 0, 7, 1];
    // Inputs that each of six ticks applied; the word of the last one is the first to come.
    for (const counts of [[1, 1, 1, 1, 0, 0], [0, 2, 0, 2, 0, 0], [0, 0, 0, 0, 2, 2], [0, 1, 2, 0, 0, 1]]) {
      const core = new CountingCore();
      const prediction = afterSteps(core, 4);
      slopes.forEach((slope, index) => core.tilt(ticksCount + 1 + index, slope));
      const reached = counts.reduce((sum, count, index) => sum + count * (10 + slopes[index]), 0);
      ticksCount += 5;
      prediction.confirm(report(4, reached));
      prediction.hearTerrain(ticksCount, 0);
      expect([prediction.correctionsCount, prediction.terrainCount], `${counts}`).toEqual([0, 1]);
    }
  });

  it("does not explain what no order of inputs and edits leads to", () => {
    const core = new CountingCore();
    const prediction = afterSteps(core, 4);
    core.tilt(ticksCount + 1, 3);
    core.tilt(ticksCount + 2, 500);
    ticksCount += 1;
    // The land of the second tick under the first input, and that of the first one under the second.
    prediction.confirm(report(2, 510 + 510 + 13));
    prediction.hearTerrain(ticksCount, 0);
    expect([prediction.correctionsCount, prediction.terrainCount]).toEqual([1, 0]);
  });

  it("waits for edits that come after the word they explain, however late", () => {
    const core = new CountingCore();
    const prediction = afterSteps(core, 4);
    prediction.confirm(report(2, 34));
    const tick = ticksCount;
    ticksCount += 300;
    prediction.confirm(report(3, 51));
    expect([prediction.correctionsCount, prediction.doubtsCount]).toEqual([0, 2]);
    core.tilt(tick, 7);
    prediction.hearTerrain(tick, 1);
    expect(prediction.doubtsCount).toBe(2);
    prediction.hearTerrain(ticksCount, 0);
    expect([prediction.correctionsCount, prediction.terrainCount]).toEqual([0, 2]);
  });

  it("waits no longer than the page remembers", () => {
    const prediction = afterSteps(new CountingCore(), 4);
    prediction.confirm(report(1, 77));
    for (let ticks = 0; ticks < 500; ticks++) prediction.confirm(report(1, 77));
    expect([prediction.correctionsCount, prediction.doubtsCount]).toEqual([1, 0]);
  });

  it("lets nobody move it without an input or a push", () => {
    const prediction = afterSteps(new CountingCore(), 1);
    prediction.confirm(report(1, 10));
    prediction.confirm(report(1, 90, 1));
    prediction.hearTerrain(ticksCount, 0);
    expect(prediction.correctionsCount).toBe(0);
    expect(motionPosition(prediction.motion!).x * 4_096).toBe(90);
    prediction.confirm(report(1, 91, 1));
    prediction.hearTerrain(ticksCount, 0);
    expect(prediction.correctionsCount).toBe(1);
  });

  it("shows a small correction as a glide and a respawn at once", () => {
    const prediction = new Prediction(new CountingCore());
    prediction.confirm(report(0, 0));
    prediction.predict(input(1, 0), true);
    prediction.confirm(report(1, 4_096));
    const shown = [0, 50, 50, 50, 400].map((deltaMs) => prediction.shownAt(1, deltaMs).x);
    expect(shown[0]).toBeCloseTo(0);
    expect([...shown].sort((a, b) => a - b)).toEqual(shown);
    expect(shown[4]).toBeCloseTo(1, 1);
    prediction.predict(input(2, 0), true);
    prediction.confirm(report(2, 4_096 * 300, 1));
    expect(prediction.shownAt(1, 0).x).toBe(300);
  });
});
