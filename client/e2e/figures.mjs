//! Figures of the page, as one JSON object: its size compressed, and the main thread's script per
//! frame with a thousand visible bodies, for each quality preset named (`npm run figures -- low
//! high`; otherwise medium and high). Mesa's drawing is left out (GALLIUM_NOOP): nothing is seen,
//! but the page makes every call that it would make, at the pace of a machine whose GPU keeps up.

import { readdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openBrowser, Player } from "./browser.mjs";
import { rounded, scriptOfFrames, summary, traced } from "./script_trace.mjs";
import { Server } from "./server.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const PRESETS = ["low", "medium", "high", "ultra"];
const PRESETS_DEFAULT = ["medium", "high"];
/** Of each house: enough that a thousand stand in one view. */
const SOLDIERS = 560;
const BODIES_MIN = 1_000;
const BODIES_MS_MAX = 180_000;
const TRACE_MS = 30_000;
const ATTEMPTS_MAX = 4;
const SIGHTINGS_MS = 500;
const VIEWPORT = { width: 1_280, height: 720 };
/** Compiled code and loaded terrain, as a player has them after the first moments. */
const WARM_FRAMES = 900;
/** Looks slowly from side to side, as who watches a battle does. */
const SWEEP_RADIANS = 0.3;
const SWEEP_MS = 4_000;
/** House Ember's; its foes come from the east. */
const HOUSE = 0;
const FOE_YAW = Math.PI / 2;

/** Bytes of a file of the page as it travels. */
function compressedBytes(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

function pageBytes() {
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .reduce((sum, entry) => sum + compressedBytes(join(entry.parentPath, entry.name)), 0);
}

/** Runs in the page: until the code is compiled and most of the land has come. */
function warmUp(framesCount) {
  return new Promise((resolve) => {
    const count = (left) => (left === 0 ? resolve() : requestAnimationFrame(() => count(left - 1)));
    count(framesCount);
  });
}

/** Runs in the page: turns the head, and notes how many bodies were drawn. */
function watch([durationMs, sightingsMs, middleYaw, sweepRadians, sweepMs]) {
  const { test } = window.voxelheim;
  const drawn = [];
  const noting = setInterval(() => drawn.push(window.voxelheim.renderer.bodiesDrawn), sightingsMs);
  const turning = setInterval(() => {
    const share = Math.sin((performance.now() / sweepMs) * 2 * Math.PI);
    test.look(middleYaw + sweepRadians * share, 0);
  }, 50);
  return new Promise((resolve) => {
    setTimeout(() => {
      clearInterval(noting);
      clearInterval(turning);
      resolve(drawn);
    }, durationMs);
  });
}

/** One preset. Mesa that draws nothing takes some pages' context as they begin; one that draws never did. */
async function measure(quality) {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const figures = await measureOnce(quality);
    if (figures.draw.drawCalls > 0) return figures;
    process.stderr.write(`${quality}: the page lost its drawing context, once more\n`);
  }
  throw new Error(`${quality}: the page lost its drawing context ${ATTEMPTS_MAX} times`);
}

/** In a page and a battle of its own. */
async function measureOnce(quality) {
  const server = await Server.start(SOLDIERS);
  const browser = await openBrowser({ draws: false });
  try {
    const player = await Player.open(browser, server.url, "Figures", {
      settings: { quality },
      viewport: VIEWPORT,
    });
    await player.join(HOUSE);
    await player.joined();
    const isCrowded = (least) => window.voxelheim.renderer.bodiesDrawn >= least;
    await player.until(`${BODIES_MIN} bodies in view`, isCrowded, BODIES_MS_MAX, BODIES_MIN);
    await player.evaluate(warmUp, WARM_FRAMES);
    return await report(quality, browser, player);
  } finally {
    await browser.close();
    await server.dispose();
  }
}

async function report(quality, browser, player) {
  const load = loadavg()[0];
  let drawn = [];
  const events = await traced(browser, TRACE_MS, async (durationMs) => {
    const sweep = [FOE_YAW, SWEEP_RADIANS, SWEEP_MS];
    drawn = await player.evaluate(watch, [durationMs, SIGHTINGS_MS, ...sweep]);
  });
  const frames = scriptOfFrames(events);
  const draw = await player.evaluate(() => window.voxelheim.renderer);
  return {
    quality,
    load_average: rounded(load),
    bodies_drawn: { min: Math.min(...drawn), max: Math.max(...drawn) },
    frames: frames.allMs.length,
    frames_per_second: rounded(frames.allMs.length / frames.seconds),
    script_ms_per_frame: summary(frames.allMs),
    of_which_animation_callback_ms: summary(frames.callbackMs),
    draw,
  };
}

function chosenPresets() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => !PRESETS.includes(name));
  if (unknown) throw new Error(`no preset ${unknown}; there are ${PRESETS.join(", ")}`);
  return chosen.length > 0 ? chosen : PRESETS_DEFAULT;
}

const presets = [];
for (const quality of chosenPresets()) presets.push(await measure(quality));
const figures = { page_bytes_compressed: pageBytes(), presets };
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
