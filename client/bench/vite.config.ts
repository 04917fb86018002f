import { defineConfig } from "vite";

// One file for Node, all libraries in it, as the page's own build treats them.
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: { target: "node20", ssr: "bench/main.ts", emptyOutDir: true },
});
