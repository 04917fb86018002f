//! What script costs the page's main thread, frame by frame, out of Chromium's own trace. CPU time,
//! not wall time: on a busy machine a thread waits, and waiting is not work.

/** Events that hold script; those inside another are counted with it. */
const SCRIPT_EVENTS = new Set([
  "FireAnimationFrame",
  "FunctionCall",
  "EvaluateScript",
  "TimerFire",
  "EventDispatch",
  "HandlePostMessage",
  "RunMicrotasks",
  "MinorGC",
  "MajorGC",
]);
const FRAME_EVENT = "FireAnimationFrame";
const CATEGORIES = ["devtools.timeline", "v8", "toplevel"];

/** Records for so many milliseconds; `meanwhile` goes on until then. */
export async function traced(browser, durationMs, meanwhile) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const ended = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: CATEGORIES },
  });
  await meanwhile(durationMs);
  await session.send("Tracing.end");
  await ended;
  return events;
}

/**
 * CPU milliseconds of script of each frame: its animation callback, and whatever script ran since
 * the frame before it (messages, timers, garbage collection). Without the callback's share, too.
 */
export function scriptOfFrames(events) {
  const script = outermost(events, mainThread(events));
  const frames = { allMs: [], callbackMs: [] };
  let sinceMs = 0;
  let seconds = 0;
  for (const event of script) {
    const ms = (event.tdur ?? event.dur) / 1_000;
    sinceMs += ms;
    if (event.name !== FRAME_EVENT) continue;
    frames.allMs.push(sinceMs);
    frames.callbackMs.push(ms);
    sinceMs = 0;
  }
  if (script.length > 1) seconds = (script.at(-1).ts - script[0].ts) / 1e6;
  return { ...frames, seconds };
}

/** The thread on which the most frames were made. */
function mainThread(events) {
  const counts = new Map();
  for (const { name, pid, tid } of events) {
    if (name === FRAME_EVENT) counts.set(`${pid}:${tid}`, (counts.get(`${pid}:${tid}`) ?? 0) + 1);
  }
  const [busiest] = [...counts.entries()].sort((first, second) => second[1] - first[1]);
  if (!busiest) throw new Error("the trace holds no frame");
  return busiest[0];
}

function outermost(events, thread) {
  const isScript = ({ ph, name }) => ph === "X" && SCRIPT_EVENTS.has(name);
  const script = events
    .filter((event) => `${event.pid}:${event.tid}` === thread && isScript(event))
    .sort((first, second) => first.ts - second.ts || second.dur - first.dur);
  let endUs = 0;
  return script.filter((event) => {
    if (event.ts < endUs) return false;
    endUs = event.ts + event.dur;
    return true;
  });
}

/** Mean and percentiles, in hundredths. */
export function summary(values) {
  const sorted = [...values].sort((first, second) => first - second);
  const last = sorted.length - 1;
  const at = (share) => rounded(sorted[Math.min(last, Math.floor(sorted.length * share))]);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { mean: rounded(mean), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function rounded(number) {
  return Number(number.toFixed(2));
}
