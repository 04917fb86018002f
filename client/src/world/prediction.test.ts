import { describe, expect, it } from "vitest";
import { MOTION_BYTES, NO_TARGET, type InputData, type OwnReport } from "../wire/link";
import { motionPosition } from "./motion";
import { Prediction, type MovementCore } from "./prediction";
import { Random } from "./random";

/** A core whose step adds the buttons to x, so that every input leaves its mark. */
class CountingCore implements MovementCore {
  /** Stands for terrain: added to every step. */
  slope = 0;
  private motion = new Uint8Array(MOTION_BYTES);

  setMotion(motion: Uint8Array): void {
    this.motion = motion.slice();
  }

  step(buttons: number): Uint8Array {
    const view = new DataView(this.motion.buffer);
    view.setInt32(0, view.getInt32(0, true) + buttons + this.slope, true);
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
      if (random.below(3) > 0) continue;
      confirmed += random.below(sequence - confirmed + 1);
      prediction.confirm(report(confirmed, reached[confirmed]));
      const late = { ...report(Math.max(0, confirmed - 5), 77), tick: 0 };
      prediction.confirm(late);
      prediction.confirm({ ...report(confirmed, 99), tick: ticksCount - 2 });
    }
    expect(prediction.correctionsCount).toBe(0);
    expect(motionPosition(prediction.motion!).x * 4_096).toBe(reached[499]);
  });

  it("takes the server's word over its own and replays what is not confirmed", () => {
    const prediction = new Prediction(new CountingCore());
    prediction.confirm(report(0, 0));
    for (let sequence = 1; sequence <= 4; sequence++) prediction.predict(input(sequence, 10), true);
    prediction.confirm(report(2, 5));
    expect(motionPosition(prediction.motion!).x * 4_096).toBe(25);
    prediction.confirm(report(4, 25));
    prediction.judge(ticksCount + 30);
    expect(prediction.correctionsCount).toBe(1);
  });

  it("tells a push and changed terrain from a misprediction", () => {
    const core = new CountingCore();
    const prediction = new Prediction(core);
    prediction.confirm(report(0, 0));
    for (let sequence = 1; sequence <= 4; sequence++) prediction.predict(input(sequence, 10), true);
    prediction.confirm(report(2, 400, 1));
    expect([prediction.correctionsCount, prediction.pushesCount]).toEqual([0, 1]);
    core.slope = 3;
    prediction.confirm(report(3, 413, 1));
    expect([prediction.correctionsCount, prediction.terrainCount]).toEqual([0, 1]);
  });

  it("waits for edits that come after the report they explain", () => {
    const core = new CountingCore();
    const prediction = new Prediction(core);
    prediction.confirm(report(0, 0));
    for (let sequence = 1; sequence <= 4; sequence++) prediction.predict(input(sequence, 10), true);
    prediction.confirm(report(3, 37));
    core.slope = 7;
    prediction.judge(ticksCount);
    prediction.judge(ticksCount + 100);
    expect([prediction.correctionsCount, prediction.terrainCount]).toEqual([0, 1]);
  });

  it("does not blame itself for what the server did without input", () => {
    const prediction = new Prediction(new CountingCore());
    prediction.confirm(report(0, 0));
    prediction.predict(input(1, 10), true);
    prediction.confirm(report(1, 10));
    prediction.confirm(report(1, 90));
    expect(prediction.correctionsCount).toBe(0);
    expect(motionPosition(prediction.motion!).x * 4_096).toBe(90);
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
