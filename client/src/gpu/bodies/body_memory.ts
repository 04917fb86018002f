//! What the animator remembers of each body between samples: how far it walked, and when its pose
//! and health last changed. By body index; ticks are the server's.

const CAPACITY_FIRST = 4_096;
/** Radians of stride a metre: two steps are about 1.5 m. */
const STRIDE_RADIANS_PER_METRE = 4.2;
/** Share of the newest speed in the smoothed pace. */
const PACE_SHARE = 0.35;
/** A move farther than this between samples is a respawn. */
const LEAP_METRES = 8;
const TICKS_PER_SECOND = 20;

export class BodyMemory {
  /** Radians of stride at the newer sample and at the one before. */
  walkNewer = new Float32Array(CAPACITY_FIRST);
  walkOlder = new Float32Array(CAPACITY_FIRST);
  /** Metres per second, smoothed. */
  pace = new Float32Array(CAPACITY_FIRST);
  handsStart = new Float64Array(CAPACITY_FIRST);
  legsStart = new Float64Array(CAPACITY_FIRST);
  hurtStart = new Float64Array(CAPACITY_FIRST).fill(-1e6);
  #pose = new Uint8Array(CAPACITY_FIRST);
  #sampleTick = new Float64Array(CAPACITY_FIRST);

  /** Takes a body's latest pair of samples in; cheap when nothing is new. */
  learn(
    id: number,
    pose: number,
    tickNewer: number,
    distance: number,
    ticks: number,
    tickNow: number,
  ): void {
    if (id >= this.pace.length) this.#grow(id);
    const before = this.#pose[id];
    if (pose !== before) {
      if (pose >> 4 !== before >> 4) this.handsStart[id] = tickNow;
      if ((pose & 15) !== (before & 15)) this.legsStart[id] = tickNow;
      this.#pose[id] = pose;
    }
    if (tickNewer === this.#sampleTick[id]) return;
    this.#sampleTick[id] = tickNewer;
    const walked = distance < LEAP_METRES ? distance : 0;
    const speed = ticks > 0 ? (walked * TICKS_PER_SECOND) / ticks : 0;
    this.pace[id] += (speed - this.pace[id]) * PACE_SHARE;
    this.walkOlder[id] = this.walkNewer[id];
    this.walkNewer[id] += walked * STRIDE_RADIANS_PER_METRE;
    if (this.walkOlder[id] > 1_000) {
      const turns = Math.floor(this.walkOlder[id] / (2 * Math.PI)) * 2 * Math.PI;
      this.walkOlder[id] -= turns;
      this.walkNewer[id] -= turns;
    }
  }

  /** A body was wounded: it flashes. */
  wound(id: number, tick: number): void {
    if (id >= this.pace.length) this.#grow(id);
    this.hurtStart[id] = tick;
  }

  #grow(id: number): void {
    const capacity = Math.max(id + 1, this.pace.length * 2);
    this.walkNewer = grown(this.walkNewer, new Float32Array(capacity));
    this.walkOlder = grown(this.walkOlder, new Float32Array(capacity));
    this.pace = grown(this.pace, new Float32Array(capacity));
    this.handsStart = grown(this.handsStart, new Float64Array(capacity));
    this.legsStart = grown(this.legsStart, new Float64Array(capacity));
    this.hurtStart = grown(this.hurtStart, new Float64Array(capacity).fill(-1e6));
    this.#pose = grown(this.#pose, new Uint8Array(capacity));
    this.#sampleTick = grown(this.#sampleTick, new Float64Array(capacity));
  }
}

function grown<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
