//! Made-up happenings for the gallery: volleys, blasts, blows, broken blocks.

import { ARROW_GRAVITY, type GameEvent, type Vector3 } from "../src/world/state";
import type { Crowd } from "./crowd";
import type { Land } from "./land";

const FLIGHT_TICKS = 36;

export class Fight {
  #land: Land;
  #crowd: Crowd;
  #middle: { x: number; z: number };
  #tick = 0;
  #nextId = 1;
  #landings: { tick: number; arrow: number; place: Vector3 }[] = [];

  constructor(land: Land, crowd: Crowd, x: number, z: number, yaw: number) {
    this.#land = land;
    this.#crowd = crowd;
    this.#middle = { x: x + 16 * Math.sin(yaw), z: z - 16 * Math.cos(yaw) };
  }

  /** Those due up to this tick. */
  events(renderTick: number): GameEvent[] {
    const out: GameEvent[] = [];
    if (this.#tick === 0) this.#tick = Math.floor(renderTick);
    while (this.#tick < renderTick) {
      this.#tick += 1;
      this.#step(out);
    }
    return out;
  }

  #step(out: GameEvent[]): void {
    for (let index = 0; index < 3; index += 1) this.#loose(out);
    for (const landing of this.#landings.filter((other) => other.tick <= this.#tick)) {
      const { arrow, place } = landing;
      out.push({ kind: "arrowStopped", arrow, position: place, hit: 0 });
    }
    this.#landings = this.#landings.filter((other) => other.tick > this.#tick);
    if (this.#tick % 14 === 0) this.#blast(out);
    if (this.#tick % 2 === 0) this.#blow(out);
    if (this.#tick % 60 === 7) out.push({ kind: "hornBlown", body: 10, position: this.#spot(6) });
    if (this.#tick % 20 === 3) this.#throwBomb(out);
  }

  #spot(spread: number): Vector3 {
    const x = this.#middle.x + (Math.random() - 0.5) * 2 * spread;
    const z = this.#middle.z + (Math.random() - 0.5) * 2 * spread;
    return { x, y: this.#land.heightAt(x, z) + 1, z };
  }

  #loose(out: GameEvent[]): void {
    const from = this.#spot(26);
    const to = this.#spot(26);
    const arrow = this.#nextId;
    this.#nextId += 1;
    const rise = (ARROW_GRAVITY * (FLIGHT_TICKS - 1)) / 2;
    const velocity = {
      x: (to.x - from.x) / FLIGHT_TICKS,
      y: (to.y - from.y - 1.4) / FLIGHT_TICKS + rise,
      z: (to.z - from.z) / FLIGHT_TICKS,
    };
    const position = { ...from, y: from.y + 1.4 };
    out.push({ kind: "arrowLoosed", arrow, shooter: 11, position, velocity });
    this.#landings.push({ tick: this.#tick + FLIGHT_TICKS, arrow, place: to });
  }

  #blast(out: GameEvent[]): void {
    const position = this.#spot(9);
    out.push({ kind: "explosion", bomb: 0, position });
    for (let index = 0; index < 3; index += 1) {
      const block = {
        x: Math.floor(position.x) + index - 1,
        y: Math.floor(position.y) - 1,
        z: Math.floor(position.z),
      };
      out.push({ kind: "blockBroken", block, was: index === 0 ? 3 : 2, by: 10 });
    }
  }

  #blow(out: GameEvent[]): void {
    const row = Math.floor(Math.random() * this.#crowd.count);
    const at = row * 4;
    const [x, y, z] = this.#crowd.newer.subarray(at, at + 3);
    const attacker = Math.random() < 0.4 ? 1 : 12;
    const damage = 8 + Math.floor(Math.random() * 30);
    const target = this.#crowd.id[row];
    out.push({ kind: "hurt", target, attacker, weapon: 0, damage, position: { x, y, z } });
  }

  #throwBomb(out: GameEvent[]): void {
    const position = this.#spot(8);
    position.y += 1.5;
    const velocity = { x: 0.3 * Math.sin(this.#tick), y: 0.35, z: 0.3 * Math.cos(this.#tick) };
    out.push({ kind: "bombThrown", bomb: this.#nextId + 100_000, thrower: 10, position, velocity });
  }
}
