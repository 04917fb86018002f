import { describe, expect, it } from "vitest";
import type { Core } from "./core";
import { MapPainter } from "./map_painter";

/** Notes what was asked for instead of painting it. */
class NotedCore {
  readonly corners: [number, number][] = [];

  paintMap(x: number, z: number, edge: number): Uint8ClampedArray<ArrayBuffer> {
    this.corners.push([x, z]);
    return new Uint8ClampedArray(edge * edge * 4);
  }
}

function painterAt(x: number, z: number) {
  const core = new NotedCore();
  const painter = new MapPainter();
  painter.look({ x, y: 0, z });
  const paint = (nowMs: number) => painter.paint(core as unknown as Core, nowMs);
  return { core, painter, paint };
}

describe("the map's painter", () => {
  it("paints around the eye, on the grid of samples", () => {
    const { core, paint } = painterAt(501.5, 498.5);
    const map = paint(0);
    expect(map).toMatchObject({ stepBlocks: 4, edgeCount: 104 });
    const [[x, z]] = core.corners;
    expect([Math.abs(x % 4), Math.abs(z % 4)]).toEqual([0, 0]);
    expect(Math.abs(x + 208 - 501.5)).toBeLessThan(4);
    expect(map?.pixels.length).toBe(104 * 104 * 4);
  });

  it("paints again only after a change or a walk, and not more than once a second", () => {
    const { core, painter, paint } = painterAt(500, 500);
    paint(0);
    expect(paint(5_000)).toBeNull();
    painter.touch();
    expect(paint(5_500)).not.toBeNull();
    painter.touch();
    expect(paint(5_900)).toBeNull();
    expect(paint(6_500)).not.toBeNull();
    painter.look({ x: 505, y: 0, z: 500 });
    expect(paint(9_000)).toBeNull();
    painter.look({ x: 520, y: 0, z: 500 });
    expect(paint(9_000)).not.toBeNull();
    expect(core.corners.length).toBe(4);
  });

  it("paints nothing before it knows the eye", () => {
    const painter = new MapPainter();
    expect(painter.paint(new NotedCore() as unknown as Core, 0)).toBeNull();
  });
});
