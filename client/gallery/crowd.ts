//! A made-up battle for the gallery: bodies in the columns that the game keeps, fighting in lines.

import { GEAR, gearKind, HANDS, HOUSE_BLUE, HOUSE_RED, LEGS, type BodyTable } from "../src/world/state";
import type { Land } from "./land";

const STEP_TICKS = 2;

export class Crowd implements BodyTable {
  readonly capacity: number;
  readonly count: number;
  version = 0;
  readonly tickBase = 0;
  readonly id: Uint32Array;
  readonly older: Float32Array;
  readonly newer: Float32Array;
  readonly ticks: Float32Array;
  readonly look: Uint8Array;
  #land: Land;
  #steppedTick = -1;

  constructor(land: Land, count: number, x: number, z: number, spread: number) {
    this.#land = land;
    this.capacity = count;
    this.count = count;
    this.id = Uint32Array.from({ length: count }, (_, row) => row + 10);
    this.older = new Float32Array(count * 4);
    this.newer = new Float32Array(count * 4);
    this.ticks = new Float32Array(count * 2);
    this.look = new Uint8Array(count * 4);
    for (let row = 0; row < count; row += 1) this.#place(row, x, z, spread);
    this.older.set(this.newer);
  }

  rowOf(id: number): number {
    return id >= 10 && id < this.count + 10 ? id - 10 : -1;
  }

  nameOf(id: number): string {
    const names = ["Aldric", "Berta", "Conrad", "Dietlind", "Emmerich", "Frida", "Gerold", "Hilda"];
    return `${names[id % names.length]} ${id}`;
  }

  isPlayer(id: number): boolean {
    return id % 9 === 0;
  }

  #place(row: number, x: number, z: number, spread: number): void {
    const house = row % 2;
    const across = (((row * 0.618) % 1) - 0.5) * spread;
    const deep = ((row * 0.7548) % 1) ** 1.6 * spread * 0.5;
    const along = (house === HOUSE_RED ? -1 : 1) * (1 + deep);
    const at = row * 4;
    this.newer[at] = x + across;
    this.newer[at + 2] = z + along;
    this.newer[at + 1] = this.#land.heightAt(this.newer[at], this.newer[at + 2]) + 1;
    this.newer[at + 3] = house === HOUSE_BLUE ? 0 : Math.PI;
    const gear = row % 11 === 3 ? GEAR.SAPPER : row % 4 === 1 ? GEAR.BOW : GEAR.SWORD;
    this.look[at + 2] = house;
    // Players in all that there is to wear, from nothing to everything.
    const worn = (row % 64) << 2;
    this.look[at + 3] = this.isPlayer(row + 10) ? GEAR.PLAYER | worn : gear;
    this.look[at + 1] = 120 + ((row * 37) % 135);
  }

  /** Walks, swings and falls, as a server would tell it every other tick. */
  step(tick: number): void {
    if (tick - this.#steppedTick < STEP_TICKS) return;
    this.#steppedTick = Math.floor(tick);
    this.version += 1;
    this.older.set(this.newer);
    for (let row = 0; row < this.count; row += 1) {
      const at = row * 4;
      const beat = (Math.floor(tick / 24) + row * 7) % 10;
      const front = row % 3 === 0;
      const dead = row % 17 === 5;
      const walking = !dead && !front && beat < 7;
      const forwards = this.look[at + 2] === HOUSE_BLUE ? -1 : 1;
      const sway = Math.floor(tick / 120) % 2 === 0 ? 1 : -1;
      const speed = walking ? (row % 5 === 0 ? 0.25 : 0.13) * STEP_TICKS * sway : 0;
      this.newer[at + 2] += speed * forwards;
      this.newer[at] += walking ? Math.sin(row) * 0.05 : 0;
      this.newer[at + 1] = this.#land.heightAt(this.newer[at], this.newer[at + 2]) + 1;
      this.look[at] = dead ? LEGS.DEAD : this.#pose(row, beat, walking);
      if (dead) this.look[at + 1] = 0;
      this.ticks[row * 2] = this.#steppedTick;
      this.ticks[row * 2 + 1] = this.#steppedTick + STEP_TICKS;
    }
  }

  #pose(row: number, beat: number, walking: boolean): number {
    const gear = gearKind(this.look[row * 4 + 3]);
    const legs = walking ? (row % 5 === 0 ? LEGS.RUN : LEGS.WALK) : LEGS.IDLE;
    if (gear === GEAR.BOW) {
      const hands = walking ? HANDS.BOW : beat % 4 < 3 ? HANDS.DRAW : HANDS.LOOSE;
      return legs | (hands << 4);
    }
    if (walking) return legs;
    const hands = [HANDS.SWING, HANDS.REST, HANDS.SWING, HANDS.FLINCH, HANDS.DIG][beat % 5];
    return legs | (hands << 4);
  }
}
