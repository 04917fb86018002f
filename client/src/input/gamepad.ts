//! The first connected gamepad to controls; polled once a frame, as browsers give it.

import type { Action, PadPress, Settings } from "../world/state";
import type { ControlState } from "./controls";

const STICK_DEAD = 0.25;
/** Beyond this the left stick runs. */
const STICK_RUN = 0.92;
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
  [12, "belongings"],
  [13, "eat"],
  [14, "company"],
  [15, "nextSlot"],
];
const BUTTON_MENU = 9;
/** What they do while a window has the pad. */
const WINDOW_BUTTONS: readonly (readonly [number, PadPress])[] = [
  [0, "accept"],
  [1, "back"],
  [4, "previousTab"],
  [5, "nextTab"],
  [9, "back"],
  [12, "up"],
  [13, "down"],
  [14, "left"],
  [15, "right"],
];

/** What of `navigator` this reads. */
export type PadSource = () => readonly (Gamepad | null)[];

export class GamepadInput {
  /** What this device holds, so that it lets go of nothing else's. */
  private held = new Set<Action>();
  private isMenuDown = false;
  private window: ((press: PadPress) => void) | null = null;
  /** Buttons that were down already: a press is told once. */
  private down = new Set<number>();

  constructor(
    private readonly controls: ControlState,
    private readonly toggleMenu: () => void,
    private readonly pads: PadSource = () => navigator.getGamepads(),
  ) {}

  poll(deltaMs: number, settings: Settings): void {
    const pad = this.pads().find((gamepad) => gamepad?.mapping === "standard");
    if (!pad) return this.hold(new Set());
    if (this.window) return this.pressWindow(pad, this.window);
    const wanted = wantedBy(pad);
    const [, , lookX = 0, lookY = 0] = pad.axes;
    const isTurning = curved(lookX) !== 0 || curved(lookY) !== 0;
    if (wanted.size > 0 || isTurning) this.controls.device = "gamepad";
    this.hold(wanted);
    const step = (RADIANS_PER_SECOND * settings.sensitivity * deltaMs) / 1_000;
    const up = settings.invertPitch ? lookY : -lookY;
    if (isTurning) this.controls.turn(curved(lookX) * step, curved(up) * step);
    this.pressMenu(pad.buttons[BUTTON_MENU]?.pressed === true);
  }

  /** Gives the pad to a window, or back to the body. */
  giveTo(tell: ((press: PadPress) => void) | null): void {
    this.window = tell;
    this.hold(new Set());
    // What opened the window is still held, and shall do nothing in it.
    this.down = new Set(WINDOW_BUTTONS.map(([index]) => index));
  }

  private pressWindow(pad: Gamepad, tell: (press: PadPress) => void): void {
    for (const [index, press] of WINDOW_BUTTONS) {
      const isDown = pad.buttons[index]?.pressed === true;
      if (isDown && !this.down.has(index)) {
        this.controls.device = "gamepad";
        tell(press);
      }
      if (isDown) this.down.add(index);
      else this.down.delete(index);
    }
    // B and Start close it, and are then not yet let go: they are no crouch and no menu.
    this.isMenuDown = pad.buttons[BUTTON_MENU]?.pressed === true;
  }

  private hold(wanted: Set<Action>): void {
    for (const action of this.held) if (!wanted.has(action)) this.controls.release(action);
    for (const action of wanted) if (!this.held.has(action)) this.controls.press(action);
    this.held = wanted;
  }

  private pressMenu(isDown: boolean): void {
    if (isDown && !this.isMenuDown) {
      this.controls.device = "gamepad";
      this.toggleMenu();
    }
    this.isMenuDown = isDown;
  }
}

function wantedBy(pad: Gamepad): Set<Action> {
  const wanted = new Set<Action>();
  for (const [index, action] of BUTTONS) if (pad.buttons[index]?.pressed) wanted.add(action);
  const [moveX = 0, moveY = 0] = pad.axes;
  if (moveX < -STICK_DEAD) wanted.add("left");
  if (moveX > STICK_DEAD) wanted.add("right");
  if (moveY < -STICK_DEAD) wanted.add("forward");
  if (moveY > STICK_DEAD) wanted.add("back");
  if (Math.hypot(moveX, moveY) > STICK_RUN) wanted.add("run");
  return wanted;
}

/** Fine near the middle, fast at the rim, nothing in the dead zone. */
function curved(axis: number): number {
  const beyond = Math.max(0, Math.abs(axis) - STICK_DEAD) / (1 - STICK_DEAD);
  return Math.sign(axis) * beyond * beyond;
}
