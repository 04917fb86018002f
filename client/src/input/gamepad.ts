//! The first connected gamepad to controls; polled once a frame, as browsers give it.

import type { Action, Settings } from "../world/state";
import type { ControlState } from "./controls";

const STICK_DEAD = 0.25;
const RADIANS_PER_SECOND = 3;
/** By index in the standard mapping. */
const BUTTONS: readonly (readonly [number, Action])[] = [
  [0, "jump"],
  [1, "crouch"],
  [2, "dash"],
  [3, "horn"],
  [4, "previousSlot"],
  [5, "nextSlot"],
  [6, "secondary"],
  [7, "primary"],
  [8, "scoreboard"],
  [10, "run"],
  [11, "thirdPerson"],
];

export class GamepadInput {
  /** What this device holds, so that it lets go of nothing else's. */
  private held = new Set<Action>();

  constructor(private readonly controls: ControlState) {}

  poll(deltaMs: number, settings: Settings): void {
    const pad = navigator.getGamepads().find((gamepad) => gamepad?.mapping === "standard");
    if (!pad) return;
    for (const [index, action] of BUTTONS) this.set(action, pad.buttons[index]?.pressed === true);
    const [moveX = 0, moveY = 0, lookX = 0, lookY = 0] = pad.axes;
    this.set("left", moveX < -STICK_DEAD);
    this.set("right", moveX > STICK_DEAD);
    this.set("forward", moveY < -STICK_DEAD);
    this.set("back", moveY > STICK_DEAD);
    const step = (RADIANS_PER_SECOND * settings.sensitivity * deltaMs) / 1_000;
    const up = settings.invertPitch ? lookY : -lookY;
    this.controls.turn(curved(lookX) * step, curved(up) * step);
  }

  private set(action: Action, isDown: boolean): void {
    if (isDown === this.held.has(action)) return;
    if (isDown) {
      this.held.add(action);
      this.controls.press(action);
    } else {
      this.held.delete(action);
      this.controls.release(action);
    }
  }
}

/** Fine near the middle, fast at the rim, nothing in the dead zone. */
function curved(axis: number): number {
  const beyond = Math.max(0, Math.abs(axis) - STICK_DEAD) / (1 - STICK_DEAD);
  return Math.sign(axis) * beyond * beyond;
}
