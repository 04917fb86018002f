import { defineConfig } from "vitest/config";

/** Only what hangs fails by time: the machine may be busy with something else. */
const HANGS_MS = 120_000;

export default defineConfig({
  test: {
    environment: "node",
    include: ["{src,admin,bench}/**/*.test.ts"],
    passWithNoTests: false,
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
  },
});
