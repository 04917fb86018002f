import { describe, expect, it } from "vitest";
import { Meter } from "./meter";

describe("meter", () => {
  it("counts lost datagrams by their numbers, late ones as arrived", () => {
    const meter = new Meter();
    const lost = new Set([7, 8, 31]);
    for (let number = 1; number <= 40; number++) {
      if (!lost.has(number) && number !== 20) meter.arrived(number * 25, 100, number, 0);
    }
    meter.arrived(1_001, 100, 20, 0);
    expect(meter.figures(1_001).lossPercent).toBeCloseTo((100 * 3) / 40);
  });

  it("counts ticks once however many datagrams a tick takes", () => {
    const meter = new Meter();
    for (let tick = 1; tick <= 100; tick++) {
      meter.arrived(tick * 50, 1_000, tick * 2, tick);
      meter.arrived(tick * 50 + 1, 1_000, tick * 2 + 1, tick);
    }
    const { snapshotHz, bytesPerSecond, lossPercent } = meter.figures(5_001);
    expect(snapshotHz).toBeCloseTo(20, 0);
    expect(bytesPerSecond).toBeGreaterThan(38_000);
    expect(lossPercent).toBe(0);
  });

  it("measures round trips and the server's own pace", () => {
    const meter = new Meter();
    for (let second = 0; second < 6; second++) {
      const nonce = meter.ping(second * 1_000);
      meter.pong(nonce, second * 20, second * 1_000 + 30);
      meter.pong(nonce, 9_999, second * 1_000 + 900);
    }
    const { roundTripMs, serverTickHz } = meter.figures(6_000);
    expect(roundTripMs).toBeCloseTo(30);
    expect(serverTickHz).toBeCloseTo(20);
  });
});
