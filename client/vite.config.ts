import solid from "vite-plugin-solid";
import { defineConfig } from "vite";

// `npm run dev` serves the page itself and asks the real server for everything else.
const SERVER = process.env.VOXELHEIM_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [solid()],
  worker: { format: "es" },
  build: { target: "es2023", sourcemap: false, chunkSizeWarningLimit: 900 },
  server: {
    proxy: {
      "/connect.json": SERVER,
      "/status": SERVER,
      "/api": SERVER,
      "/ws": { target: SERVER, ws: true },
    },
  },
});
