//! `window.voxelheim`: read-only state for whoever looks into the page, and a thin driver that moves
//! the same controls as the devices do. It can do nothing that a hand cannot.

import { netHealth } from "../world/hud_model";
import type { Span } from "../world/resimulation";
import type { Action, FrameView, GameActions, NetHealth, Renderer, Vector3 } from "../world/state";
import type { World } from "../world/world";
import type { ControlState } from "./controls";

export interface BodySight {
  id: number;
  name: string;
  house: number;
  health: number;
  isPlayer: boolean;
  position: Vector3;
}

export interface DebugObject {
  readonly phase: string;
  readonly message: string;
  readonly net: NetHealth;
  readonly own: FrameView["own"];
  readonly bodiesCount: number;
  readonly renderer: Renderer["figures"];
  /** Refused inputs by reason, see WIRE.md. */
  readonly refusals: readonly number[];
  /** Contradictions explained by terrain that changed under way. */
  readonly terrainExplained: number;
  /** Words of the server that prediction was compared with. */
  readonly confirmedCount: number;
  /** The server's last word of the own body: the input it had applied, and where it stood then. */
  readonly told: { sequence: number; position: Vector3 } | null;
  /** The newest corrections: what the server said, and what led there. */
  readonly corrections: readonly Span[];
  /** Contradictions that wait for the terrain that may explain them. */
  readonly doubtsCount: number;
  /** Times the server let this page in. */
  readonly welcomesCount: number;
  /** Cells of terrain that arrived. */
  readonly cellsCount: number;
  readonly aim: FrameView["aim"];
  readonly aimBody: number;
  /** What lies near the own body. */
  readonly drops: FrameView["drops"];
  /** Id of the block there; 65,535 where nothing is loaded. */
  blockAt(x: number, y: number, z: number): number;
  /** The bodies within some metres, nearest first. */
  bodiesWithin(metres: number): BodySight[];
  /** A player in sight, by name. */
  findPlayer(name: string): BodySight | null;
  readonly test: {
    join: GameActions["join"];
    press(action: Action): void;
    release(action: Action): void;
    look(yaw: number, pitch: number): void;
    /** Looks at a point of the world, as from the eye. */
    aimAt(x: number, y: number, z: number): void;
    selectSlot(slot: number): void;
    changeSettings: GameActions["changeSettings"];
    /** Ends the connection as a broken link would. */
    cutLink(): void;
  };
}

export interface Subjects {
  world: World;
  view: FrameView;
  controls: ControlState;
  actions: GameActions;
  renderer: Renderer;
  cutLink(): void;
}

export function makeDebugObject(subjects: Subjects): DebugObject {
  const { world, view } = subjects;
  return {
    get phase() {
      return world.phase;
    },
    get message() {
      return world.phaseMessage;
    },
    get net() {
      return netHealth(world);
    },
    get own() {
      return structuredClone(view.own);
    },
    get bodiesCount() {
      return world.bodies.count;
    },
    get renderer() {
      return { ...subjects.renderer.figures };
    },
    get refusals() {
      return Array.from(world.refusals, (count) => count ?? 0);
    },
    get terrainExplained() {
      return world.prediction.terrainCount;
    },
    get told() {
      return world.prediction.told;
    },
    get corrections() {
      return structuredClone(world.prediction.corrections);
    },
    get doubtsCount() {
      return world.prediction.doubtsCount;
    },
    get confirmedCount() {
      return world.prediction.confirmedCount;
    },
    get welcomesCount() {
      return world.welcomesCount;
    },
    get cellsCount() {
      return world.terrain.cellsCount;
    },
    get aim() {
      return view.aim;
    },
    get aimBody() {
      return view.aimBody;
    },
    get drops() {
      return view.drops;
    },
    blockAt: (x, y, z) => world.terrain.core.block(x, y, z),
    bodiesWithin: (metres) => bodiesWithin(world, view, metres),
    findPlayer: (name) => findPlayer(world, view, name),
    test: makeDriver(subjects),
  };
}

function makeDriver({ controls, actions, view, cutLink }: Subjects): DebugObject["test"] {
  return {
    join: actions.join,
    press: (action) => controls.press(action),
    release: (action) => controls.release(action),
    look: (yaw, pitch) => controls.look(yaw, pitch),
    aimAt: (x, y, z) => {
      const { eye } = view.camera;
      const level = Math.hypot(x - eye.x, z - eye.z);
      controls.look(Math.atan2(x - eye.x, -(z - eye.z)), Math.atan2(y - eye.y, level));
    },
    selectSlot: (slot) => controls.selectSlot(slot),
    changeSettings: actions.changeSettings,
    cutLink,
  };
}

function sightOf(world: World, renderTick: number, row: number): BodySight {
  const { bodies } = world;
  const id = bodies.id[row];
  const [x, y, z] = bodies.at(row, renderTick);
  return {
    id,
    name: bodies.nameOf(id),
    house: bodies.look[row * 4 + 2],
    health: bodies.look[row * 4 + 1],
    isPlayer: bodies.isPlayer(id),
    position: { x, y, z },
  };
}

function bodiesWithin(world: World, view: FrameView, metres: number): BodySight[] {
  const { x, y, z } = view.own.position;
  const distance = ({ position }: BodySight) =>
    Math.hypot(position.x - x, position.y - y, position.z - z);
  return Array.from({ length: world.bodies.count }, (_, row) =>
    sightOf(world, view.renderTick, row),
  )
    .filter((sight) => distance(sight) <= metres)
    .sort((first, second) => distance(first) - distance(second));
}

function findPlayer(world: World, view: FrameView, name: string): BodySight | null {
  for (let row = 0; row < world.bodies.count; row++) {
    if (world.bodies.nameOf(world.bodies.id[row]) !== name) continue;
    return sightOf(world, view.renderTick, row);
  }
  return null;
}
