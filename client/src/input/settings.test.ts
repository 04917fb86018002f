import { describe, expect, it } from "vitest";
import { DEFAULT_BINDINGS, DEFAULT_SETTINGS, mended, withoutDoubles } from "./settings";

describe("settings", () => {
  it("are the defaults when nothing, or nonsense, was stored", () => {
    for (const stored of [{}, null, 7, "x", [], { quality: "best", volume: Number.NaN }]) {
      expect(mended(stored)).toEqual(DEFAULT_SETTINGS);
    }
  });

  it("keep what is in range and bound the rest", () => {
    const stored = { volume: 9, sensitivity: 2, quality: "low", bindings: { jump: "KeyK", run: 3 } };
    const settings = mended(stored);
    expect(settings).toMatchObject({ volume: 1, sensitivity: 2, quality: "low" });
    expect(settings.bindings.jump).toBe("KeyK");
    expect(settings.bindings.run).toBe("ShiftLeft");
    expect(mended(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  it("give what is new no key that the player has given away", () => {
    const { eat, ...elder } = { ...DEFAULT_BINDINGS, belongings: "KeyF" };
    expect(eat).toBe("KeyF");
    expect(mended({ bindings: elder }).bindings).toMatchObject({ belongings: "KeyF", eat: "" });
    const { eat: _, ...others } = DEFAULT_BINDINGS;
    expect(mended({ bindings: others }).bindings.eat).toBe("KeyF");
  });

  it("take a key from what it did before", () => {
    const changed = { ...DEFAULT_BINDINGS, horn: "Space" };
    const bindings = withoutDoubles(changed, DEFAULT_BINDINGS);
    expect(bindings).toMatchObject({ horn: "Space", jump: "" });
    expect(mended({ bindings }).bindings).toEqual(bindings);
    expect(withoutDoubles(bindings, bindings)).toEqual(bindings);
  });
});
