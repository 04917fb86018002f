import { describe, expect, it } from "vitest";
import { overloadSigns } from "./overload_signs";

const at = (steps: number, ratePermille = 1_000) =>
  overloadSigns({ steps, ratePermille, stalenessTicksMax: 0 });

describe("signs of overload", () => {
  it("are none on a server that does all it should", () => {
    expect(at(0)).toEqual([]);
  });

  it("say how slow time runs", () => {
    expect(at(8, 617).map(({ words }) => words)).toEqual(["Time runs at 62 %"]);
    expect(at(8, 617).map(({ brief }) => brief)).toEqual(["Time 62 %"]);
  });

  it("never call slowed time whole", () => {
    expect(at(8, 998).map(({ words }) => words)).toEqual(["Time runs at 99 %"]);
  });

  it("come gentlest first, one for each step", () => {
    expect(at(0b11111).map(({ name }) => name)).toEqual([
      "far_slower",
      "near_slower",
      "rebalancing",
      "time_dilation",
      "login_queue",
    ]);
  });
});
