//! The columns of every other body in sight: samples come in as the network brings them, the pair
//! of samples around the render tick goes out as instanced attributes.
//! It knows nothing of how they are decoded or drawn. Main thread.

import type { BodySamples } from "../wire/link";
import { soldierName } from "./names";
import { GEAR, gearKind, type BodyTable } from "./state";

/** Samples kept of each body: 400 ms of full-rate updates, more than playback ever lags. */
const HISTORY = 8;
/** Faster than any body moves in a tick, knockback and falling included; metres. */
const TELEPORT_METRES_PER_TICK = 6;
/** A body told rarely is shown moving over the interval of its last two samples, at most this. */
const STRETCH_TICKS_MAX = 20;
/** A body may be shown covering an interval in this share of its time, not less. */
const HURRY_MIN = 0.75;
const CAPACITY_FIRST = 2_048;
const TURN = Math.PI * 2;

interface Appearance {
  name: string;
  house: number;
  gear: number;
}

export class Bodies implements BodyTable {
  count = 0;
  capacity = 0;
  version = 0;
  tickBase = 0;
  id = new Uint32Array(0);
  older = new Float32Array(0);
  newer = new Float32Array(0);
  ticks = new Float32Array(0);
  look = new Uint8Array(0);

  /** Row of a body index; -1 in the holes of `rows`. */
  private readonly rows = new Map<number, number>();
  private readonly appearances = new Map<number, Appearance>();
  /** `HISTORY` samples a row, a ring: x, y, z, yaw each, and when each is to be shown. */
  private history = new Float32Array(0);
  private historyTicks = new Float32Array(0);
  /** Index in the ring of each row's newest sample, and how many are filled. */
  private head = new Uint8Array(0);
  private filled = new Uint8Array(0);
  /** Real tick of each row's newest sample, less `tickBase`. */
  private seen = new Float32Array(0);
  private selectedTick = Number.NaN;
  private dirty = false;
  private readonly scratch = new Float32Array(4);

  constructor() {
    this.grow(CAPACITY_FIRST);
  }

  rowOf(id: number): number {
    return this.rows.get(id) ?? -1;
  }

  nameOf(id: number): string {
    const name = this.appearances.get(id)?.name;
    return name ? name : soldierName(id);
  }

  isPlayer(id: number): boolean {
    const appearance = this.appearances.get(id);
    return appearance !== undefined && gearKind(appearance.gear) === GEAR.PLAYER;
  }

  houseOf(id: number): number {
    return this.appearances.get(id)?.house ?? 255;
  }

  /** Forgets everything: a new connection, whose ticks start near `tickBase`. */
  reset(tickBase: number): void {
    this.tickBase = tickBase;
    this.count = 0;
    this.rows.clear();
    this.appearances.clear();
    this.selectedTick = Number.NaN;
    this.version += 1;
  }

  /** A body's looks, or others than it had. */
  introduce(id: number, name: string, house: number, gear: number): void {
    this.appearances.set(id, { name, house, gear });
    const row = this.rowOf(id);
    if (row < 0) return;
    this.look[row * 4 + 2] = house;
    this.look[row * 4 + 3] = gear;
    this.dirty = true;
  }

  /** Bodies that left the world for good. */
  dismiss(ids: Uint32Array): void {
    for (const id of ids) {
      this.appearances.delete(id);
      const row = this.rowOf(id);
      if (row >= 0) this.remove(row);
    }
  }

  /** Takes a datagram's rows. Rows older than what a body already showed are ignored. */
  apply(samples: BodySamples, renderTick: number, ownId: number): void {
    const tick = samples.tick - this.tickBase;
    const shown = renderTick - this.tickBase;
    for (let index = 0; index < samples.count; index++) {
      const id = samples.id[index];
      if (id === ownId) continue;
      const known = this.rowOf(id);
      const row = known < 0 ? this.add(id) : known;
      if (known >= 0 && tick <= this.seen[row]) continue;
      this.sample(row, samples.placed, index * 4, tick, shown, known < 0);
      this.look[row * 4] = samples.pose[index];
      if (index < samples.health.length) this.look[row * 4 + 1] = samples.health[index];
    }
    this.dirty = true;
  }

  /** Chooses each body's pair of samples; work is done only when that can have changed. */
  select(renderTick: number): void {
    const shown = renderTick - this.tickBase;
    const whole = Math.floor(shown);
    if (whole === this.selectedTick && !this.dirty) return;
    this.selectedTick = whole;
    this.dirty = false;
    for (let row = 0; row < this.count; row++) this.selectRow(row, shown);
    this.version += 1;
  }

  /** Removes bodies of which nothing was heard since `tick`. */
  expire(tick: number): void {
    const oldest = tick - this.tickBase;
    for (let row = this.count - 1; row >= 0; row--) {
      if (this.seen[row] < oldest) this.remove(row);
    }
  }

  /** Where a row is shown at `renderTick`: x, y, z, yaw. The array is reused. */
  at(row: number, renderTick: number): Float32Array {
    const from = this.ticks[row * 2];
    const span = this.ticks[row * 2 + 1] - from;
    const passed = renderTick - this.tickBase - from;
    const share = span > 0 ? Math.min(1, Math.max(0, passed / span)) : 1;
    for (let axis = 0; axis < 4; axis++) {
      const start = this.older[row * 4 + axis];
      this.scratch[axis] = start + (this.newer[row * 4 + axis] - start) * share;
    }
    return this.scratch;
  }

