import { expect, it } from "vitest";
import { followed } from "./followed_settings";
import { DEFAULT_SETTINGS, mended } from "./settings";

it("leaves with a machine what it can carry, and comes back whole into its settings", () => {
  const chosen = { ...DEFAULT_SETTINGS, volume: 0.1, quality: "ultra" as const, viewDistanceBlocks: 256 };
  const told = followed(chosen);
  expect(told).toMatchObject({ volume: 0.1, bindings: { jump: "Space" } });
  const telephone = { ...DEFAULT_SETTINGS, quality: "low" as const };
  const there = mended({ ...telephone, ...JSON.parse(JSON.stringify(told)) });
  expect(there).toEqual({ ...telephone, volume: 0.1 });
});
