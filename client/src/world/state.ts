//! What the parts of the client tell each other: types only, no behaviour.
//! `wire` fills it, `world` keeps it, `gpu` draws it, `ui` shows it, `frame.ts` carries it around.
//!
//! Lengths are world metres (exact in a Float32: the world is 1,024 m, a unit is 1/4096 m), y is up.
//! Angles are radians: yaw 0 looks to -z and grows clockwise seen from above, towards +x (three.js
//! turns the other way: `rotation.y = -yaw`); pitch is up-positive. Times are server ticks of 50 ms, or
//! longer while the server dilates time.

import type {
  BattleState,
  DensityMap,
  Drop,
  GameEvent,
  Overload,
  ScoreRow,
  Vector3,
} from "../wire/link";

import type { TalkLine } from "./talk";

export type {
  Banner,
  BattleState,
  DensityMap,
  Drop,
  GameEvent,
  ScoreRow,
  Stack,
  Vector3,
} from "../wire/link";

export const HOUSE_RED = 0;
export const HOUSE_BLUE = 1;
export const NOBODY = 0;

/** Low 4 bits of a pose: the legs. */
export const LEGS = {
  IDLE: 0,
  WALK: 1,
  RUN: 2,
  CROUCH: 3,
  SWIM: 4,
  AIR: 5,
  DEAD: 6,
  DASH: 7,
} as const;

/** High 4 bits of a pose, shifted down: the hands. */
export const HANDS = {
  REST: 0,
  SWING: 1,
  DRAW: 2,
  LOOSE: 3,
  THROW: 4,
  DIG: 5,
  HORN: 6,
  FLINCH: 7,
  BOW: 8,
} as const;

/** The kinds of a body's gear: its low two bits, see `gearKind`. */
export const GEAR = { SWORD: 0, BOW: 1, PLAYER: 2, SAPPER: 3 } as const;
/** What a player is seen to wear: bits of its gear, above the kind. */
export const WORN = {
  HELMET: 1 << 2,
  BREASTPLATE: 1 << 3,
  TROUSERS: 1 << 4,
  BOOTS: 1 << 5,
  IRON_SWORD: 1 << 6,
  SHIELD: 1 << 7,
} as const;

/** One of GEAR. */
export function gearKind(gear: number): number {
  return gear & 3;
}

/** Hotbar slots; from `PLACE_FIRST` on they place `PLACED_BLOCKS[slot - PLACE_FIRST]`. */
export const SLOT = { SWORD: 0, BOW: 1, BOMB: 2, PICK: 3, PLACE_FIRST: 4, COUNT: 10 } as const;
/** Block ids: plank, cobble, brick, timber, glass, thatch. */
export const PLACED_BLOCKS = [6, 14, 7, 5, 8, 17] as const;

/**
 * Every other body in sight, as columns ready to be instanced attributes. Rows 0..count-1 are
 * alive in the table and dense; a removed row is filled by the last one, so a row is no identity.
 *
 * A body at render tick `t` stands at
 * `mix(older, newer, clamp((t - ticks.older) / (ticks.newer - ticks.older), 0, 1))`, where
 * `t = renderTick - tickBase`. Yaw of `newer` is unwrapped: at most half a turn from `older`'s.
 */
export interface BodyTable {
  /** Rows in use; columns are longer. */
  readonly count: number;
  /** Rows that fit; columns are reallocated (new arrays) when it grows. */
  readonly capacity: number;
  /** Grows whenever any column changed: upload only then (at most ~20-40 times a second). */
  readonly version: number;
  /** Subtract from a server tick before comparing with `ticks`, which are Float32. */
  readonly tickBase: number;
  /** Body index on the wire (24 bits). */
  readonly id: Uint32Array;
  /** x, y, z (middle of the feet), yaw of each row. */
  readonly older: Float32Array;
  readonly newer: Float32Array;
  /** Tick of the older and the newer sample of each row, less `tickBase`. */
  readonly ticks: Float32Array;
  /** Pose, health (0 dead .. 255 full), house, gear of each row. */
  readonly look: Uint8Array;
  /** Row of a body index, or -1. */
  rowOf(id: number): number;
  /** Its name plate. Soldiers have names made from their ids. */
  nameOf(id: number): string;
  /** Whether a player, not a soldier. */
  isPlayer(id: number): boolean;
}

