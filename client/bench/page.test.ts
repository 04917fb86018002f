import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadCore } from "../src/world/core";
import { measurePage } from "./page";

const MODULE = fileURLToPath(new URL("../public/core.wasm", import.meta.url));

describe("the page's bench", () => {
  it("shows the same bodies on all sides, and walks", async () => {
    const core = await loadCore(new Uint8Array(readFileSync(MODULE)));
    const { bytes } = measurePage(core, true);
    expect(bytes.ours).toBeLessThan(bytes.schema);
    expect(bytes.schema).toBeLessThan(bytes.json);
  });
});
