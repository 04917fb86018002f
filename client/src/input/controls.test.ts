import { describe, expect, it } from "vitest";
import { BUTTON } from "../world/state";
import { ControlState } from "./controls";

describe("controls", () => {
  it("keeps a press that was shorter than a step, for one step", () => {
    const controls = new ControlState(() => undefined);
    controls.press("jump");
    controls.release("jump");
    controls.press("forward");
    expect(controls.sample().buttons).toBe(BUTTON.JUMP | BUTTON.FORWARD);
    expect(controls.sample().buttons).toBe(BUTTON.FORWARD);
    controls.releaseAll();
    expect(controls.sample().buttons).toBe(0);
  });

  it("turns round and round, but never over its head", () => {
    const controls = new ControlState(() => undefined);
    controls.turn(-1, 9);
    expect(controls.yaw).toBeCloseTo(Math.PI * 2 - 1);
    expect(controls.pitch).toBeLessThan(Math.PI / 2);
  });

  it("goes through the slots in a ring", () => {
    const controls = new ControlState(() => undefined);
    controls.press("previousSlot");
    expect(controls.slot).toBe(9);
    controls.moveSlot(1);
    controls.selectSlot(77);
    expect(controls.slot).toBe(0);
  });

  it("toggles once per press, however long the key repeats", () => {
    const toggled: string[] = [];
    const controls = new ControlState((what) => toggled.push(what));
    controls.press("thirdPerson");
    controls.press("thirdPerson");
    controls.release("thirdPerson");
    controls.press("help");
    controls.press("eat");
    controls.press("eat");
    expect(toggled).toEqual(["thirdPerson", "help", "eat"]);
  });
});
