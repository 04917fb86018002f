//! Figures of the page, as one JSON object: its size compressed, and the main thread's script per
//! frame with a thousand visible bodies, by Chromium's own tracing. CPU time, not wall time: where
//! software renders, frames are slow and script is not.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openBrowser, Player } from "./browser.mjs";
import { Server } from "./server.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/** Of each house. */
const SOLDIERS = 1_000;
const BODIES_MIN = 1_000;
const BODIES_MS_MAX = 120_000;
const TRACE_MS = 15_000;
const VIEWPORT = { width: 1_280, height: 720 };
const SETTINGS = { quality: "medium", viewDistanceBlocks: 256 };
/** Events that hold script; those inside another are counted with it. */
const SCRIPT_EVENTS = new Set([
  "FireAnimationFrame",
  "FunctionCall",
  "EvaluateScript",
  "TimerFire",
  "EventDispatch",
  "HandlePostMessage",
  "MinorGC",
  "MajorGC",
]);

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

async function trace(browser, page) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const ended = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["devtools.timeline", "v8", "toplevel"] },
  });
  const done = page.evaluate(
    (ms) => new Promise((resolve) => setTimeout(() => resolve(performance.now()), ms)),
    TRACE_MS,
  );
  await done;
  await session.send("Tracing.end");
  await ended;
  return events;
}

/** CPU milliseconds of script on the page's main thread, and its frames. */
function scriptOf(events) {
  const frames = events.filter((event) => event.name === "FireAnimationFrame");
  const threads = new Map();
  for (const { pid, tid } of frames) {
    threads.set(`${pid}:${tid}`, (threads.get(`${pid}:${tid}`) ?? 0) + 1);
  }
  const [main] = [...threads.entries()].sort((first, second) => second[1] - first[1])[0];
  const script = events
    .filter(({ pid, tid, ph, name }) => `${pid}:${tid}` === main && ph === "X" && SCRIPT_EVENTS.has(name))
    .sort((first, second) => first.ts - second.ts || second.dur - first.dur);
  let endUs = 0;
  let scriptUs = 0;
  for (const event of script) {
    if (event.ts < endUs) continue;
    endUs = event.ts + event.dur;
    scriptUs += event.tdur ?? event.dur;
  }
  return { scriptMs: scriptUs / 1_000, framesCount: threads.get(main), frameMs: frameTimes(frames, main) };
}

function frameTimes(frames, main) {
  return frames
    .filter(({ pid, tid, ph }) => `${pid}:${tid}` === main && ph === "X")
    .map((event) => (event.tdur ?? event.dur) / 1_000)
    .sort((first, second) => first - second);
}

function percentile(sorted, share) {
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2));
}

async function measure() {
  const server = await Server.start(SOLDIERS);
  const browser = await openBrowser();
  try {
    const player = await Player.open(browser, server.url, "Figures", {
      settings: SETTINGS,
      viewport: VIEWPORT,
    });
    await player.join();
    await player.joined();
    const isCrowded = (least) => window.voxelheim.bodiesCount >= least;
    await player.until(`${BODIES_MIN} bodies`, isCrowded, BODIES_MS_MAX, BODIES_MIN);
    const { scriptMs, framesCount, frameMs } = scriptOf(await trace(browser, player.page));
    const { bodies, figures } = await player.evaluate(() => ({
      bodies: window.voxelheim.bodiesCount,
      figures: window.voxelheim.renderer,
    }));
    return {
      page_bytes_compressed: pageBytes(),
      visible_bodies: bodies,
      frames_traced: framesCount,
      script_ms_per_frame_mean: Number((scriptMs / framesCount).toFixed(2)),
      animation_frame_ms: { p50: percentile(frameMs, 0.5), p99: percentile(frameMs, 0.99) },
      draw: figures,
    };
  } finally {
    await browser.close();
    await server.dispose();
  }
}

process.stdout.write(`${JSON.stringify(await measure(), null, 2)}\n`);