/** The own body: position predicted, the rest as the server told last. */
export interface OwnState {
  /** Body index; 0 before joining. */
  id: number;
  name: string;
  house: number;
  /** As others see it: kind and what is worn. */
  gear: number;
  /** Middle of the feet, smoothed for drawing. */
  position: Vector3;
  /** Metres per second. */
  velocity: Vector3;
  grounded: boolean;
  swimming: boolean;
  crouched: boolean;
  running: boolean;
  dashing: boolean;
  /** As others see it: legs in the low 4 bits, hands in the high 4. */
  pose: number;
  alive: boolean;
  health: number;
  healthMax: number;
  respawnTicks: number;
  slot: number;
  /** Ticks until sword, bow, bomb, pick, dash, horn may be used again. */
  waitTicks: number[];
  drawTicks: number;
  /** 0..255 of the block being dug. */
  digProgress: number;
  bombsCount: number;
  blocksCount: number;
  kills: number;
  deaths: number;
  score: number;
}

/** Where the third person's camera hangs, from the eye; metres. */
export const THIRD_PERSON = { right: 0.62, up: 0.28, back: 4 } as const;

export interface Camera {
  eye: Vector3;
  yaw: number;
  pitch: number;
  /** Vertical, degrees. */
  fieldOfView: number;
  /** Draw the own body and look from behind it. */
  thirdPerson: boolean;
  /** Distance behind the head that terrain leaves free, in third person; metres. */
  thirdPersonDistance: number;
  /** Whether the eye is in water. */
  underwater: boolean;
}

/** What a wound came from; names of the wire's numbers. */
export const WEAPONS = ["sword", "arrow", "bomb", "fall", "drown"] as const;

// Velocities of arrows and bombs are metres per tick; each tick the position moves by the velocity,
// then velocity.y falls by ARROW_GRAVITY or BOMB_GRAVITY.
export const ARROW_GRAVITY = 98 / 4000;
export const BOMB_GRAVITY = 120 / 4000;

/** Blocks along the edge of a chunk, the unit of meshing. */
export const CHUNK_EDGE_BLOCKS = 32;

/** A chunk's faces, packed as `spatial::mesh` documents. Coordinates in chunks. */
export interface ChunkMesh {
  x: number;
  y: number;
  z: number;
  /** One 64-bit quad is two words, lowest first. Empty arrays: nothing to draw. */
  opaque: Uint32Array;
  /** Water, glass, leaves: drawn after the opaque ones. */
  seeThrough: Uint32Array;
}

/** Terrain that changed since the last frame. A mesh replaces the earlier one of its chunk. */
export interface TerrainEvents {
  ready: ChunkMesh[];
  removed: { x: number; y: number; z: number }[];
}

