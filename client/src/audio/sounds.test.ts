import { describe, expect, it } from "vitest";
import { renderSound, SOUND_NAMES, SOUND_RATE_HZ } from "./sounds";

describe("sounds", () => {
  it("are audible, within range, and end quietly so that nothing clicks", () => {
    for (const name of SOUND_NAMES) {
      const samples = renderSound(name);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      expect(peak, name).toBeGreaterThan(0.15);
      expect(peak, name).toBeLessThanOrEqual(1);
      const end = samples.subarray(-SOUND_RATE_HZ / 200);
      for (const sample of end) expect(Math.abs(sample), name).toBeLessThan(0.15);
    }
  });
});
