//! Feeds the renderer with made-up land, bodies and happenings, to look at it without a server.
//! Query: view (a name below), quality, distance, bodies (count), slot, pitch, aim, quiet (nothing
//! happens), time (seconds to run before `ready`).

import { createRenderer } from "../src/gpu/renderer";
import { HANDS, type FrameView, type Quality } from "../src/world/state";
import { Crowd } from "./crowd";
import { Fight } from "./fight";
import { Land, LAND_EDGE, LAND_HEIGHT } from "./land";
import { meshChunk } from "./mesher";

interface Shot {
  eye: [x: number, above: number, z: number];
  yaw: number;
  pitch: number;
  thirdPerson?: boolean;
  slot?: number;
}

const SHOTS: Record<string, Shot> = {
  keep: { eye: [128, 9, 148], yaw: -0.35, pitch: -0.05 },
  field: { eye: [112, 1.7, 150], yaw: 0.1, pitch: -0.04 },
  river: { eye: [203, 8, 128], yaw: 0.3, pitch: -0.2 },
  dive: { eye: [203, 3, 128], yaw: 0.1, pitch: -0.1 },
  sun: { eye: [110, 6, 120], yaw: 2.3, pitch: 0.1 },
  above: { eye: [60, 60, 190], yaw: 0.7, pitch: -0.5 },
  behind: { eye: [112, 1.7, 136], yaw: 0.05, pitch: -0.15, thirdPerson: true },
  hamlet: { eye: [138, 4, 172], yaw: 0.9, pitch: -0.05 },
};

/** What the hands do, by slot: aim the bow, dig with the pick. */
const OWN_POSES = [0, HANDS.DRAW << 4, 0, HANDS.DIG << 4];

const query = new URLSearchParams(location.search);
const shot = SHOTS[query.get("view") ?? "keep"];
const stage = document.getElementById("stage") as HTMLCanvasElement;
const land = new Land();
const renderer = createRenderer(stage);
const crowd = new Crowd(land, Number(query.get("bodies") ?? 400), 112, 128, 46);

/** A block of the ground a few steps ahead. */
function aimed(x: number, z: number): { x: number; y: number; z: number } {
  const ahead = {
    x: Math.floor(x + 3 * Math.sin(shot.yaw)),
    z: Math.floor(z - 3 * Math.cos(shot.yaw)),
  };
  return { ...ahead, y: land.heightAt(ahead.x, ahead.z) };
}

/** One of each thing, a few steps ahead, of which every third is another's. */
function dropsAround(x: number, z: number): FrameView["drops"] {
  return Array.from({ length: 11 }, (_, thing) => {
    const at = { x: x + (thing - 5) * 0.8 + 4 * Math.sin(shot.yaw), z: z - 4 * Math.cos(shot.yaw) };
    const position = { ...at, y: land.heightAt(at.x, at.z) + 1 };
    return { id: thing, position, things: [{ thing, count: 1 }], isKept: thing % 3 === 2 };
  });
}

function ownState(x: number, y: number, z: number): FrameView["own"] {
  return {
    id: 1,
    name: "You",
    house: 1,
    // In all that there is to wear.
    gear: 0xfe,
    position: { x, y, z },
    velocity: { x: 0, y: 0, z: 0 },
    grounded: true,
    swimming: false,
    crouched: false,
    running: false,
    dashing: false,
    pose: 0,
    alive: true,
    health: 80,
    healthMax: 100,
    respawnTicks: 0,
    slot: Number(query.get("slot") ?? shot.slot ?? 0),
    waitTicks: [0, 0, 0, 0, 0, 0],
    drawTicks: 0,
    digProgress: query.has("aim") ? 150 : 0,
    bombsCount: 3,
    blocksCount: 64,
    kills: 0,
    deaths: 0,
    score: 0,
  };
}

function frameView(): FrameView {
  const [x, above, z] = shot.eye;
  const eye = { x, y: land.heightAt(x, z) + 1 + above, z };
  return {
    nowMs: 0,
    deltaMs: 16,
    renderTick: 0,
    camera: {
      eye,
      yaw: shot.yaw,
      pitch: Number(query.get("pitch") ?? shot.pitch),
      fieldOfView: 70,
      thirdPerson: shot.thirdPerson ?? false,
      thirdPersonDistance: 4.2,
      underwater: land.get(Math.floor(x), Math.floor(eye.y), Math.floor(z)) === 12,
    },
    own: ownState(x, eye.y - 1.62, z),
    bodies: crowd,
    battle: {
      tick: 0,
      round: 1,
      score: [0, 0],
      scoreToWin: 100,
      pauseTicks: 0,
      aliveCount: [0, 0],
      banners: [
        {
          block: { x: 118, y: land.heightAt(118, 132) + 1, z: 132 },
          owner: 0,
          taker: 1,
          progress: 90,
        },
        {
          block: { x: 150, y: land.heightAt(150, 128) + 1, z: 128 },
          owner: 1,
          taker: 255,
          progress: 255,
        },
      ],
    },
    events: [],
    terrain: { ready: [], removed: [] },
    drops: dropsAround(x, z),
    findsCount: 0,
    levelsCount: 0,
    aim: query.has("aim")
      ? { block: aimed(x, z), face: 2, id: land.get(aimed(x, z).x, aimed(x, z).y, aimed(x, z).z) }
      : null,
    ghosts: [],
    settings: {
      viewDistanceBlocks: Number(query.get("distance") ?? 220),
      quality: (query.get("quality") ?? "medium") as Quality,
      sensitivity: 1,
      invertPitch: false,
      volume: 1,
      fieldOfView: 70,
      thirdPerson: false,
      budgetBytesPerSecond: 48_000,
      bindings: {} as FrameView["settings"]["bindings"],
    },
    aimBody: 0,
  };
}

const view = frameView();
const figures = { meshMs: 0, frames: 0, scriptMs: [] as number[], renderer: renderer.figures };
Object.assign(window, { gallery: { view, figures, ready: false } });

function meshAll(): void {
  const start = performance.now();
  for (let y = 0; y < LAND_HEIGHT / 32; y += 1) {
    for (let z = 0; z < LAND_EDGE / 32; z += 1) {
      for (let x = 0; x < LAND_EDGE / 32; x += 1) view.terrain.ready.push(meshChunk(land, x, y, z));
    }
  }
  figures.meshMs = performance.now() - start;
}

const fight = new Fight(land, crowd, shot.eye[0], shot.eye[2], shot.yaw);
const started = performance.now();
const runSeconds = Number(query.get("time") ?? 2);

function frame(now: number): void {
  view.deltaMs = Math.min(100, now - view.nowMs);
  view.nowMs = now;
  view.renderTick = now / 50;
  crowd.step(view.renderTick + 2);
  if (!query.has("quiet")) view.events = fight.events(view.renderTick);
  view.own.drawTicks = view.own.slot === 1 ? 20 : 0;
  view.own.pose = OWN_POSES[view.own.slot] ?? 0;
  const start = performance.now();
  renderer.draw(view);
  figures.scriptMs.push(performance.now() - start);
  figures.frames += 1;
  view.terrain = { ready: [], removed: [] };
  if (now - started > runSeconds * 1_000 && figures.frames > 8) {
    (window as unknown as { gallery: { ready: boolean } }).gallery.ready = true;
  }
  requestAnimationFrame(frame);
}

meshAll();
requestAnimationFrame(frame);
