//! Where regions stand on the map, which is seen from above: regions over one another share a square, of which the
//! lowest fills what the higher ones, as strips along its upper side, leave. And how hot each is.

import type { Overview, Region } from "../api";

/** In parts of the map's width: 0 to 1. */
export interface Place {
  id: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Of a square's height, for each region above the lowest. */
const STRIP = 0.16;
/** Of a square that deeper regions divide, what those above leave at least. */
const GROUND_MIN = 0.4;

interface Ground {
  x: number;
  z: number;
  edge: number;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A place for each region, south below, east to the right. */
export function placesOf(regions: readonly Region[]): Place[] {
  if (regions.length === 0) return [];
  const world = groundOf(regions);
  return divide(regions, world, { left: 0, top: 0, width: 1, height: 1 });
}

/** The smallest power-of-two square, aligned like an octree's node, that holds all. */
function groundOf(regions: readonly Region[]): Ground {
  const low = (axis: 0 | 2) => Math.min(...regions.map(({ at }) => at[axis]));
  const high = (axis: 0 | 2) => Math.max(...regions.map(({ at, edgeM }) => at[axis] + edgeM));
  const [x, z] = [low(0), low(2)];
  let edge = Math.max(...regions.map(({ edgeM }) => edgeM));
  while (edge < Math.max(high(0) - x, high(2) - z)) edge *= 2;
  return { x, z, edge };
}

function divide(regions: readonly Region[], ground: Ground, box: Box): Place[] {
  const whole = regions.filter(({ edgeM }) => edgeM >= ground.edge);
  const parts = regions.filter(({ edgeM }) => edgeM < ground.edge);
  const byHeight = [...whole].sort((one, other) => one.at[1] - other.at[1]);
  const [lowest] = parts.length === 0 ? byHeight.splice(0, 1) : [];
  const share = Math.min(STRIP, (1 - GROUND_MIN) / Math.max(1, byHeight.length));
  const strip = box.height * share;
  const strips = byHeight.reverse().map(({ id }, index): Place => {
    return { id, left: box.left, top: box.top + index * strip, width: box.width, height: strip };
  });
  const above = strips.length * strip;
  const rest = { ...box, top: box.top + above, height: box.height - above };
  if (lowest !== undefined) return [...strips, { id: lowest.id, ...rest }];
  return [...strips, ...quarters(parts, ground, rest)];
}

function quarters(regions: readonly Region[], ground: Ground, box: Box): Place[] {
  const edge = ground.edge / 2;
  const [width, height] = [box.width / 2, box.height / 2];
  const corners = [0, 1].flatMap((south) => [0, 1].map((east) => ({ east, south })));
  return corners.flatMap(({ east, south }) => {
    const part = { x: ground.x + east * edge, z: ground.z + south * edge, edge };
    const within = regions.filter(({ at }) => isWithin(at[0], part.x, edge) && isWithin(at[2], part.z, edge));
    if (within.length === 0) return [];
    return divide(within, part, { left: box.left + east * width, top: box.top + south * height, width, height });
  });
}

function isWithin(at: number, from: number, edge: number): boolean {
  return at >= from && at < from + edge;
}

export type Way = "up" | "down" | "left" | "right";
/** A step aside counts as so many ahead: what is straight ahead comes first. */
const ASIDE_WEIGHT = 3;
const NEAR = 1e-6;

/** The nearest place that way, for who walks the map by arrow keys. */
export function placeToward(places: readonly Place[], from: string, way: Way): string | null {
  const start = places.find(({ id }) => id === from);
  if (start === undefined) return places[0]?.id ?? null;
  const costs = places.map((place) => ({ id: place.id, cost: costOf(start, place, way) }));
  const nearest = costs.filter(({ cost }) => cost < Infinity).sort((one, other) => one.cost - other.cost)[0];
  return nearest?.id ?? null;
}

function costOf(from: Place, to: Place, way: Way): number {
  const right = to.left + to.width / 2 - from.left - from.width / 2;
  const down = to.top + to.height / 2 - from.top - from.height / 2;
  const ahead = { up: -down, down, left: -right, right }[way];
  const aside = Math.abs(way === "up" || way === "down" ? right : down);
  return ahead > NEAR ? ahead + ASIDE_WEIGHT * aside : Infinity;
}

/** What the map's colours say. */
export const MEASURES = ["tick share", "tick p99", "egress", "bodies", "owner"] as const;
export type Measure = (typeof MEASURES)[number];

/** What a region is coloured by; of the owner NaN. A region has no tick of its own: its p99 is its shard's. */
export function measured(region: Region, measure: Measure, overview: Overview): number {
  switch (measure) {
    case "tick p99":
      return shardsOf(overview).find(({ id }) => id === region.owner)?.tickUsP99 ?? NaN;
    case "tick share":
      return region.tickUs;
    case "egress":
      return region.egressBytesPerSecond;
    case "bodies":
      return region.bodies;
    case "owner":
      return NaN;
  }
}

export function shardsOf({ pods }: Overview) {
  return pods.flatMap(({ shards }) => shards);
}

/** How hot, 0 to 1, on a scale whose end is `most`; NaN stays unknown. */
export function heat(value: number, most: number): number {
  if (Number.isNaN(value)) return NaN;
  return most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
}

/** The colour of an owner, as an index that stays the same while the shards do. */
export function ownerIndex(owner: string, overview: Overview): number {
  return shardsOf(overview).findIndex(({ id }) => id === owner);
}
