import { describe, expect, it } from "vitest";
import { BUTTON } from "../world/state";
import { ControlState } from "./controls";
import { GamepadInput } from "./gamepad";
import { DEFAULT_SETTINGS } from "./settings";

const FRAME_MS = 16;

/** A pad whose sticks and buttons a test moves. */
class Pad {
  axes = [0, 0, 0, 0];
  down = new Set<number>();
  isPlugged = true;

  read(): (Gamepad | null)[] {
    const buttons = Array.from({ length: 17 }, (_, index) => ({ pressed: this.down.has(index) }));
    const gamepad = { mapping: "standard", axes: this.axes, buttons } as unknown as Gamepad;
    return this.isPlugged ? [null, gamepad] : [null];
  }
}

function fresh() {
  const toggled: string[] = [];
  const controls = new ControlState((what) => toggled.push(what));
  const pad = new Pad();
  const input = new GamepadInput(controls, () => toggled.push("menu"), () => pad.read());
  const poll = (frames = 1) => {
    for (; frames > 0; frames--) input.poll(FRAME_MS, DEFAULT_SETTINGS);
    return controls.sample().buttons;
  };
  return { controls, input, pad, poll, toggled };
}

describe("the gamepad", () => {
  it("walks with the left stick, runs when it is pushed to the rim, and rests in the middle", () => {
    const { controls, pad, poll } = fresh();
    pad.axes = [0.1, -0.1, 0, 0];
    expect(poll()).toBe(0);
    expect(controls.device).toBe("mouse");
    pad.axes = [0, -0.6, 0, 0];
    expect(poll()).toBe(BUTTON.FORWARD);
    pad.axes = [0.7, -0.7, 0, 0];
    expect(poll()).toBe(BUTTON.FORWARD | BUTTON.RIGHT | BUTTON.RUN);
    pad.axes = [0, 0, 0, 0];
    poll();
    expect(poll()).toBe(0);
    expect(controls.device).toBe("gamepad");
  });

  it("looks with the right stick, finely near the middle", () => {
    const { controls, pad, poll } = fresh();
    pad.axes = [0, 0, 0.5, 0];
    poll(10);
    const fine = controls.yaw;
    pad.axes = [0, 0, 1, -1];
    poll(10);
    expect(fine).toBeGreaterThan(0);
    expect(controls.yaw - fine).toBeGreaterThan(fine * 5);
    expect(controls.pitch).toBeGreaterThan(0);
  });

  it("counts a button once however long it is down, whichever of two gives the action", () => {
    const { controls, pad, poll, toggled } = fresh();
    pad.down = new Set([5]);
    poll(5);
    expect(controls.slot).toBe(1);
    pad.down = new Set([15]);
    poll(5);
    expect(controls.slot).toBe(1);
    pad.down = new Set([9, 11]);
    poll(5);
    expect(toggled).toEqual(["thirdPerson", "menu"]);
    pad.down = new Set([7, 0]);
    expect(poll()).toBe(BUTTON.PRIMARY | BUTTON.JUMP);
  });

  it("is a window's while that is open, which hears each press once, and moves no body", () => {
    const { controls, input, pad, poll, toggled } = fresh();
    const told: string[] = [];
    pad.down = new Set([12]);
    poll();
    expect(toggled).toEqual(["belongings"]);
    input.giveTo((press) => told.push(press));
    pad.axes = [0, -1, 0.5, 0];
    poll(5);
    pad.down = new Set([0, 13]);
    poll(5);
    expect(told).toEqual(["accept", "down"]);
    expect([poll(), controls.yaw]).toEqual([0, 0]);
    pad.down = new Set([9]);
    poll();
    input.giveTo(null);
    poll();
    expect([told.at(-1), toggled]).toEqual(["back", ["belongings"]]);
    pad.down = new Set([13]);
    poll(5);
    expect(toggled).toEqual(["belongings", "eat"]);
    pad.down = new Set();
    expect(poll()).toBe(BUTTON.FORWARD | BUTTON.RUN);
  });

  it("lets go of everything when it is pulled out, and of nothing that a key holds", () => {
    const { controls, pad, poll } = fresh();
    controls.press("back");
    pad.axes = [0, -0.6, 0, 0];
    expect(poll()).toBe(BUTTON.FORWARD | BUTTON.BACK);
    pad.isPlugged = false;
    poll();
    expect(poll()).toBe(BUTTON.BACK);
  });
});
