import { describe, expect, it } from "vitest";

import { BowArms } from "./bow_arms";

const FRAME_SECONDS = 1 / 60;

function after(bow: BowArms, seconds: number, drawn: number, isLoosing = false): BowArms {
  for (let passed = 0; passed < seconds; passed += FRAME_SECONDS) {
    bow.follow(drawn, isLoosing, FRAME_SECONDS);
  }
  return bow;
}

describe("the arms around a bow", () => {
  it("pull the string as far as the server says, soon and never farther", () => {
    const bow = new BowArms();
    expect(after(bow, 0.5, 0.5).pull).toBeCloseTo(0.5, 2);
    expect(after(bow, 0.5, 3).pull).toBeCloseTo(1, 2);
    expect(bow.pull).toBeLessThanOrEqual(1);
  });

  it("let the string go at once, and lower the bow only a while later", () => {
    const bow = after(new BowArms(), 1, 1);
    const raised = [...bow.left];
    expect(bow.shiftLeft[1]).toBeGreaterThan(0.3);
    after(bow, FRAME_SECONDS, 0, true);
    expect(bow.pull).toBe(0);
    expect(bow.left).toEqual(raised.map((angle) => expect.closeTo(angle, 3)));
    after(bow, 1, 0);
    expect(bow.shiftLeft[1]).toBeLessThan(0.2);
  });

  it("keep the fingers on the string: half drawn, they are half as far back", () => {
    const back = (drawn: number) => after(new BowArms(), 2, drawn).shiftRight[2];
    expect(back(1) - back(0.5)).toBeCloseTo((back(1) - back(0.001)) / 2, 2);
  });
});
