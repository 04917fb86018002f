//! Blocks that the player placed and the server has not confirmed: shown at once, and gone when the
//! server refuses them or the edit itself arrives.

import type { GhostBlock, Vector3 } from "./state";

/** Longer than any confirmation takes on a link worth playing on. */
const LIFE_MS = 1_500;
/** As the server's wait between two blocks: 3 ticks. */
const PLACE_WAIT_MS = 150;

interface PendingGhost extends GhostBlock {
  sequence: number;
  untilMs: number;
}

export class Ghosts {
  /** Placements that the server refused or forgot. */
  rolledBackCount = 0;
  /** The world runs at this share of real time, and everything takes so much longer. */
  rate = 1;
  private pending: PendingGhost[] = [];
  private nextPlaceMs = 0;

  get all(): readonly GhostBlock[] {
    return this.pending;
  }

  reset(): void {
    this.pending = [];
    this.nextPlaceMs = 0;
    this.rate = 1;
  }

  /** The hand places a block with the input of this sequence. */
  place(block: Vector3, now: number, sequence: number, nowMs: number): void {
    if (nowMs < this.nextPlaceMs || this.holds(block)) return;
    this.nextPlaceMs = nowMs + PLACE_WAIT_MS / this.rate;
    this.pending.push({ block, now, sequence, untilMs: nowMs + LIFE_MS / this.rate });
  }

  refuse(sequences: Iterable<number>): void {
    const refused = new Set(sequences);
    const before = this.pending.length;
    this.pending = this.pending.filter((ghost) => !refused.has(ghost.sequence));
    this.rolledBackCount += before - this.pending.length;
  }

  /** Drops those that the terrain shows by now, and those that nobody answered. */
  settle(blockAt: (x: number, y: number, z: number) => number, nowMs: number): void {
    if (this.pending.length === 0) return;
    this.pending = this.pending.filter((ghost) => {
      if (blockAt(ghost.block.x, ghost.block.y, ghost.block.z) === ghost.now) return false;
      if (nowMs < ghost.untilMs) return true;
      this.rolledBackCount += 1;
      return false;
    });
  }

  private holds({ x, y, z }: Vector3): boolean {
    return this.pending.some(
      ({ block }) => block.x === x && block.y === y && block.z === z,
    );
  }
}
