//! `npm run bench`: prints what the page's part costs. What is measured of the table of targets is kept in
//! target/bench/results.jsonl, as benches in Rust keep it (bench/src/results.rs).

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCore } from "../src/world/core";
import { measurePage, type Figures } from "./page";
import { BODIES_COUNT } from "./swarm";
import type { Measured } from "./turns";

const COMMAND = "./dev bench client";
/** Of client/, where npm runs it. */
const MODULE = "public/core.wasm";
const TARGET = process.env.CARGO_TARGET_DIR ?? "../target";

const core = await loadCore(new Uint8Array(readFileSync(MODULE)));
const figures = measurePage(core, false);
print(figures);
record(figures.bytes.ours / figures.bytes.schema);

function print({ decode, apply, schema, json, step, bytes }: Figures): void {
  const ours = decode.median + apply.median;
  const lines = [
    `${BODIES_COUNT} bodies of a tick, CPU time of the process, median (one in ten below, above)`,
    `decode: ${shown(decode)}`,
    `apply: ${shown(apply)}`,
    `@colyseus/schema, decode into its state: ${shown(schema)}, ${ratio(schema.median / ours)} ours`,
    `JSON.parse, into a map: ${shown(json)}, ${ratio(json.median / ours)} ours`,
    `prediction, a step: ${shown(step)}`,
    `bytes per body update: ${bytes.ours.toFixed(2)}; @colyseus/schema ${bytes.schema.toFixed(2)}` +
      ` (ours is ${ratio(bytes.ours / bytes.schema)} that); JSON ${bytes.json.toFixed(2)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function shown({ median, spread }: Measured): string {
  return `${median.toFixed(2)} µs (${spread.map((time) => time.toFixed(2)).join(", ")})`;
}

function ratio(times: number): string {
  return `${times.toFixed(2)} ×`;
}

function record(share: number): void {
  const row = {
    work: "bytes per body update at 1 cm",
    against: "Colyseus schema",
    at_least: 0.5,
    aim: 0.35,
    direction: "at most",
    unit: "×",
    measured: share,
    command: COMMAND,
    commit: commit(),
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
  };
  const folder = join(TARGET, "bench");
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, "results.jsonl"), `${JSON.stringify(row)}\n`);
}

function commit(): string {
  const command = ["describe", "--always", "--dirty", "--exclude=*"];
  return execFileSync("git", command, { encoding: "utf8" }).trim();
}
