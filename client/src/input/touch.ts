//! Touch: a finger on the left half of the stage steers from where it came down, one on the right
//! half looks around. The buttons are the HUD's.

import type { Action, Settings, Stick } from "../world/state";
import type { ControlState } from "./controls";

const RADIANS_PER_PIXEL = 0.006;
/** From where the finger came down; pixels. */
const STICK_DEAD = 18;
const STICK_RUN = 70;
const STICK_ACTIONS: readonly Action[] = ["forward", "back", "left", "right", "run"];

interface Finger {
  isStick: boolean;
  startX: number;
  startY: number;
  x: number;
  y: number;
}

export class TouchInput {
  /** Told where the steering finger is, and null when it is lifted. */
  onStick: (stick: Stick | null) => void = () => undefined;
  private readonly fingers = new Map<number, Finger>();

  constructor(
    private readonly controls: ControlState,
    private readonly settings: () => Settings,
  ) {}

  /** Something pressed the page: a finger or a mouse, as pointer events call it. */
  note(pointerType: string): void {
    this.controls.device = pointerType === "touch" ? "touch" : "mouse";
  }

  /** A finger came down; `width` is the stage's. */
  down(id: number, x: number, y: number, width: number): void {
    const isFree = ![...this.fingers.values()].some((finger) => finger.isStick);
    const isStick = isFree && x < width / 2;
    this.fingers.set(id, { isStick, startX: x, startY: y, x, y });
    if (isStick) this.steer(x, y, 0, 0);
  }

  move(id: number, x: number, y: number): void {
    const finger = this.fingers.get(id);
    if (!finger) return;
    if (finger.isStick) {
      this.steer(finger.startX, finger.startY, x - finger.startX, y - finger.startY);
    } else this.look(x - finger.x, y - finger.y);
    finger.x = x;
    finger.y = y;
  }

  up(id: number): void {
    if (this.fingers.get(id)?.isStick) {
      for (const action of STICK_ACTIONS) this.controls.release(action);
      this.onStick(null);
    }
    this.fingers.delete(id);
  }

  /** Turns the head by a drag, in pixels to the right and down. */
  look(right: number, down: number): void {
    const { sensitivity, invertPitch } = this.settings();
    const step = RADIANS_PER_PIXEL * sensitivity;
    this.controls.turn(right * step, (invertPitch ? down : -down) * step);
  }

  private steer(x: number, y: number, right: number, down: number): void {
    const wanted: Partial<Record<Action, boolean>> = {
      forward: down < -STICK_DEAD,
      back: down > STICK_DEAD,
      left: right < -STICK_DEAD,
      right: right > STICK_DEAD,
      run: Math.hypot(right, down) > STICK_RUN,
    };
    for (const action of STICK_ACTIONS) {
      if (wanted[action]) this.controls.press(action);
      else this.controls.release(action);
    }
    this.onStick({ x, y, right, down });
  }
}

export function attachTouch(
  stage: HTMLCanvasElement,
  touch: TouchInput,
  isPlaying: () => boolean,
): void {
  stage.style.touchAction = "none";
  // Also on the title: who taps on Fight has no mouse to capture.
  window.addEventListener("pointerdown", (event) => touch.note(event.pointerType), true);
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !isPlaying()) return;
    // Or the browser makes a click of it, which would ask for the mouse.
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    touch.down(event.pointerId, event.clientX, event.clientY, stage.clientWidth);
  });
  stage.addEventListener("pointermove", (event) => {
    touch.move(event.pointerId, event.clientX, event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    stage.addEventListener(end, (event) => touch.up(event.pointerId));
  }
}
