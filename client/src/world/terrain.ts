//! The page's side of terrain: its own blocks for prediction and aim, and the meshes that come from
//! the mesher, handed on a few a frame. Main thread.

import type { ServerMessage, TerrainMessage } from "../wire/link";
import type { Core } from "./core";
import type { FromMesher, ToMesher } from "./mesher";
import type { ChunkMesh, LandMap, TerrainEvents, Vector3 } from "./state";

/** Quads handed on for each millisecond of a frame, so that uploads take a small share of it. */
const QUADS_PER_MS = 500;
const WORDS_PER_QUAD = 2;
/** The mesher is told of the eye again after it moved this far. */
const FOCUS_METRES = 4;

/** The worker, or a test's stand-in. */
export interface MesherPort {
  postMessage(message: ToMesher, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromMesher>) => void) | null;
}

export class Terrain {
  /** Counts edits, for what waits on them. */
  editsCount = 0;
  /** Cells whose bricks arrived, in all. */
  cellsCount = 0;
  /** The newest that the mesher painted. */
  map: LandMap | null = null;
  private readonly frame: TerrainEvents = { ready: [], removed: [] };
  private waiting: TerrainEvents = { ready: [], removed: [] };
  private focus: Vector3 | null = null;
  private focusDistance = 0;

  constructor(
    readonly core: Core,
    private readonly mesher: MesherPort,
    private readonly onReset: () => void,
    private readonly onScene: (message: ServerMessage) => void,
  ) {
    mesher.onmessage = (event) => this.receive(event.data);
  }

  apply(message: TerrainMessage): void {
    if (!this.core.apply(message)) return;
    if (message.kind === "edits") this.editsCount += message.now.length;
    if (message.kind === "bricks") this.cellsCount += message.sizes.length;
  }

  reset(): void {
    this.core.reset();
    this.cellsCount = 0;
    this.map = null;
    this.focus = null;
  }

  /** Has the mesher show the battle behind the title. */
  beginScene(): void {
    this.reset();
    this.mesher.postMessage({ kind: "scene" });
  }

  look(eye: Vector3, viewDistanceBlocks: number): void {
    const moved = this.focus
      ? Math.hypot(eye.x - this.focus.x, eye.y - this.focus.y, eye.z - this.focus.z)
      : Number.POSITIVE_INFINITY;
    if (moved < FOCUS_METRES && viewDistanceBlocks === this.focusDistance) return;
    this.focus = { ...eye };
    this.focusDistance = viewDistanceBlocks;
    this.mesher.postMessage({ kind: "focus", eye: this.focus, viewDistanceBlocks });
  }

  /** What changed since the last frame; the same object every time. */
  take(frameMs: number): TerrainEvents {
    this.frame.ready = this.waiting.ready.splice(0, this.affordableCount(frameMs));
    this.frame.removed = this.waiting.removed.splice(0);
    return this.frame;
  }

  /** How many of the waiting meshes a frame of this length can take; at least one. */
  private affordableCount(frameMs: number): number {
    let quads = 0;
    for (const [index, mesh] of this.waiting.ready.entries()) {
      quads += (mesh.opaque.length + mesh.seeThrough.length) / WORDS_PER_QUAD;
      if (quads > QUADS_PER_MS * frameMs) return Math.max(1, index);
    }
    return this.waiting.ready.length;
  }

  private receive(message: FromMesher): void {
    switch (message.kind) {
      case "mesh":
        this.replaceWaiting(message.mesh);
        return;
      case "removed":
        this.waiting.removed.push(...message.chunks);
        this.dropWaiting(message.chunks);
        return;
      case "map":
        this.map = message.map;
        return;
      case "scene":
        this.onScene(message.message);
        return;
      case "reset":
        this.waiting = { ready: [], removed: [] };
        this.onReset();
    }
  }

  /** Of a chunk only the newest mesh waits. */
  private replaceWaiting(mesh: ChunkMesh): void {
    const { ready } = this.waiting;
    const at = ready.findIndex(({ x, y, z }) => x === mesh.x && y === mesh.y && z === mesh.z);
    if (at < 0) ready.push(mesh);
    else ready[at] = mesh;
  }

  /** A mesh that waits for a chunk that is gone must not come back after it. */
  private dropWaiting(chunks: { x: number; y: number; z: number }[]): void {
    const gone = new Set(chunks.map((chunk) => `${chunk.x},${chunk.y},${chunk.z}`));
    this.waiting.ready = this.waiting.ready.filter(
      (mesh) => !gone.has(`${mesh.x},${mesh.y},${mesh.z}`),
    );
  }
}
