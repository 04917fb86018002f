//! Touch: the left half of the stage is a stick, the right half looks, buttons do the rest.

import type { Action, Settings } from "../world/state";
import type { ControlState } from "./controls";

const RADIANS_PER_PIXEL = 0.006;
/** From where the finger came down; pixels. */
const STICK_DEAD = 18;
const STICK_RUN = 70;
const BUTTONS: readonly (readonly [Action, string])[] = [
  ["primary", "Use"],
  ["jump", "Jump"],
  ["dash", "Dash"],
  ["horn", "Horn"],
  ["nextSlot", "Next"],
];
const STICK_ACTIONS: readonly Action[] = ["forward", "back", "left", "right", "run"];

interface Finger {
  isStick: boolean;
  startX: number;
  startY: number;
  x: number;
  y: number;
}

/** Shows the buttons once the first finger comes down. */
export function attachTouch(
  stage: HTMLCanvasElement,
  controls: ControlState,
  settings: () => Settings,
  isPlaying: () => boolean,
): void {
  const fingers = new Map<number, Finger>();
  let buttons: HTMLElement | null = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !isPlaying()) return;
    buttons ??= showButtons(controls);
    const { clientX: x, clientY: y } = event;
    const isStick = x < window.innerWidth / 2;
    fingers.set(event.pointerId, { isStick, startX: x, startY: y, x, y });
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    if (finger.isStick) steer(controls, event.clientX - finger.startX, event.clientY - finger.startY);
    else look(controls, settings(), event.clientX - finger.x, event.clientY - finger.y);
    finger.x = event.clientX;
    finger.y = event.clientY;
  });
  const lift = (event: PointerEvent) => {
    if (fingers.get(event.pointerId)?.isStick) steer(controls, 0, 0);
    fingers.delete(event.pointerId);
  };
  stage.addEventListener("pointerup", lift);
  stage.addEventListener("pointercancel", lift);
  stage.style.touchAction = "none";
}

function steer(controls: ControlState, right: number, down: number): void {
  const wanted: Record<string, boolean> = {
    forward: down < -STICK_DEAD,
    back: down > STICK_DEAD,
    left: right < -STICK_DEAD,
    right: right > STICK_DEAD,
    run: Math.hypot(right, down) > STICK_RUN,
  };
  for (const action of STICK_ACTIONS) {
    if (wanted[action]) controls.press(action);
    else controls.release(action);
  }
}

function look(controls: ControlState, settings: Settings, right: number, down: number): void {
  const step = RADIANS_PER_PIXEL * settings.sensitivity;
  controls.turn(right * step, (settings.invertPitch ? down : -down) * step);
}

function showButtons(controls: ControlState): HTMLElement {
  const panel = document.createElement("div");
  panel.style.cssText =
    "position:fixed;right:12px;bottom:90px;display:grid;gap:10px;z-index:5;touch-action:none";
  for (const [action, label] of BUTTONS) {
    const button = document.createElement("button");
    button.textContent = label;
    button.style.cssText =
      "width:64px;height:64px;border-radius:32px;border:0;opacity:.7;font:600 14px sans-serif";
    button.addEventListener("pointerdown", () => controls.press(action));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      button.addEventListener(end, () => controls.release(action));
    }
    panel.append(button);
  }
  document.body.append(panel);
  return panel;
}
