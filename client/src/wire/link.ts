//! What passes between the wire's worker and the page: types and numbers only. Columns are transferred.

/** World metres, y up. */
export interface Vector3 {
  x: number;
  y: number;
  z: number;
}

export interface Banner {
  /** Foot of the pole. */
  block: Vector3;
  /** 0, 1 or 255 nobody's. */
  owner: number;
  /** The house taking it, or 255. */
  taker: number;
  /** 0..255. */
  progress: number;
}

export interface BattleState {
  tick: number;
  round: number;
  score: number[];
  scoreToWin: number;
  /** Ticks until the next round; 0 while one is fought. */
  pauseTicks: number;
  aliveCount: number[];
  banners: Banner[];
}

/** Something that happened; handed out at the render tick at which it is to be seen. */
export type GameEvent =
  | { kind: "arrowLoosed"; arrow: number; shooter: number; position: Vector3; velocity: Vector3 }
  | { kind: "arrowStopped"; arrow: number; position: Vector3; hit: number }
  | { kind: "bombThrown"; bomb: number; thrower: number; position: Vector3; velocity: Vector3 }
  | { kind: "explosion"; bomb: number; position: Vector3 }
  | {
      kind: "hurt";
      target: number;
      attacker: number;
      weapon: number;
      damage: number;
      position: Vector3;
    }
  | { kind: "healed"; target: number; healer: number; amount: number; position: Vector3 }
  | { kind: "hornBlown"; body: number; position: Vector3 }
  | { kind: "died"; target: number; killer: number; weapon: number; position: Vector3 }
  | { kind: "respawned"; body: number; position: Vector3 }
  | { kind: "blockBroken"; block: Vector3; was: number; by: number }
  | { kind: "blockPlaced"; block: Vector3; now: number; by: number }
  | { kind: "bannerTaken"; banner: number; house: number }
  | { kind: "roundEnded"; winner: number }
  | { kind: "roundStarted"; round: number };

export interface ScoreRow {
  /** Body index. */
  id: number;
  name: string;
  house: number;
  kills: number;
  deaths: number;
  score: number;
}

/** Bodies counted per square of the map. */
export interface DensityMap {
  squareBlocks: number;
  edgeCount: number;
  /** Rows from north to south, then columns. */
  red: Uint8Array;
  blue: Uint8Array;
}

/** Rows of a snapshot datagram. */
export interface BodySamples {
  tick: number;
  count: number;
  id: Uint32Array;
  /** x, y, z in metres and yaw in radians of each row. */
  placed: Float32Array;
  pose: Uint8Array;
  /** Of the first rows, those in near detail. */
  health: Uint8Array;
}

/** One movement step and what the hands do in it; units of the wire (see WIRE.md). */
export interface InputData {
  sequence: number;
  viewTick: number;
  viewFraction: number;
  buttons: number;
  yaw: number;
  pitch: number;
  slot: number;
  targetX: number;
  targetY: number;
  targetZ: number;
  targetFace: number;
  respawnBanner: number;
}

/** `targetFace` of an input that aims at no block. */
export const NO_TARGET = 255;
/** Bytes of a motion, as the core and the Own struct lay them out. */
export const MOTION_BYTES = 36;

/** The own body after `inputSequence`, as the server has it. */
export interface OwnReport {
  tick: number;
  inputSequence: number;
  /** Exact state: position, velocity, fall height, yaw, flags and counters. */
  motion: Uint8Array;
  alive: boolean;
  pushCount: number;
  health: number;
  healthMax: number;
  respawnTicks: number;
  inputQueueCount: number;
  slot: number;
  /** Sword, bow, bomb, pick, dash, horn. */
  waitTicks: number[];
  drawTicks: number;
  digProgress: number;
  bombsCount: number;
  blocksCount: number;
  tickCostMs: number;
  kills: number;
  deaths: number;
  score: number;
}

export interface Welcome {
  resumeToken: string;
  resumeSeconds: number;
  body: number;
  name: string;
  house: number;
  tick: number;
  tickRateHz: number;
  worldEdgeBlocks: number;
  worldHeightBlocks: number;
  stalenessTicksMax: number;
  budgetBytesPerSecond: number;
  viewDistanceBlocks: number;
  resumed: boolean;
}

/** What the server does less of because it has too much to do (WIRE.md). */
export interface Overload {
  /** Bits of the ladder's steps, lowest first. */
  steps: number;
  /** How fast the world runs, in thousandths of real time. */
  ratePermille: number;
  stalenessTicksMax: number;
}

export interface Appearance {
  id: number;
  house: number;
  gear: number;
  name: string;
}

export interface KillReport {
  target: number;
  killer: number;
  weapon: number;
}

/** Some of one thing. */
export interface Stack {
  /** Its number in WIRE.md. */
  thing: number;
  /** At least 1. */
  count: number;
}

/** What one of the fallen left on the ground. */
export interface Drop {
  /** Names it for as long as it lies. */
  id: number;
  /** Its lowest point, in the middle. */
  position: Vector3;
  /** At most two. */
  things: Stack[];
  /** Whether only another player may take it for now. */
  isKept: boolean;
}

/** Who hears words; the numbers of WIRE.md. */
export const CHANNEL = {
  GLOBAL: 0,
  LOCAL: 1,
  HOUSE: 2,
  PARTY: 3,
  GUILD: 4,
  WHISPER: 5,
  SYSTEM: 6,
} as const;

