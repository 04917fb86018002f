import { describe, expect, it } from "vitest";
import type { BodySamples } from "../wire/link";
import { Bodies } from "./bodies";
import { Random } from "./random";
import { GEAR, WORN } from "./state";

const TICK_BASE = 5_000;

/** One datagram with the given bodies: id, x, yaw. */
function datagram(tick: number, rows: [number, number, number?][]): BodySamples {
  const placed = new Float32Array(rows.length * 4);
  rows.forEach(([, x, yaw], index) => placed.set([x, 10, -3, yaw ?? 0], index * 4));
  return {
    tick: TICK_BASE + tick,
    count: rows.length,
    id: Uint32Array.from(rows, ([id]) => id),
    placed,
    pose: new Uint8Array(rows.length),
    health: new Uint8Array(0),
  };
}

function fresh(): Bodies {
  const bodies = new Bodies();
  bodies.reset(TICK_BASE);
  return bodies;
}

function xAt(bodies: Bodies, id: number, tick: number): number {
  bodies.select(TICK_BASE + tick);
  return bodies.at(bodies.rowOf(id), TICK_BASE + tick)[0];
}

describe("bodies", () => {
  it("shows a body told every tick exactly where it was at the render tick", () => {
    const bodies = fresh();
    const path = (tick: number) => Math.sin(tick / 3) * 2 + tick * 0.2;
    for (let tick = 0; tick < 200; tick++) {
      bodies.apply(datagram(tick, [[7, path(tick)]]), TICK_BASE + tick - 2.4, 0);
      if (tick < 4) continue;
      const shown = tick - 2.4;
      const whole = Math.floor(shown);
      const expected = path(whole) + (path(whole + 1) - path(whole)) * (shown - whole);
      expect(xAt(bodies, 7, shown)).toBeCloseTo(expected, 4);
    }
  });

  it("moves a body told every tenth tick without leaps", () => {
    const bodies = fresh();
    let before = Number.NaN;
    for (let step = 0; step < 800; step++) {
      const now = step / 4;
      if (step % 40 === 0) bodies.apply(datagram(now, [[7, now * 0.25]]), TICK_BASE + now - 2, 0);
      const x = xAt(bodies, 7, now - 2);
      if (step > 120) {
        expect(x - before).toBeGreaterThanOrEqual(-1e-4);
        expect(x - before).toBeLessThan(0.1);
      }
      before = x;
    }
    expect(before).toBeGreaterThan(40);
  });

  it("does not slide a body that teleported", () => {
    const bodies = fresh();
    bodies.apply(datagram(0, [[7, 0]]), TICK_BASE - 2, 0);
    bodies.apply(datagram(1, [[7, 300]]), TICK_BASE - 1, 0);
    expect(xAt(bodies, 7, 0.5)).toBe(300);
  });

  it("turns the short way round", () => {
    const bodies = fresh();
    bodies.apply(datagram(0, [[7, 0, 6.2]]), TICK_BASE - 2, 0);
    bodies.apply(datagram(1, [[7, 0, 0.1]]), TICK_BASE - 1, 0);
    bodies.select(TICK_BASE + 0.5);
    const yaw = bodies.at(0, TICK_BASE + 0.5)[3];
    expect(yaw).toBeGreaterThan(6.2);
    expect(yaw).toBeLessThan(6.4);
  });

  it("ignores the own body and stale rows", () => {
    const bodies = fresh();
    bodies.apply(datagram(5, [[1, 0], [2, 5]]), TICK_BASE, 1);
    bodies.apply(datagram(4, [[2, 99]]), TICK_BASE, 1);
    expect(bodies.count).toBe(1);
    expect(xAt(bodies, 2, 5)).toBe(5);
  });

  it("keeps rows dense and findable through any order of coming and going", () => {
    const random = new Random(11);
    const bodies = fresh();
    const heard = new Map<number, number>();
    for (let tick = 1; tick < 400; tick++) {
      const ids = new Set(Array.from({ length: 40 }, () => 1 + random.below(5_000)));
      bodies.apply(datagram(tick, [...ids].map((id) => [id, id])), TICK_BASE + tick - 2, 0);
      for (const id of ids) heard.set(id, tick);
      bodies.expire(TICK_BASE + tick - 60);
      for (const [id, at] of heard) if (at < tick - 60) heard.delete(id);
      expect(bodies.count).toBe(heard.size);
    }
    for (const id of heard.keys()) {
      expect(bodies.id[bodies.rowOf(id)]).toBe(id);
      expect(xAt(bodies, id, 398)).toBe(id);
    }
  });

  it("gives a body its looks whichever comes first", () => {
    const bodies = fresh();
    bodies.introduce(7, "Ann", 1, 2);
    bodies.apply(datagram(1, [[7, 0], [8, 0]]), TICK_BASE, 0);
    bodies.introduce(8, "", 1, 1);
    expect([...bodies.look.subarray(2, 4)]).toEqual([1, 2]);
    expect([...bodies.look.subarray(6, 8)]).toEqual([1, 1]);
    expect(bodies.nameOf(7)).toBe("Ann");
    expect(bodies.nameOf(8)).toMatch(/^\w+ \w+$/);
    expect(bodies.isPlayer(7)).toBe(true);
  });

  it("knows a player whatever it wears, and shows the look that was told last", () => {
    const bodies = fresh();
    bodies.introduce(7, "Bo", 1, GEAR.PLAYER);
    bodies.apply(datagram(1, [[7, 0]]), TICK_BASE, 0);
    const gear = () => bodies.look[bodies.rowOf(7) * 4 + 3];
    expect(gear()).toBe(GEAR.PLAYER);
    const { version } = bodies;
    bodies.introduce(7, "Bo", 1, GEAR.PLAYER | WORN.HELMET | WORN.SHIELD);
    bodies.select(TICK_BASE + 1);
    expect(gear()).toBe(GEAR.PLAYER | WORN.HELMET | WORN.SHIELD);
    expect(bodies.version).toBeGreaterThan(version);
    expect(bodies.isPlayer(7)).toBe(true);
    bodies.introduce(8, "", 0, GEAR.SAPPER);
    expect(bodies.isPlayer(8)).toBe(false);
  });
});
