//! Measures the link: round trip, snapshots, loss, bytes. Wire worker.

import type { WireHealth } from "./link";

/** Figures are over this long. */
const WINDOW_MS = 5_000;
/** A number farther back than this is a new connection or nonsense, not a late datagram. */
const REORDER_MAX = 1_000;

interface Arrival {
  atMs: number;
  bytes: number;
  /** 0 for what came on a stream. */
  number: number;
  /** Of a snapshot, else 0. */
  tick: number;
}

export class Meter {
  transport: WireHealth["transport"] = "none";
  private arrivals: Arrival[] = [];
  private pings = new Map<number, number>();
  private nonce = 0;
  private roundTripMs = 0;
  private pongs: { atMs: number; tick: number }[] = [];

  reset(transport: WireHealth["transport"]): void {
    this.transport = transport;
    this.arrivals = [];
    this.pings.clear();
    this.pongs = [];
    this.roundTripMs = 0;
  }

  arrived(atMs: number, bytes: number, number: number, tick: number): void {
    this.arrivals.push({ atMs, bytes, number, tick });
  }

  /** The nonce of a ping that goes out now. */
  ping(nowMs: number): number {
    this.nonce += 1;
    this.pings.set(this.nonce, nowMs);
    this.pings.delete(this.nonce - 16);
    return this.nonce;
  }

  pong(nonce: number, tick: number, nowMs: number): void {
    const sentMs = this.pings.get(nonce);
    if (sentMs === undefined) return;
    this.pings.delete(nonce);
    const measuredMs = nowMs - sentMs;
    this.roundTripMs += (measuredMs - this.roundTripMs) * (this.roundTripMs === 0 ? 1 : 0.25);
    this.pongs.push({ atMs: nowMs, tick });
    if (this.pongs.length > 6) this.pongs.shift();
  }

  figures(nowMs: number): WireHealth {
    this.arrivals = this.arrivals.filter((arrival) => arrival.atMs > nowMs - WINDOW_MS);
    const first = this.arrivals[0];
    const seconds = first ? Math.max(1, (nowMs - first.atMs) / 1_000) : 1;
    const ticks = new Set(this.arrivals.map((arrival) => arrival.tick));
    ticks.delete(0);
    const bytes = this.arrivals.reduce((sum, arrival) => sum + arrival.bytes, 0);
    return {
      transport: this.transport,
      roundTripMs: this.roundTripMs,
      snapshotHz: ticks.size / seconds,
      lossPercent: this.lossPercent(),
      serverTickHz: this.serverTickHz(),
      bytesPerSecond: bytes / seconds,
    };
  }

  private lossPercent(): number {
    let lowest = Number.POSITIVE_INFINITY;
    let highest = 0;
    const numbers = new Set<number>();
    for (const { number } of this.arrivals) {
      if (number === 0 || number < highest - REORDER_MAX) continue;
      numbers.add(number);
      lowest = Math.min(lowest, number);
      highest = Math.max(highest, number);
    }
    if (numbers.size < 2) return 0;
    return 100 * (1 - numbers.size / (highest - lowest + 1));
  }

  private serverTickHz(): number {
    const first = this.pongs[0];
    const last = this.pongs[this.pongs.length - 1];
    if (!first || last.atMs <= first.atMs) return 0;
    return ((last.tick - first.tick) * 1_000) / (last.atMs - first.atMs);
  }
}