/** The land around the eye from above. */
export interface LandMap {
  /** North-west corner, blocks. */
  x: number;
  z: number;
  /** Between two samples. */
  stepBlocks: number;
  edgeCount: number;
  /** Red, green, blue and opacity; rows from north to south. Clear where nothing is loaded. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A block the player placed or broke, shown before the server confirmed it. */
export interface GhostBlock {
  block: Vector3;
  /** Block id; 0 when broken. */
  now: number;
}

/** The block under the crosshair. */
export interface BlockAim {
  block: Vector3;
  /** 0 +x, 1 -x, 2 +y, 3 -y, 4 +z, 5 -z. */
  face: number;
  id: number;
}

/** All that `gpu` needs to draw a frame. The same object every frame; read it, do not keep it. */
export interface FrameView {
  /** Of the page, as `performance.now()`. */
  nowMs: number;
  /** Since the last frame; at most 100. */
  deltaMs: number;
  /** Fractional server tick at which other bodies are shown. */
  renderTick: number;
  camera: Camera;
  own: OwnState;
  bodies: BodyTable;
  battle: BattleState;
  /** Those due since the last frame. */
  events: readonly GameEvent[];
  terrain: TerrainEvents;
  /** What lies near the own body; a new list whenever it changes. */
  drops: readonly Drop[];
  /** Times the player picked something up. */
  findsCount: number;
  /** Grows with every level that the own character reaches. */
  levelsCount: number;
  aim: BlockAim | null;
  ghosts: readonly GhostBlock[];
  settings: Settings;
  /** Whether the crosshair's body, if any, is a foe: for hit feedback. 0 nobody. */
  aimBody: number;
}

/** What `gpu/` gives: `createRenderer(canvas: HTMLCanvasElement): Renderer`. */
export interface Renderer {
  draw(view: FrameView): void;
  /** All terrain and bodies are forgotten: a new connection. */
  reset(): void;
  /** Figures for the debug object. */
  readonly figures: { drawCalls: number; triangles: number; bodiesDrawn: number; chunks: number };
}

/** What `audio/` gives. */
export interface Speaker {
  hear(view: FrameView): void;
  /** Browsers allow sound only after a click. */
  unlock(): void;
}

export type Quality = "low" | "medium" | "high" | "ultra";

/** What a key does; each has a default binding. */
export const ACTIONS = [
  "forward",
  "back",
  "left",
  "right",
  "jump",
  "crouch",
  "run",
  "primary",
  "secondary",
  "dash",
  "horn",
  "eat",
  "thirdPerson",
  "scoreboard",
  "help",
  "belongings",
  "company",
  "nextSlot",
  "previousSlot",
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Settings {
  viewDistanceBlocks: number;
  quality: Quality;
  /** 1 is the default. */
  sensitivity: number;
  invertPitch: boolean;
  /** 0..1. */
  volume: number;
  fieldOfView: number;
  thirdPerson: boolean;
  budgetBytesPerSecond: number;
  /** `KeyboardEvent.code`, or `Mouse0`..`Mouse4`. */
  bindings: Record<Action, string>;
}

/** What the player's hands do now; sampled once a movement step. */
export interface Controls {
  /** Bits of `BUTTON`. */
  buttons: number;
  yaw: number;
  pitch: number;
  slot: number;
  /** Index of an owned banner to come back at, or 255 for the keep. */
  respawnBanner: number;
}

/** Bits of an input's buttons. */
export const BUTTON = {
  FORWARD: 1 << 0,
  BACK: 1 << 1,
  LEFT: 1 << 2,
  RIGHT: 1 << 3,
  JUMP: 1 << 4,
  CROUCH: 1 << 5,
  RUN: 1 << 6,
  PRIMARY: 1 << 7,
  SECONDARY: 1 << 8,
  DASH: 1 << 9,
  HORN: 1 << 10,
} as const;

/** What a key or a button switches on and off. */
export type Toggle = "help" | "scoreboard" | "thirdPerson" | "menu" | "belongings" | "company";

export type Device = "mouse" | "gamepad" | "touch";

/** What a gamepad does in a window, while one has it. */
export type PadPress =
  | "up"
  | "down"
  | "left"
  | "right"
  | "accept"
  | "back"
  | "nextTab"
  | "previousTab";

/** Where a finger that steers came down, and how far it went from there; pixels. */
export interface Stick {
  x: number;
  y: number;
  right: number;
  down: number;
}

/** `moving`: the server sends the page to another one, as planned; `lost`: it does not answer. */
export type Phase = "title" | "connecting" | "waiting" | "joined" | "moving" | "lost" | "refused";

export interface KillFeedEntry {
  /** Grows; a key for lists. */
  number: number;
  killer: string;
  killerHouse: number;
  target: string;
  targetHouse: number;
  /** One of `WEAPONS`. */
  weapon: string;
  /** Whether the own player did it or fell. */
  own: boolean;
  /** `performance.now()` at arrival. */
  atMs: number;
}

/** What the player picked up at once. */
export interface FindNotice {
  /** Grows; a key for lists. */
  number: number;
  /** "+3 Gold coin, +1 Bread". */
  text: string;
  /** The inventory's name of the first thing. */
  item: string;
  /** `performance.now()` at arrival. */
  atMs: number;
}

export interface NetHealth {
  transport: "webtransport" | "websocket" | "none";
  roundTripMs: number;
  snapshotHz: number;
  lossPercent: number;
  /** Mispredictions: 0 on a clean link. */
  corrections: number;
  /** Knockback, respawn and other pushes from outside. */
  pushes: number;
  serverTickMs: number;
  serverTickHz: number;
  bytesPerSecond: number;
  /** How far behind the newest snapshot others are shown. */
  delayMs: number;
  /** What the server does less of just now. */
  overload: Overload;
}

/** What the HUD shows; a fresh plain object about 10 times a second. */
export interface HudModel {
  phase: Phase;
  /** Of `lost` and `refused`, a sentence for the player. */
  message: string;
  /** Seconds until the next attempt, while lost. */
  retrySeconds: number;
  /** What the player used last. */
  device: Device;
  /** Whether the hands rest and the menu is offered: the mouse is free, or the menu was asked for. */
  paused: boolean;
  own: OwnState;
  /** Of the own character; null where it is not known. */
  level: number | null;
  camera: { yaw: number; pitch: number; thirdPerson: boolean };
  battle: BattleState;
  killFeed: readonly KillFeedEntry[];
  /** Newest last: "Your house took the ford banner" and the like, with page time. */
  notices: readonly { number: number; kind: "battle" | "level"; text: string; atMs: number }[];
  /** Newest last; only those to be shown. */
  finds: readonly FindNotice[];
  scoreboard: readonly ScoreRow[];
  scoreboardOpen: boolean;
  helpOpen: boolean;
  belongingsOpen: boolean;
  companyOpen: boolean;
  /** Names of players around while the belongings are open, who is looked at first, then the nearest. */
  playersNear: readonly string[];
  /** What was said, and who whispered last. */
  talk: { lines: readonly TalkLine[]; lastWhisperer: string; groups: ReadonlySet<number> };
  /** `performance.now()`. */
  nowMs: number;
  density: DensityMap | null;
  land: LandMap | null;
  worldEdgeBlocks: number;
  /** Who killed the own player last, and how, for the death view. */
  killedBy: { name: string; weapon: string } | null;
  /** Where the player will rise: an index of a banner, or 255 for the keep. */
  respawnBanner: number;
  /** Page time of the own player's last hit given and wound taken; with direction of the latter. */
  hitGivenAtMs: number;
  hitTakenAtMs: number;
  /** Radians clockwise from where the player looks. */
  hitTakenFrom: number;
  aimBlock: number;
  bodiesCount: number;
  framesPerSecond: number;
  net: NetHealth;
  settings: Settings;
  version: string;
}

/** What the HUD may ask of the game. */
export interface GameActions {
  /** `house` 0, 1 or 255 whichever is smaller. */
  join(name: string, house: number): void;
  /** Index of an owned banner, or 255 for the keep. */
  respawn(banner: number): void;
  selectSlot(slot: number): void;
  changeSettings(change: Partial<Settings>): void;
  /** Back from the menu: captures the mouse again, where there is one. */
  resume(): void;
  toggle(what: Toggle): void;
  /** Eats or drinks an item, or whatever of the bag fits best. */
  eat(item?: string): void;
  /** Opens or closes the window of belongings: the mouse is free meanwhile, and the hands rest. */
  showBelongings(isOpen: boolean): void;
  /** The same for the window of friends, party and guild; one of them is open at a time. */
  showCompany(isOpen: boolean): void;
  /** While a window has the gamepad, told what it presses; null gives it back to the body. */
  watchPad(tell: ((press: PadPress) => void) | null): void;
  /** The fingers' buttons. */
  press(action: Action): void;
  release(action: Action): void;
  /** A finger went over the screen, pixels to the right and down. */
  dragLook(right: number, down: number): void;
  /** Tells where the finger that steers is, and null when it is lifted. One listener at a time. */
  watchStick(tell: (stick: Stick | null) => void): void;
  /** Says something to those of a channel; `to` is whose ear a whisper is for. */
  say(channel: number, to: string, text: string): void;
  /** Whether a player is to be heard. */
  ignore(name: string, ignored: boolean): void;
  /** The keyboard is for words now, or for the body again. */
  typing(isTyping: boolean): void;
  /** Goes for good, back to the title. */
  leave(): void;
  /** Tries again at once after a refusal or a loss. */
  retry(): void;
}

/** What `ui/` gives: `createHud(root: HTMLElement, actions: GameActions): Hud`. */
export interface Hud {
  update(model: HudModel): void;
}
