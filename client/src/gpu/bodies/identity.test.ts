import { describe, expect, it } from "vitest";
import { GEAR, WORN } from "../../world/state";
import { packIdentity, SEED_COUNT, seedOf } from "./identity";

/** As the vertex shader takes it apart. */
function unpacked(identity: number) {
  const whole = Math.trunc(Math.fround(identity) + 0.5);
  return {
    house: whole & 1,
    gear: (whole >> 1) & 3,
    worn: ((whole >> 3) & 63) << 2,
    seed: whole >> 9,
  };
}

describe("a body's identity", () => {
  it("holds house, kind, all that is worn and the seed in one float", () => {
    for (let gear = 0; gear < 256; gear++) {
      for (const house of [0, 1]) {
        for (const seed of [0, 1, seedOf(77), SEED_COUNT - 1]) {
          const parts = unpacked(packIdentity(house, gear, seed));
          expect(parts).toEqual({ house, gear: gear & 3, worn: gear & 0xfc, seed });
        }
      }
    }
  });

  it("has a bit above the kind for each thing that is worn", () => {
    const worn = Object.values(WORN).reduce((all, bit) => all | bit, 0);
    expect(worn).toBe(0xfc);
    expect(unpacked(packIdentity(1, GEAR.PLAYER | WORN.SHIELD, 5)).worn).toBe(WORN.SHIELD);
  });

  it("has seeds that fit, for any body", () => {
    for (let id = 0; id < 5_000; id++) expect(seedOf(id * 3_557)).toBeLessThan(SEED_COUNT);
  });
});
