import { beforeEach, describe, expect, it } from "vitest";
import { BUTTON, type Stick } from "../world/state";
import { ControlState } from "./controls";
import { DEFAULT_SETTINGS } from "./settings";
import { TouchInput } from "./touch";

const WIDTH = 800;

describe("touch", () => {
  let controls: ControlState;
  let touch: TouchInput;
  let settings = DEFAULT_SETTINGS;

  beforeEach(() => {
    settings = DEFAULT_SETTINGS;
    controls = new ControlState(() => undefined);
    touch = new TouchInput(controls, () => settings);
  });

  it("knows fingers from a mouse", () => {
    touch.note("touch");
    expect(controls.device).toBe("touch");
    touch.note("mouse");
    expect(controls.device).toBe("mouse");
  });

  it("steers from where the left finger came down, and runs when it goes far", () => {
    touch.down(1, 100, 300, WIDTH);
    touch.move(1, 110, 295);
    expect(controls.sample().buttons).toBe(0);
    touch.move(1, 100, 250);
    expect(controls.sample().buttons).toBe(BUTTON.FORWARD);
    touch.move(1, 30, 230);
    expect(controls.sample().buttons).toBe(BUTTON.FORWARD | BUTTON.LEFT | BUTTON.RUN);
    touch.move(1, 100, 340);
    controls.sample();
    expect(controls.sample().buttons).toBe(BUTTON.BACK);
    touch.up(1);
    expect(controls.sample().buttons).toBe(0);
  });

  it("looks with the right finger while the left one steers", () => {
    touch.down(1, 100, 300, WIDTH);
    touch.move(1, 100, 240);
    touch.down(2, 600, 300, WIDTH);
    touch.move(2, 650, 280);
    expect(controls.yaw).toBeCloseTo(0.3);
    expect(controls.pitch).toBeCloseTo(0.12);
    settings = { ...DEFAULT_SETTINGS, invertPitch: true, sensitivity: 2 };
    touch.move(2, 650, 290);
    expect(controls.pitch).toBeCloseTo(0.24);
    touch.up(2);
    expect(controls.sample().buttons & BUTTON.FORWARD).toBe(BUTTON.FORWARD);
    touch.move(2, 0, 0);
    expect(controls.yaw).toBeCloseTo(0.3);
  });

  it("gives the stick to one finger, and tells where it is", () => {
    const told: (Stick | null)[] = [];
    touch.onStick = (stick) => told.push(stick);
    touch.down(1, 100, 300, WIDTH);
    touch.down(2, 120, 300, WIDTH);
    touch.move(2, 120, 200);
    expect(controls.sample().buttons).toBe(0);
    expect(controls.pitch).toBeGreaterThan(0);
    touch.move(1, 130, 310);
    touch.up(1);
    expect(told).toEqual([
      { x: 100, y: 300, right: 0, down: 0 },
      { x: 100, y: 300, right: 30, down: 10 },
      null,
    ]);
  });
});
