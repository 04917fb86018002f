//! Where the eye flies while the title is shown: slowly to and fro along the river, over the bridge
//! that both armies want. Main thread and mesher.

import type { Vector3 } from "./state";

/** The middle of the world, on the deck of its bridge; metres. */
export const SCENE_MIDDLE: Vector3 = { x: 512, y: 46, z: 512 };
const DISTANCE_METRES = 46;
const HEIGHT_METRES = 14;
/** The bearing from which it looks, and how far it swings to both sides; radians. */
const BEARING = 0.3;
const SWING = 0.5;
const SWING_MS = 90_000;
/** It looks a little beside the middle, so that the middle lies beside the words. */
const ASIDE = 0.3;

export interface SceneView {
  eye: Vector3;
  yaw: number;
  pitch: number;
}

export function sceneView(nowMs: number): SceneView {
  const bearing = BEARING + SWING * Math.sin((nowMs / SWING_MS) * Math.PI * 2);
  const eye = {
    x: SCENE_MIDDLE.x + DISTANCE_METRES * Math.sin(bearing),
    y: SCENE_MIDDLE.y + HEIGHT_METRES,
    z: SCENE_MIDDLE.z + DISTANCE_METRES * Math.cos(bearing),
  };
  // Yaw 0 looks to -z: from the south it sees the middle with the bearing turned round.
  return { eye, yaw: -bearing - ASIDE, pitch: -Math.atan2(HEIGHT_METRES, DISTANCE_METRES) * 0.8 };
}
