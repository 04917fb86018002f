//! The mesher's worker: keeps a terrain of its own, fed by the wire's worker, and turns chunks near
//! the eye into faces. While nobody is joined the terrain is that of the battle behind the title.

import type { ServerMessage, TerrainMessage } from "../wire/link";
import { fetchCore, type Core } from "./core";
import { MapPainter } from "./map_painter";
import { MeshQueue, type ChunkPlace } from "./mesh_queue";
import { TitleScene } from "./scene";
import type { ChunkMesh, LandMap } from "./state";

export type ToMesher =
  | { kind: "terrainPort"; port: MessagePort }
  /** Forget all terrain and show the battle behind the title. */
  | { kind: "scene" }
  | { kind: "focus"; eye: ChunkPlace; viewDistanceBlocks: number };

export type FromMesher =
  | { kind: "mesh"; mesh: ChunkMesh }
  | { kind: "removed"; chunks: ChunkPlace[] }
  | { kind: "map"; map: LandMap }
  /** What the battle behind the title tells. */
  | { kind: "scene"; message: ServerMessage }
  | { kind: "reset" };

/** What the wire's worker sends. */
type FromWireWorker = TerrainMessage | { kind: "reset" };

/** Longest stretch of work between two looks at the messages. */
const SLICE_MS = 12;
/** How often a chunk is looked for while none was due. */
const IDLE_MS = 30;

const page = self as unknown as DedicatedWorkerGlobalScope;
const queue = new MeshQueue();
const painter = new MapPainter();
const waiting: FromWireWorker[] = [];
let core: Core | null = null;
let scene: TitleScene | null = null;
/** Whether the scene is wanted; it waits for the core. */
let wantsScene = false;

page.onmessage = (event: MessageEvent<ToMesher>) => {
  const message = event.data;
  if (message.kind === "terrainPort") {
    message.port.onmessage = (terrain: MessageEvent<FromWireWorker>) => receive(terrain.data);
    return;
  }
  if (message.kind === "scene") {
    wantsScene = true;
    return;
  }
  painter.look(message.eye);
  tellRemoved(queue.focus(message.eye, message.viewDistanceBlocks));
};

void fetchCore().then((loaded) => {
  core = loaded;
  for (const message of waiting.splice(0)) apply(loaded, message);
  work(loaded);
});

function receive(message: FromWireWorker): void {
  if (core) apply(core, message);
  else waiting.push(message);
}

function apply(terrain: Core, message: FromWireWorker): void {
  const nowMs = performance.now();
  if (message.kind === "reset") return reset(terrain);
  if (!terrain.apply(message)) return;
  painter.touch();
  if (message.kind === "bricks") queue.load(message.cells, nowMs);
  else if (message.kind === "edits") queue.edit(message.blocks);
  else tellRemoved(queue.forget(message.cells, nowMs));
}

function reset(terrain: Core): void {
  scene = null;
  wantsScene = false;
  terrain.reset();
  queue.reset();
  painter.reset();
  page.postMessage({ kind: "reset" } satisfies FromMesher);
}

function beginScene(terrain: Core): void {
  reset(terrain);
  scene = new TitleScene(terrain, queue, (message) => {
    page.postMessage({ kind: "scene", message } satisfies FromMesher);
  });
}

function work(terrain: Core): void {
  if (wantsScene) beginScene(terrain);
  const endMs = performance.now() + SLICE_MS;
  let found = true;
  while (found && performance.now() < endMs) {
    found = scene?.advance(performance.now()) ?? false;
    found = meshNext(terrain) || found;
  }
  if (!scene) paintMap(terrain);
  setTimeout(() => work(terrain), found ? 0 : IDLE_MS);
}

function meshNext(terrain: Core): boolean {
  const chunk = queue.next(performance.now());
  if (!chunk) return false;
  const mesh = terrain.mesh(chunk.x, chunk.y, chunk.z);
  page.postMessage({ kind: "mesh", mesh } satisfies FromMesher, [
    mesh.opaque.buffer,
    mesh.seeThrough.buffer,
  ]);
  return true;
}

function paintMap(terrain: Core): void {
  const map = painter.paint(terrain, performance.now());
  if (map) page.postMessage({ kind: "map", map } satisfies FromMesher, [map.pixels.buffer]);
}

function tellRemoved(chunks: ChunkPlace[]): void {
  if (chunks.length > 0) page.postMessage({ kind: "removed", chunks } satisfies FromMesher);
}
