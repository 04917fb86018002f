//! Chooses whose name is shown: the living near the camera, players farther than soldiers.

import type { Vector3 as ThreeVector } from "three";

import { HOUSE_RED, LEGS, type BodyTable, type FrameView } from "../../world/state";
import { newLabel, type Labels } from "./labels";

const PLATES_MAX = 32;
const SOLDIER_REACH = 9;
const PLAYER_REACH = 45;
/** Frames between two choices. */
const CHOICE_FRAMES = 7;
const ABOVE_HEAD = 2.18;
/** Nearer, a plate would fill the view. */
const NEAR_METRES = 1.2;

export class NamePlates {
  readonly #chosen: { id: number; text: string }[] = [];
  readonly #label = newLabel();
  #frame = 0;

  update(view: FrameView, eye: ThreeVector, labels: Labels): void {
    this.#frame += 1;
    if (this.#frame % CHOICE_FRAMES === 0) this.#choose(view.bodies, eye);
    for (const { id, text } of this.#chosen) {
      const row = view.bodies.rowOf(id);
      if (row < 0) continue;
      this.#label.text = text;
      this.#show(view, row, eye, labels);
    }
  }

  #choose(table: BodyTable, eye: ThreeVector): void {
    this.#chosen.length = 0;
    for (let row = 0; row < table.count; row += 1) {
      const at = row * 4;
      const distanceSquared =
        (table.newer[at] - eye.x) ** 2 +
        (table.newer[at + 1] - eye.y) ** 2 +
        (table.newer[at + 2] - eye.z) ** 2;
      if (distanceSquared > PLAYER_REACH ** 2 || (table.look[at] & 15) === LEGS.DEAD) continue;
      const id = table.id[row];
      if (distanceSquared > SOLDIER_REACH ** 2 && !table.isPlayer(id)) continue;
      this.#chosen.push({ id, text: table.nameOf(id) });
      if (this.#chosen.length === PLATES_MAX) return;
    }
  }

  #show(view: FrameView, row: number, eye: ThreeVector, labels: Labels): void {
    const table = view.bodies;
    const at = row * 4;
    if ((table.look[at] & 15) === LEGS.DEAD) return;
    const tick = view.renderTick - table.tickBase;
    const from = table.ticks[row * 2];
    const span = Math.max(0.001, table.ticks[row * 2 + 1] - from);
    const amount = Math.min(1, Math.max(0, (tick - from) / span));
    const label = this.#label;
    const { older, newer } = table;
    label.x = older[at] + (newer[at] - older[at]) * amount;
    label.y = older[at + 1] + (newer[at + 1] - older[at + 1]) * amount + ABOVE_HEAD;
    label.z = older[at + 2] + (newer[at + 2] - older[at + 2]) * amount;
    const id = table.id[row];
    const isPlayer = table.isPlayer(id);
    const reach = isPlayer ? PLAYER_REACH : SOLDIER_REACH;
    const distance = Math.hypot(label.x - eye.x, label.y - eye.y, label.z - eye.z);
    const far = Math.min(1, Math.max(0, (reach - distance) / 3));
    const near = Math.min(1, Math.max(0, distance - NEAR_METRES));
    label.alpha = far * near * (isPlayer ? 1 : 0.85);
    if (label.alpha === 0) return;
    label.size = isPlayer ? 0.13 : 0.095;
    label.health = table.look[at + 1] / 255;
    const isRed = table.look[at + 2] === HOUSE_RED;
    label.red = isRed ? 1 : 0.5;
    label.green = isRed ? 0.45 : 0.72;
    label.blue = isRed ? 0.36 : 1;
    labels.show(label);
  }
}