/** Somebody's words: plain text, whatever is in it. */
export interface Said {
  channel: number;
  /** Body index; 0 for the server itself. */
  from: number;
  name: string;
  house: number;
  /** Whose ear a whisper was for; else empty. */
  to: string;
  text: string;
  /** Names these words. */
  sequence: string;
  /** Since 1970, by the server's clock. */
  timeMs: number;
}

/** Why words were not taken; the reasons of WIRE.md. */
export interface Unsaid {
  reason: number;
  channel: number;
  /** When the player may speak again; 0 where waiting does not help. */
  untilMs: number;
}

/** What goes to the mesher as well as to the page, in the order of the terrain stream. */
export type TerrainMessage =
  | { kind: "bricks"; cells: Int16Array; sizes: Uint16Array; bytes: Uint8Array; plainCount: number }
  | { kind: "edits"; tick: number; blocks: Int32Array; now: Uint16Array }
  | { kind: "forget"; cells: Int16Array };

export type ServerMessage =
  | { kind: "welcome"; welcome: Welcome }
  /** The battle is full; 1 is the next to be let in. */
  | { kind: "waiting"; position: number; count: number; lineTicket: string }
  | { kind: "overload"; overload: Overload }
  | { kind: "closing"; reason: number; text: string; protocolVersion: number }
  | { kind: "snapshot"; samples: BodySamples; own: OwnReport | null }
  | { kind: "events"; tick: number; events: GameEvent[] }
  | { kind: "pong"; nonce: number; tick: number }
  | { kind: "appearances"; seen: Appearance[]; gone: Uint32Array }
  | { kind: "battle"; battle: BattleState }
  | { kind: "kills"; kills: KillReport[] }
  | { kind: "scoreboard"; rows: ScoreRow[] }
  | { kind: "density"; density: DensityMap }
  | { kind: "refusals"; sequences: Uint32Array; reasons: Uint8Array }
  | { kind: "said"; said: Said }
  /** A moderator removed the words of this name. */
  | { kind: "removed"; sequence: string }
  | { kind: "unsaid"; unsaid: Unsaid }
  /** All that lies near the own body; in place of what was told before. */
  | { kind: "drops"; drops: Drop[] }
  /** What the own player picked up. */
  | { kind: "found"; found: Stack[] }
  | TerrainMessage;

/** Of the connection itself. */
export type LinkPhase =
  | "title"
  | "connecting"
  | "waiting"
  | "joined"
  | "moving"
  | "lost"
  | "refused";

export type FromWire =
  | { kind: "phase"; phase: LinkPhase; message: string; retryAtMs: number }
  | { kind: "net"; net: WireHealth }
  /** The page answers with `ticket` and the same number. */
  | { kind: "ticketWanted"; number: number; accounts: AccountsInfo; name: string }
  /** What keeps the place in the line over a reload; empty from when there is none to keep. */
  | { kind: "lineTicket"; lineTicket: string }
  | Exclude<ServerMessage, { kind: "closing" } | { kind: "pong" } | { kind: "waiting" }>;

/** What the world is told of it. */
export type ForWorld = Exclude<FromWire, { kind: "ticketWanted" } | { kind: "lineTicket" }>;

/** What the connection itself knows of its health. */
export interface WireHealth {
  transport: "webtransport" | "websocket" | "none";
  roundTripMs: number;
  snapshotHz: number;
  lossPercent: number;
  serverTickHz: number;
  bytesPerSecond: number;
}

/** Of /connect.json, where the server has accounts; see services/edge. */
export interface AccountsInfo {
  /** Where the services are, from the server's root. */
  api: string;
  /** The edge's name in tickets. */
  audience: string;
  /** Whether nobody plays without a ticket. */
  are_required: boolean;
}

/** What there is for one who wants to come in where there are accounts. */
export type TicketAnswer =
  /** Empty to come in without. */
  | { kind: "ticket"; ticket: string }
  /** Not now; it may be asked again. */
  | { kind: "later"; message: string }
  | { kind: "refused"; message: string };

export interface ConnectRequest {
  /** Origin that serves /connect.json. */
  origin: string;
  name: string;
  house: number;
  /** From an earlier Welcome to come back to the same body; else empty. */
  resumeToken: string;
  /** From an earlier wait, to take that place in the line again; else empty. */
  lineTicket: string;
  viewDistanceBlocks: number;
  budgetBytesPerSecond: number;
  /** `websocket` never tries WebTransport. */
  transport: "auto" | "websocket";
  protocolVersion: number;
}

export type ToWire =
  | { kind: "connect"; request: ConnectRequest }
  | { kind: "terrainPort"; port: MessagePort }
  | { kind: "inputs"; records: InputData[] }
  | {
      kind: "settings";
      viewDistanceBlocks: number;
      budgetBytesPerSecond: number;
      cameraYaw: number;
    }
  | { kind: "say"; channel: number; to: string; text: string }
  /** Whether a player is to be heard. */
  | { kind: "ignore"; name: string; ignored: boolean }
  | { kind: "ticket"; number: number; answer: TicketAnswer }
  | { kind: "retry" }
  /** Ends the connection as a broken link would. */
  | { kind: "cut" }
  | { kind: "leave" };
