import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { environment: "node", include: ["{src,admin,bench}/**/*.test.ts"], passWithNoTests: false },
});
