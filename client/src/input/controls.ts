//! Hands and head of the player, whatever device moves them. A press shorter than a movement step
//! still counts for one.

import { BUTTON, SLOT, type Action, type Controls, type Device } from "../world/state";
import type { ControlSource } from "../world/world";

const TURN = Math.PI * 2;
/** Just short of straight up, so that forward stays defined. */
const PITCH_MAX = Math.PI / 2 - 0.01;
const KEEP_BANNER = 255;

const BUTTON_OF: Partial<Record<Action, number>> = {
  forward: BUTTON.FORWARD,
  back: BUTTON.BACK,
  left: BUTTON.LEFT,
  right: BUTTON.RIGHT,
  jump: BUTTON.JUMP,
  crouch: BUTTON.CROUCH,
  run: BUTTON.RUN,
  primary: BUTTON.PRIMARY,
  secondary: BUTTON.SECONDARY,
  dash: BUTTON.DASH,
  horn: BUTTON.HORN,
};

/** What hands have the page do, and not its buttons alone; the battle hears nothing of it. */
const PAGE_DEEDS = ["help", "thirdPerson", "belongings", "company", "eat"] as const;
type PageDeed = (typeof PAGE_DEEDS)[number];

function isOfPage(action: Action): action is PageDeed {
  return PAGE_DEEDS.some((deed) => deed === action);
}

export class ControlState implements ControlSource {
  yaw = 0;
  pitch = 0;
  slot: number = SLOT.SWORD;
  respawnBanner = KEEP_BANNER;
  scoreboardHeld = false;
  /** What moved the hands last. */
  device: Device = "mouse";
  private held = new Set<Action>();
  private pressed = 0;

  constructor(private readonly have: (deed: PageDeed) => void) {}

  press(action: Action): void {
    if (this.held.has(action)) return;
    this.held.add(action);
    this.pressed |= BUTTON_OF[action] ?? 0;
    if (action === "nextSlot") this.moveSlot(1);
    if (action === "previousSlot") this.moveSlot(-1);
    if (action === "scoreboard") this.scoreboardHeld = true;
    if (isOfPage(action)) this.have(action);
  }

  release(action: Action): void {
    this.held.delete(action);
    if (action === "scoreboard") this.scoreboardHeld = false;
  }

  /** The window lost the keyboard: keys that are held will never be let go here. */
  releaseAll(): void {
    this.held.clear();
    this.scoreboardHeld = false;
  }

  /** By radians: clockwise and up. */
  turn(right: number, up: number): void {
    this.look(this.yaw + right, this.pitch + up);
  }

  look(yaw: number, pitch: number): void {
    this.yaw = ((yaw % TURN) + TURN) % TURN;
    this.pitch = Math.max(-PITCH_MAX, Math.min(PITCH_MAX, pitch));
  }

  selectSlot(slot: number): void {
    if (Number.isInteger(slot) && slot >= 0 && slot < SLOT.COUNT) this.slot = slot;
  }

  moveSlot(by: number): void {
    this.slot = (this.slot + by + SLOT.COUNT) % SLOT.COUNT;
  }

  sample(): Controls {
    let buttons = this.pressed;
    for (const action of this.held) buttons |= BUTTON_OF[action] ?? 0;
    this.pressed = 0;
    const { yaw, pitch, slot, respawnBanner } = this;
    return { buttons, yaw, pitch, slot, respawnBanner };
  }
}
