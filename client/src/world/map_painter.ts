//! Keeps the map of the land around the eye: painted anew when the eye went far or the land changed,
//! seldom enough to cost nothing. Mesher's worker; the clock is an argument.

import type { Core } from "./core";
import type { ChunkPlace } from "./mesh_queue";
import type { LandMap } from "./state";

/** Blocks between two samples, and samples along the edge: 416 m, a little more than is shown. */
const STEP_BLOCKS = 4;
const EDGE_COUNT = 104;
const REACH_BLOCKS = (STEP_BLOCKS * EDGE_COUNT) / 2;
const REPAINT_MS = 1_000;
const DRIFT_METRES = 12;

export class MapPainter {
  private eye: ChunkPlace | null = null;
  private paintedAt: ChunkPlace | null = null;
  private isStale = true;
  private paintedMs = Number.NEGATIVE_INFINITY;

  look(eye: ChunkPlace): void {
    this.eye = eye;
  }

  /** Land came, changed or went. */
  touch(): void {
    this.isStale = true;
  }

  reset(): void {
    this.eye = null;
    this.paintedAt = null;
    this.isStale = true;
  }

  /** A new map when one is due. */
  paint(core: Core, nowMs: number): LandMap | null {
    const { eye, paintedAt } = this;
    if (!eye || nowMs - this.paintedMs < REPAINT_MS) return null;
    const drift = paintedAt ? Math.hypot(eye.x - paintedAt.x, eye.z - paintedAt.z) : Infinity;
    if (!this.isStale && drift < DRIFT_METRES) return null;
    this.paintedAt = eye;
    this.paintedMs = nowMs;
    this.isStale = false;
    // On the grid of samples, so that the map does not crawl.
    const corner = (at: number) => Math.round((at - REACH_BLOCKS) / STEP_BLOCKS) * STEP_BLOCKS;
    const [x, z] = [corner(eye.x), corner(eye.z)];
    const pixels = core.paintMap(x, z, EDGE_COUNT, STEP_BLOCKS);
    return { x, z, stepBlocks: STEP_BLOCKS, edgeCount: EDGE_COUNT, pixels };
  }
}
