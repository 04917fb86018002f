//! A world of several processes: two pods, two edges, and the directory in a PostgreSQL.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, serverBinary } from "./server.mjs";
import { until } from "./waiting.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 90_000;
const SOLDIERS = 100;
/** Longer than any test. */
const BOTS_SECONDS = 3_600;

/** One of them; `ready` is what it says when it has begun. */
class Process {
  #child = null;
  #log = "";

  constructor(flags, environment) {
    this.flags = flags;
    this.environment = environment;
  }

  async run() {
    const env = { ...process.env, ...this.environment };
    this.#child = spawn(serverBinary(), this.flags, { env, stdio: ["ignore", "pipe", "pipe"] });
    const child = this.#child;
    this.#log = "";
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never ready:\n${this.#log}`)), START_MS_MAX);
      const hear = (text) => {
        this.#log = (this.#log + text).slice(-8_000);
        if (!/^VoxelHeim/m.test(this.#log)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("exit", () => {
        clearTimeout(timer);
        reject(new Error(`it ended:\n${this.#log}`));
      });
    });
  }

  /** The way an operator ends it. */
  async end() {
    await this.#signal("SIGTERM");
  }

  /** With which code it ends by itself. */
  async ended() {
    const child = this.#child;
    await until("it ends", () => child.exitCode !== null || child.signalCode !== null, STOP_MS_MAX);
    return child.exitCode;
  }

  /** The way a machine fails. */
  async kill() {
    await this.#signal("SIGKILL");
  }

  async #signal(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(timer);
  }
}

/** Players who run, fight and build until they are asked for their report. */
class Bots {
  #child;
  #report;

  constructor(urls, count) {
    const flags = ["bots", "--json", "--count", String(count), "--seconds", String(BOTS_SECONDS)];
    for (const url of urls) flags.push("--url", url);
    this.#child = spawn(serverBinary(), flags, { stdio: ["ignore", "pipe", "inherit"] });
    this.#report = new Promise((resolve) => {
      let text = "";
      this.#child.stdout.on("data", (part) => (text += part));
      this.#child.once("close", () => resolve(text));
    });
  }

  /** Ends them. */
  async finish() {
    this.#child.kill("SIGINT");
    return JSON.parse(await this.#report);
  }

  kill() {
    this.#child.kill("SIGKILL");
  }
}

export class Cluster {
  pods = [];
  edges = [];
  bots = null;
  admin = null;
  #folder = mkdtempSync(join(tmpdir(), "voxelheim-cluster-"));

  /** Edges know the players and staff of `server`, if it is given, and let in guests all the same. */
  async start(server) {
    const script = join(ROOT, "ops/dev/postgres.sh");
    const directory = execFileSync(script, ["schema", `e2e_${process.pid}`], { encoding: "utf8" });
    this.environment = { VOXELHEIM_DIRECTORY: directory.trim() };
    for (const number of [1, 2]) {
      const flags = [...this.#member("shard", number), "--data", this.#data(number)];
      flags.push("--soldiers", String(SOLDIERS));
      this.pods.push(new Process(flags, this.environment));
      await this.pods.at(-1).run();
    }
    for (const number of [11, 12]) {
      const port = await freePort();
      const flags = [...this.#member("edge", number), "--listen", `127.0.0.1:${port}`];
      flags.push("--client-dir", join(ROOT, "client/dist"));
      if (server) flags.push("--accounts", "open", "--keys", `${server.url}/api/auth`);
      const edge = new Process(flags, this.environment);
      edge.url = `http://127.0.0.1:${port}`;
      this.edges.push(edge);
      await edge.run();
    }
  }

  /** Starts players at all edges. */
  startBots(count) {
    const urls = this.edges.map((edge) => edge.url);
    this.bots = new Bots(urls, count);
  }

  /** What a pod answers an operator. */
  ctl(pod, ...words) {
    const flags = ["ctl", "--json", "--data", this.#data(pod), ...words];
    return JSON.parse(execFileSync(serverBinary(), flags, { encoding: "utf8" }));
  }

  /** Gives all regions to a pod, one after the other; `between` goes on after each. */
  async moveAll(pod, between) {
    for (;;) {
      const regions = this.ctl(1, "regions").regions.filter(({ owner }) => owner !== `${pod}/0`);
      if (regions.length === 0) return;
      for (const { region } of regions) {
        try {
          this.ctl(1, "regions", "move", region, `${pod}/0`);
        } catch {
          // The controller split or merged it meanwhile: it is asked for again.
          continue;
        }
        await between();
      }
    }
  }

  /** Staff's service beside the first pod, on the databases of a server that has the other services. */
  async startAdmin(server) {
    const port = await freePort();
    const at = (name) => `sqlite://${join(server.data, name)}`;
    const flags = ["admin", "--listen", `127.0.0.1:${port}`, "--world", this.#data(1)];
    flags.push("--database", at("accounts.db"), "--game", at("game.db"), "--cache", "memory:", "--broker", "memory:");
    flags.push("--keys", `${server.url}/api/auth`);
    for (const { url } of this.edges) flags.push("--edge", url);
    this.admin = new Process(flags, this.environment);
    this.admin.url = `http://127.0.0.1:${port}`;
    await this.admin.run();
  }

  /** Whether an edge knows where the others are. */
  async knowsSiblings(place) {
    const answer = await (await fetch(`${this.edges[place].url}/connect.json`)).json();
    return answer.edges.length > 0;
  }

  async dispose() {
    this.bots?.kill();
    await this.admin?.kill();
    for (const process of [...this.edges, ...this.pods]) await process.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #member(role, number) {
    const keys = join(this.#folder, "keys");
    return [role, "--pod", String(number), "--link", "127.0.0.1:0", "--authority", keys];
  }

  #data(pod) {
    return join(this.#folder, `pod-${pod}`);
  }
}
