//! The real server, on a free port, with a data folder of its own.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./waiting.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;

export function serverBinary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const binary = process.env.VOXELHEIM_BIN ?? join(target, "release/voxelheim");
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run ./dev play once`);
  return binary;
}

export class Server {
  #child = null;
  #log = "";

  /** `soldiers` are those of each house; `flags` come on top of the usual ones. */
  constructor(port, soldiers, flags) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.data = mkdtempSync(join(tmpdir(), "voxelheim-e2e-"));
    this.soldiers = soldiers;
    this.flags = flags;
  }

  static async start(soldiers = 500, flags = []) {
    const server = new Server(await freePort(), soldiers, flags);
    await server.run();
    return server;
  }

  async run() {
    const flags = ["--listen", `127.0.0.1:${this.port}`, "--data", this.data];
    flags.push("--seed", "7", "--soldiers", String(this.soldiers));
    flags.push("--client-dir", join(ROOT, "client/dist"), ...this.flags);
    this.#child = spawn(serverBinary(), flags, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on("data", (text) => (this.#log = (this.#log + text).slice(-8_000)));
    }
    await until("the server answers", () => this.#answers(), START_MS_MAX);
  }

  async status() {
    return (await fetch(`${this.url}/status`)).json();
  }

  /** As a machine that has too little for it holds it up, and lets it go on. */
  hold(isHeld) {
    this.#child.kill(isHeld ? "SIGSTOP" : "SIGCONT");
  }

  /** Ends it the way an operator does. */
  async end() {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(timer);
  }

  async dispose() {
    await this.end();
    rmSync(this.data, { recursive: true, force: true });
  }

  get log() {
    return this.#log;
  }

  async #answers() {
    if (this.#child.exitCode !== null) throw new Error(`the server ended:\n${this.#log}`);
    try {
      return (await fetch(`${this.url}/healthz`)).ok;
    } catch {
      return false;
    }
  }
}

export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
