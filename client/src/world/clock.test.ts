import { describe, expect, it } from "vitest";
import { PlaybackClock, TICK_MS } from "./clock";
import { Random } from "./random";

/** Runs 20 s of snapshots through a link; gives back the largest step and the last lag in ticks. */
function play(jitterMs: number, frameMs: number, seed: number): { step: number; lag: number } {
  const clock = new PlaybackClock();
  const random = new Random(seed);
  const arrivals = Array.from({ length: 400 }, (_, tick) => ({
    tick: 900 + tick,
    atMs: 1_000 + tick * TICK_MS + random.share() * jitterMs,
  })).sort((a, b) => a.atMs - b.atMs);
  let step = 0;
  let before = Number.NaN;
  for (let nowMs = 1_000; nowMs < 21_000; nowMs += frameMs) {
    while (arrivals.length > 0 && arrivals[0].atMs <= nowMs) {
      const arrival = arrivals.shift()!;
      clock.arrived(arrival.tick, arrival.atMs);
    }
    const shown = clock.advance(nowMs, frameMs);
    if (nowMs > 3_000) step = Math.max(step, Math.abs(shown - before - frameMs / TICK_MS));
    before = shown;
  }
  return { step, lag: clock.newestTick - clock.renderTick };
}

describe("playback clock", () => {
  it("runs evenly about two ticks behind a clean link", () => {
    for (const frameMs of [7, 16, 33, 200]) {
      const { step, lag } = play(1, frameMs, 3);
      expect(step).toBeLessThan((0.11 * frameMs) / TICK_MS);
      expect(lag).toBeGreaterThan(0.5);
      expect(lag).toBeLessThan(3);
    }
  });

  it("falls farther behind on a jittery link, but no farther than six", () => {
    const { lag } = play(120, 16, 5);
    expect(lag).toBeGreaterThan(2);
    expect(lag).toBeLessThan(6.5);
  });

  it("slows with a world that slows, without a jerk, and comes back", () => {
    const clock = new PlaybackClock();
    let nowMs = 0;
    let tick = 100;
    let nextMs = 0;
    let before = Number.NaN;
    const rates = [1, 0.95, 0.9, 0.8, 0.7, 0.62, 0.62, 0.4, 0.2, 0.1, 0.1, 0.3, 0.6, 0.9, 1, 1];
    for (const rate of rates) {
      clock.setRate(rate, nowMs);
      for (const endMs = nowMs + 3_000; nowMs < endMs; nowMs += 16) {
        for (; nextMs <= nowMs; nextMs += TICK_MS / rate) clock.arrived(tick++, nextMs);
        const shown = clock.advance(nowMs, 16);
        if (nowMs > 100) {
          const share = (shown - before) / (16 / (TICK_MS / rate));
          expect(share, `at ${rate}`).toBeGreaterThan(0.89);
          expect(share, `at ${rate}`).toBeLessThan(1.11);
        }
        before = shown;
      }
      expect(clock.newestTick - clock.renderTick).toBeLessThan(4);
    }
  });

  it("jumps to a server that restarted its count", () => {
    const clock = new PlaybackClock();
    clock.arrived(100_000, 0);
    clock.advance(16, 16);
    clock.reset();
    clock.arrived(5, 1_000);
    expect(clock.advance(1_016, 16)).toBeLessThan(5);
  });
});
