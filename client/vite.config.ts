import solid from "vite-plugin-solid";
import { defineConfig } from "vite";

// `npm run dev` serves the pages itself and asks the real server for everything else.
const SERVER = process.env.VOXELHEIM_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [solid()],
  worker: { format: "es" },
  build: { target: "es2023", sourcemap: false, chunkSizeWarningLimit: 900 },
  // The operators' panel is built apart, so that it shares no chunk with the game: what a player loads stays
  // byte for byte what it would be without it.
  environments: {
    panel: {
      consumer: "client",
      build: { rolldownOptions: { input: "admin/index.html" }, emptyOutDir: false, copyPublicDir: false },
    },
  },
  builder: {
    async buildApp({ build, environments }) {
      await build(environments["client"]!);
      await build(environments["panel"]!);
    },
  },
  server: {
    proxy: {
      "/connect.json": SERVER,
      "/status": SERVER,
      "/api": SERVER,
      "/ws": { target: SERVER, ws: true },
    },
  },
});
