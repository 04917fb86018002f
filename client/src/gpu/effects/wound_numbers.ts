//! Numbers that rise from wounds and healing: how much was lost or gained.

import type { Vector3 } from "../../world/state";
import { newLabel, type Labels } from "./labels";

const CAPACITY = 48;
const LIFE_SECONDS = 1.1;

interface WoundNumber {
  text: string;
  x: number;
  y: number;
  z: number;
  bornSeconds: number;
  /** 0 to another's harm, 1 to the player's, 2 healing. */
  kind: number;
}

const COLOURS = [
  [1, 0.86, 0.4],
  [1, 0.22, 0.15],
  [0.4, 1, 0.45],
] as const;

export class WoundNumbers {
  readonly #numbers: WoundNumber[] = [];
  readonly #label = newLabel();

  add(text: string, at: Vector3, kind: number, now: number): void {
    if (this.#numbers.length === CAPACITY) this.#numbers.shift();
    const x = at.x + (Math.random() - 0.5) * 0.5;
    const z = at.z + (Math.random() - 0.5) * 0.5;
    this.#numbers.push({ text, x, y: at.y + 1.7, z, bornSeconds: now, kind });
  }

  update(now: number, labels: Labels): void {
    while (this.#numbers.length > 0 && isOver(this.#numbers[0], now)) this.#numbers.shift();
    const label = this.#label;
    for (const number of this.#numbers) {
      const age = (now - number.bornSeconds) / LIFE_SECONDS;
      const [red, green, blue] = COLOURS[number.kind];
      label.text = number.text;
      label.x = number.x;
      label.y = number.y + 0.9 * (1 - (1 - age) ** 2);
      label.z = number.z;
      label.size = 0.16 * (1 + 0.8 * Math.max(0, 1 - age * 6));
      label.red = red;
      label.green = green;
      label.blue = blue;
      label.alpha = Math.min(1, (1 - age) * 2.5);
      label.health = -1;
      labels.show(label);
    }
  }
}

/** The shaders' clock starts anew now and then: what seems born later is over too. */
function isOver(number: WoundNumber, now: number): boolean {
  return now - number.bornSeconds > LIFE_SECONDS || now < number.bornSeconds;
}
