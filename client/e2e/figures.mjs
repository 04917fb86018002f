//! Figures of the page, as one JSON object: its size compressed, and the main thread's script per
//! frame with a thousand visible bodies, by Chromium's own tracing. CPU time, not wall time: where
//! software renders, frames are slow and script is not. What messages and timers cost goes by the
//! second, so it is counted for each frame as at 60 Hz.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openBrowser, Player } from "./browser.mjs";
import { Server } from "./server.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/** Of each house. */
const SOLDIERS = 600;
const BODIES_MIN = 1_000;
const BODIES_MS_MAX = 120_000;
const TRACE_MS = 30_000;
/** Small, as software renders it: script does not depend on the number of pixels. */
const VIEWPORT = { width: 320, height: 180 };
/** Compiled code and loaded terrain, as a player has them after the first moments. */
const WARM_FRAMES = 60;
const WARM_MS_MAX = 120_000;
const FRAMES_PER_SECOND = 60;
const SETTINGS = { quality: "low", viewDistanceBlocks: 256 };
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

/** CPU milliseconds of each frame's script on the page's main thread, and of all other script. */
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
  let otherUs = 0;
  for (const event of script) {
    if (event.ts < endUs) continue;
    endUs = event.ts + event.dur;
    if (event.name !== "FireAnimationFrame") otherUs += event.tdur ?? event.dur;
  }
  return { otherMs: otherUs / 1_000, frameMs: frameTimes(frames, main) };
}

function frameTimes(frames, main) {
  return frames
    .filter(({ pid, tid, ph }) => `${pid}:${tid}` === main && ph === "X")
    .map((event) => (event.tdur ?? event.dur) / 1_000)
    .sort((first, second) => first - second);
}

/** Until the code is compiled and most of the land has come. */
async function warmUp(player) {
  await player.evaluate(() => {
    window.framesCount = 0;
    const count = () => {
      window.framesCount += 1;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  const isWarm = (least) => window.framesCount >= least;
  await player.until(`${WARM_FRAMES} frames`, isWarm, WARM_MS_MAX, WARM_FRAMES);
}

function rounded(number) {
  return Number(number.toFixed(2));
}

function percentile(sorted, share) {
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
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
    await warmUp(player);
    const { otherMs, frameMs } = scriptOf(await trace(browser, player.page));
    const { bodies, figures } = await player.evaluate(() => ({
      bodies: window.voxelheim.bodiesCount,
      figures: window.voxelheim.renderer,
    }));
    const meanMs = frameMs.reduce((sum, each) => sum + each, 0) / frameMs.length;
    const otherMsPerSecond = (otherMs * 1_000) / TRACE_MS;
    return {
      page_bytes_compressed: pageBytes(),
      bodies_in_sight: bodies,
      frames_traced: frameMs.length,
      script_ms_per_frame_at_60_hz: rounded(meanMs + otherMsPerSecond / FRAMES_PER_SECOND),
      animation_frame_ms: {
        mean: rounded(meanMs),
        p50: percentile(frameMs, 0.5),
        p99: percentile(frameMs, 0.99),
      },
      message_and_timer_ms_per_second: rounded(otherMsPerSecond),
      draw: figures,
    };
  } finally {
    await browser.close();
    await server.dispose();
  }
}

process.stdout.write(`${JSON.stringify(await measure(), null, 2)}\n`);
