//! Keyboard and mouse to controls, by the player's bindings. The mouse acts while it is locked.

import { ACTIONS, type Action, type Settings } from "../world/state";
import type { ControlState } from "./controls";

const RADIANS_PER_PIXEL = 0.0022;
/** A jump of the pointer larger than this is a fault of the browser, not a hand. */
const PIXELS_MAX = 400;

export interface Devices {
  readonly isLocked: boolean;
  lock(): void;
  unlock(): void;
}

export function attachKeyboardAndMouse(
  stage: HTMLCanvasElement,
  controls: ControlState,
  settings: () => Settings,
  isPlaying: () => boolean,
): Devices {
  const isLocked = () => document.pointerLockElement === stage;
  const lock = () => {
    stage.focus();
    // Telephones have none. Refused when asked too soon after Escape: the player clicks again.
    Promise.resolve(stage.requestPointerLock?.()).catch(() => undefined);
  };
  listenToKeys(controls, settings, isPlaying);
  listenToMouse(stage, controls, settings, { isLocked, isPlaying, lock });
  return {
    get isLocked() {
      return isLocked();
    },
    lock,
    unlock: () => document.exitPointerLock?.(),
  };
}

function listenToKeys(
  controls: ControlState,
  settings: () => Settings,
  isPlaying: () => boolean,
): void {
  window.addEventListener("keydown", (event) => {
    if (!isPlaying() || isTyping(event)) return;
    const digit = /^Digit(\d)$/.exec(event.code);
    if (digit) controls.selectSlot((Number(digit[1]) + 9) % 10);
    const action = actionOf(event.code, settings());
    if (!action) return;
    event.preventDefault();
    controls.device = "mouse";
    controls.press(action);
  });
  window.addEventListener("keyup", (event) => {
    const action = actionOf(event.code, settings());
    if (action) controls.release(action);
  });
  window.addEventListener("blur", () => controls.releaseAll());
}

interface MouseContext {
  isLocked(): boolean;
  isPlaying(): boolean;
  lock(): void;
}

function listenToMouse(
  stage: HTMLCanvasElement,
  controls: ControlState,
  settings: () => Settings,
  context: MouseContext,
): void {
  stage.addEventListener("mousedown", (event) => {
    if (!context.isPlaying()) return;
    controls.device = "mouse";
    if (!context.isLocked()) return context.lock();
    const action = actionOf(`Mouse${event.button}`, settings());
    if (action) controls.press(action);
  });
  window.addEventListener("mouseup", (event) => {
    const action = actionOf(`Mouse${event.button}`, settings());
    if (action) controls.release(action);
  });
  window.addEventListener("mousemove", (event) => {
    if (!context.isLocked()) return;
    if (Math.abs(event.movementX) > PIXELS_MAX || Math.abs(event.movementY) > PIXELS_MAX) return;
    const { sensitivity, invertPitch } = settings();
    const step = RADIANS_PER_PIXEL * sensitivity;
    const up = invertPitch ? event.movementY : -event.movementY;
    controls.turn(event.movementX * step, up * step);
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      if (context.isPlaying() && event.deltaY !== 0) controls.moveSlot(Math.sign(event.deltaY));
    },
    { passive: true },
  );
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("pointerlockchange", () => {
    if (!context.isLocked()) controls.releaseAll();
  });
}

function actionOf(code: string, settings: Settings): Action | undefined {
  return ACTIONS.find((action) => settings.bindings[action] === code);
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
