import { describe, expect, it } from "vitest";

import { HANDS, LEGS } from "../../world/state";
import { BodyMemory } from "./body_memory";

describe("the memory of a body", () => {
  it("dates a change of pose, of legs and hands apart", () => {
    const memory = new BodyMemory();
    memory.learn(5, LEGS.IDLE | (HANDS.SWING << 4), 10, 0, 1, 10);
    memory.learn(5, LEGS.DEAD | (HANDS.SWING << 4), 14, 0, 1, 14.5);
    expect(memory.handsStart[5]).toBe(10);
    expect(memory.legsStart[5]).toBe(14.5);
  });

  it("walks as far as the body moved, and once for each sample", () => {
    const memory = new BodyMemory();
    memory.learn(9, LEGS.WALK, 2, 0.5, 2, 2);
    memory.learn(9, LEGS.WALK, 2, 0.5, 2, 3);
    const first = memory.walkNewer[9];
    memory.learn(9, LEGS.WALK, 4, 0.5, 2, 4);
    expect(memory.walkOlder[9]).toBeCloseTo(first, 5);
    expect(memory.walkNewer[9]).toBeCloseTo(first * 2, 5);
  });

  it("takes no stride over a respawn, and knows bodies of any index", () => {
    const memory = new BodyMemory();
    memory.learn(100_000, LEGS.WALK, 2, 200, 2, 2);
    expect(memory.walkNewer[100_000]).toBe(0);
    memory.wound(200_000, 7);
    expect(memory.hurtStart[200_000]).toBe(7);
    expect(memory.hurtStart[100_001]).toBeLessThan(0);
  });
});