  private add(id: number): number {
    if (this.count === this.capacity) this.grow(this.capacity * 2);
    const row = this.count;
    this.count += 1;
    this.rows.set(id, row);
    this.id[row] = id;
    this.filled[row] = 0;
    this.head[row] = 0;
    this.look.fill(0, row * 4, row * 4 + 4);
    this.look[row * 4 + 1] = 255;
    const appearance = this.appearances.get(id);
    if (appearance) {
      this.look[row * 4 + 2] = appearance.house;
      this.look[row * 4 + 3] = appearance.gear;
    }
    return row;
  }

  private remove(row: number): void {
    const last = this.count - 1;
    this.rows.delete(this.id[row]);
    if (row !== last) this.moveRow(last, row);
    this.count = last;
    this.dirty = true;
  }

  private moveRow(from: number, to: number): void {
    for (const column of [this.older, this.newer, this.look]) {
      column.copyWithin(to * 4, from * 4, from * 4 + 4);
    }
    this.ticks.copyWithin(to * 2, from * 2, from * 2 + 2);
    this.history.copyWithin(to * HISTORY * 4, from * HISTORY * 4, (from + 1) * HISTORY * 4);
    this.historyTicks.copyWithin(to * HISTORY, from * HISTORY, (from + 1) * HISTORY);
    for (const column of [this.id, this.head, this.filled, this.seen]) column[to] = column[from];
    this.rows.set(this.id[to], to);
  }

  private sample(
    row: number,
    placed: Float32Array,
    offset: number,
    tick: number,
    shown: number,
    first: boolean,
  ): void {
    const interval = tick - this.seen[row];
    this.seen[row] = tick;
    if (first || this.jumped(row, placed, offset, interval)) {
      this.filled[row] = 0;
      this.push(row, placed, offset, tick);
      return;
    }
    const newestTick = this.historyTicks[row * HISTORY + this.head[row]];
    if (newestTick >= shown && tick - newestTick >= interval * HURRY_MIN) {
      this.push(row, placed, offset, tick);
      return;
    }
    // Playback has run out of samples: go on from where the body is shown, over as long a time.
    this.selectRow(row, shown);
    this.filled[row] = 0;
    this.push(row, this.at(row, shown + this.tickBase), 0, shown);
    const stretched = shown + Math.min(interval, STRETCH_TICKS_MAX);
    this.push(row, placed, offset, Math.max(tick, stretched));
  }

  private jumped(row: number, placed: Float32Array, offset: number, interval: number): boolean {
    const at = (row * HISTORY + this.head[row]) * 4;
    const x = placed[offset] - this.history[at];
    const y = placed[offset + 1] - this.history[at + 1];
    const z = placed[offset + 2] - this.history[at + 2];
    const limit = TELEPORT_METRES_PER_TICK * Math.max(1, interval);
    return x * x + y * y + z * z > limit * limit;
  }

  private push(row: number, placed: Float32Array, offset: number, tick: number): void {
    const head = this.filled[row] === 0 ? 0 : (this.head[row] + 1) % HISTORY;
    const at = (row * HISTORY + head) * 4;
    for (let axis = 0; axis < 4; axis++) this.history[at + axis] = placed[offset + axis];
    this.historyTicks[row * HISTORY + head] = tick;
    this.head[row] = head;
    this.filled[row] = Math.min(HISTORY, this.filled[row] + 1);
  }

  /** The newest sample at or before `shown` and its successor; at the ends, one sample twice. */
  private selectRow(row: number, shown: number): void {
    const base = row * HISTORY;
    let newer = this.head[row];
    let older = newer;
    for (let step = 1; step < this.filled[row]; step++) {
      if (this.historyTicks[base + older] <= shown) break;
      newer = older;
      older = (older + HISTORY - 1) % HISTORY;
    }
    if (this.historyTicks[base + older] <= shown && older === newer) older = this.before(row);
    this.writePair(row, base + older, base + newer);
  }

  /** The sample before the newest, so that a body that ran out still has its last pair. */
  private before(row: number): number {
    const head = this.head[row];
    return this.filled[row] > 1 ? (head + HISTORY - 1) % HISTORY : head;
  }

  private writePair(row: number, older: number, newer: number): void {
    for (let axis = 0; axis < 4; axis++) {
      this.older[row * 4 + axis] = this.history[older * 4 + axis];
      this.newer[row * 4 + axis] = this.history[newer * 4 + axis];
    }
    const yaw = this.older[row * 4 + 3];
    const turn = this.newer[row * 4 + 3] - yaw;
    this.newer[row * 4 + 3] = yaw + turn - Math.round(turn / TURN) * TURN;
    this.ticks[row * 2] = this.historyTicks[older];
    this.ticks[row * 2 + 1] = this.historyTicks[newer];
  }

  private grow(capacity: number): void {
    this.id = widen(this.id, new Uint32Array(capacity));
    this.older = widen(this.older, new Float32Array(capacity * 4));
    this.newer = widen(this.newer, new Float32Array(capacity * 4));
    this.ticks = widen(this.ticks, new Float32Array(capacity * 2));
    this.look = widen(this.look, new Uint8Array(capacity * 4));
    this.history = widen(this.history, new Float32Array(capacity * HISTORY * 4));
    this.historyTicks = widen(this.historyTicks, new Float32Array(capacity * HISTORY));
    this.head = widen(this.head, new Uint8Array(capacity));
    this.filled = widen(this.filled, new Uint8Array(capacity));
    this.seen = widen(this.seen, new Float32Array(capacity));
    this.capacity = capacity;
  }
}

function widen<Column extends Uint8Array | Uint32Array | Float32Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from);
  return to;
}
