import { describe, expect, it } from "vitest";
import { ScenePace } from "./scene_pace";

/** Pictures in ten seconds where each takes so long and the browser asks 60 times a second. */
function picturesIn10s(costMs: number): number {
  const pace = new ScenePace();
  let count = 0;
  for (let nowMs = 0; nowMs < 10_000; nowMs += 16) {
    if (!pace.isDue(nowMs)) continue;
    count += 1;
    nowMs += costMs;
  }
  return count;
}

describe("the scene's pace", () => {
  it("is half the usual where drawing costs nothing", () => {
    expect(picturesIn10s(0)).toBeGreaterThan(190);
    expect(picturesIn10s(0)).toBeLessThan(335);
  });

  it("leaves two thirds of the time to the page where drawing is slow", () => {
    for (const costMs of [50, 200, 600]) {
      const busyMs = picturesIn10s(costMs) * costMs;
      expect(busyMs).toBeGreaterThan(1_500);
      expect(busyMs).toBeLessThan(4_200);
    }
  });
});
