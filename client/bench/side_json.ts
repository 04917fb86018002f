//! The plainest side: a text of each tick, parsed, and its bodies put into a map.

import type { Body } from "./swarm";

type Row = [id: number, x: number, y: number, z: number, yaw: number, pose: number, health: number];

export class Json {
  readonly bytes: number;
  private readonly texts: string[];
  private readonly bodies = new Map<number, Body>();

  constructor(ticks: Body[][]) {
    this.texts = ticks.map((bodies) => JSON.stringify(bodies.map((body) => Object.values(body))));
    this.bytes = this.texts[0].length;
  }

  /** All recorded ticks. */
  decode(): void {
    for (const text of this.texts) {
      for (const [id, x, y, z, yaw, pose, health] of JSON.parse(text) as Row[]) {
        this.bodies.set(id, { id, x, y, z, yaw, pose, health });
      }
    }
  }

  shown(): Map<number, Body> {
    return this.bodies;
  }
}
