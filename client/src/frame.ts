//! The frame: all that happens between two pictures, on one screen.

import type { GamepadInput } from "./input/gamepad";
import type { ControlState } from "./input/controls";
import { makeHudModel, type PageSwitches } from "./world/hud_model";
import { ScenePace } from "./world/scene_pace";
import type { FrameView, Hud, Renderer, Speaker } from "./world/state";
import type { World } from "./world/world";

/** Longer frames are shown as this long; movement catches up by itself. */
const SHOWN_DELTA_MS_MAX = 100;
/** The HUD needs no more than this. */
const HUD_INTERVAL_MS = 100;

/** Movement goes on between slow frames: 20 steps a second, looked for twice as often. */
const STEP_CHECK_MS = 25;

export interface FrameParts {
  world: World;
  view: FrameView;
  controls: ControlState;
  gamepad: GamepadInput;
  renderer: Renderer;
  speaker: Speaker;
  hud: Hud;
  page(): PageSwitches;
}

export function startFrames(parts: FrameParts): void {
  const { world, view, controls } = parts;
  const pace = new ScenePace();
  let lastMs = performance.now();
  let hudMs = 0;
  let framesPerSecond = 0;
  let connectionNumber = world.connectionNumber;

  const picture = (nowMs: number): void => {
    const deltaMs = nowMs - lastMs;
    lastMs = nowMs;
    framesPerSecond += (1_000 / Math.max(1, deltaMs) - framesPerSecond) * 0.05;
    parts.gamepad.poll(deltaMs, view.settings);
    world.advance(nowMs, deltaMs, controls, view.settings);
    view.nowMs = nowMs;
    view.deltaMs = Math.min(SHOWN_DELTA_MS_MAX, deltaMs);
    world.show(view, controls);
    if (world.connectionNumber !== connectionNumber) {
      connectionNumber = world.connectionNumber;
      parts.renderer.reset();
    }
    parts.renderer.draw(view);
    parts.speaker.hear(view);
  };

  const frame = (): void => {
    const nowMs = performance.now();
    if (!world.isScene || pace.isDue(nowMs)) picture(nowMs);
    if (nowMs - hudMs >= HUD_INTERVAL_MS) {
      hudMs = nowMs;
      parts.hud.update(makeHudModel(world, view, { ...parts.page(), nowMs, framesPerSecond }));
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  setInterval(() => world.step(performance.now(), controls), STEP_CHECK_MS);
}
