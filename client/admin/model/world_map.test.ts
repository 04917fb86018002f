import { describe, expect, it } from "vitest";
import { Fields, readOverview, type Region } from "../api";
import { heat, measured, ownerIndex, placesOf, placeToward, type Place } from "./world_map";

function region(id: string, x: number, y: number, z: number, edgeM: number): Region {
  const figures = { epoch: 1, bodies: 0, players: 0, tickUs: 5, egressBytesPerSecond: 0, isPinned: false,
  moved: null };
  return { id, edgeM, at: [x, y, z], owner: "1/0", ...figures };
}

/** Four columns of two, the way a new world is. */
const WORLD = [0, 512].flatMap((x) => [0, 512].flatMap((y) => [0, 512].map((z) => region(`${x}-${y}-${z}`, x, y, z, 512))));

function overlap(one: Place, other: Place): number {
  const along = (a: number, b: number, c: number, d: number) => Math.max(0, Math.min(a + b, c + d) - Math.max(a, c));
  return along(one.left, one.width, other.left, other.width) * along(one.top, one.height, other.top, other.height);
}

function areaOf(places: readonly Place[]): number {
  return places.reduce((sum, { width, height }) => sum + width * height, 0);
}

function split({ id, at: [x, y, z], edgeM }: Region): Region[] {
  const half = edgeM / 2;
  return [0, 1, 2, 3, 4, 5, 6, 7].map((part) =>
    region(`${id}.${part}`, x + half * (part & 1), y + half * ((part >> 1) & 1), z + half * (part >> 2), half),
  );
}

describe("world map", () => {
  it("fills the map, each region once and none over another, however the world is split", () => {
    let regions = WORLD;
    for (let splits = 0; splits < 12; splits++) {
      const places = placesOf(regions);
      expect(places.map(({ id }) => id).sort()).toEqual(regions.map(({ id }) => id).sort());
      expect(areaOf(places)).toBeCloseTo(1, 9);
      for (const one of places) {
        for (const other of places) if (one !== other) expect(overlap(one, other)).toBeLessThan(1e-9);
      }
      const victim = (splits * 7) % regions.length;
      regions = regions.flatMap((it, index) => (index === victim && it.edgeM > 32 ? split(it) : [it]));
    }
  });

  it("gives the ground most of its square, and puts what is above over it", () => {
    const places = new Map(placesOf(WORLD).map((place) => [place.id, place]));
    const [ground, above] = [places.get("0-0-0")!, places.get("0-512-0")!];
    expect(ground.height).toBeGreaterThan(above.height * 3);
    expect(above.top).toBeLessThan(ground.top);
  });

  it("is walked to what is next that way", () => {
    const places = placesOf(WORLD);
    expect(placeToward(places, "0-0-0", "right")).toBe("512-0-0");
    expect(placeToward(places, "0-0-0", "up")).toBe("0-512-0");
    expect(placeToward(places, "0-0-0", "left")).toBeNull();
    expect(placeToward(places, "gone", "left")).toBe(places[0]?.id);
    expect(placeToward([], "gone", "left")).toBeNull();
  });

  it("draws nothing of nothing, and ends on what no world is", () => {
    expect(placesOf([])).toEqual([]);
    expect(placesOf([region("a", 0, 0, 0, 1e-9), region("b", 1e12, 0, 3, 1e9)])).toHaveLength(2);
  });

  it("takes the p99 of the shard that owns the region", () => {
    const overview = readOverview(Fields.of({ pods: [{ pod: 1, shards: [{ shard: "1/0", tick_us_p99: 31_000 }] }] }));
    expect(measured(WORLD[0]!, "tick p99", overview)).toBe(31_000);
    expect(measured({ ...WORLD[0]!, owner: "9/9" }, "tick p99", overview)).toBeNaN();
    expect(measured(WORLD[0]!, "tick share", overview)).toBe(5);
    expect(ownerIndex("1/0", overview)).toBe(0);
  });

  it("knows no heat of what is not known", () => {
    expect(heat(NaN, 10)).toBeNaN();
    expect(heat(20, 10)).toBe(1);
    expect(heat(5, 10)).toBe(0.5);
    expect(heat(5, 0)).toBe(0);
  });
});
