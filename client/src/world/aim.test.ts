import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { cameraDistance } from "./aim";
import { loadCore } from "./core";
import { THIRD_PERSON } from "./state";

const MODULE = fileURLToPath(new URL("../../public/core.wasm", import.meta.url));
const SEED = 7;

/** A core with a few columns of generated land, and the height of its ground there. */
async function onLand() {
  if (!existsSync(MODULE)) throw new Error("client/public/core.wasm is missing: run ./dev wasm");
  const core = await loadCore(readFileSync(MODULE));
  core.beginScene(SEED, 1);
  for (let x = 30; x < 34; x++) for (let z = 30; z < 34; z++) core.loadSceneColumn(x, z);
  // Land that one tick takes in is there in the next.
  core.tickScene();
  core.tickScene();
  let y = 250;
  while (core.block(512.5, y - 1, 500.5) === 0) y -= 1;
  return { core, eye: { x: 512.5, y: y + 1.6, z: 500.5 } };
}

describe("the third person's camera", () => {
  it("hangs back as far as it may where nothing is in the way", async () => {
    const { core, eye } = await onLand();
    const above = { ...eye, y: eye.y + 60 };
    const distance = cameraDistance(core, above, 1, -0.2);
    expect(distance).toBeGreaterThan(THIRD_PERSON.back - 0.5);
    expect(distance).toBeLessThanOrEqual(THIRD_PERSON.back);
  });

  it("comes near when the ground is behind it", async () => {
    const { core, eye } = await onLand();
    const distance = cameraDistance(core, eye, 1, 1.2);
    expect(distance).toBeLessThan(2.2);
    expect(distance).toBeGreaterThan(0.3);
  });
});
