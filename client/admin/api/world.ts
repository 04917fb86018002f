//! The world as the service tells of it: `services/admin/src/model/world.rs`. Every row has an `id` that stays its
//! own from one second to the next.

import type { Fields } from "./reading";

export interface Overview {
  /** Milliseconds since 1970. */
  atMs: number;
  version: string;
  tick: number;
  pods: Pod[];
  regions: Region[];
  edges: Edge[];
  backends: Backend[];
  players: PlayersCount;
  /** What is not known now, a sentence each. */
  troubles: string[];
}

/** A process with shards. */
export interface Pod {
  id: string;
  isDraining: boolean;
  shards: Shard[];
}

/** A thread that simulates. */
export interface Shard {
  /** POD/SHARD. */
  id: string;
  regions: number;
  pinned: number;
  bodies: number;
  players: number;
  tickUsP50: number;
  tickUsP99: number;
  egressBytesPerSecond: number;
  /** Of its limits, in tenths of a percent. */
  loadPermille: number;
  handoffs: number;
  /** Of its tick; none where its pod does not say. */
  phases: Phase[];
}

/** A part of the world that one shard owns. */
export interface Region {
  /** Its number in hexadecimal. */
  id: string;
  edgeM: number;
  /** Its lowest block: x, y, z. */
  at: [number, number, number];
  /** POD/SHARD. */
  owner: string;
  epoch: number;
  bodies: number;
  players: number;
  /** Its share of its shard's tick. */
  tickUs: number;
  egressBytesPerSecond: number;
  isPinned: boolean;
  /** How it came to its owner; null where that was not seen, or goes on. */
  moved: Move | null;
}

/** From the last tick of the old shard to the first in which the new one had all of a region. */
export interface Move {
  ageS: number;
  /** POD/SHARD. */
  from: string;
  to: string;
  bodies: number;
  /** 1 is the least there is: the next tick. */
  pauseTicks: number;
  pauseMs: number;
  /** How much longer that is than so many ticks take. */
  lateMs: number;
}

/** A process that players are connected to. */
export interface Edge {
  /** Where it answers. */
  id: string;
  version: string;
  uptimeS: number;
  tick: number;
  tickRateHz: number;
  tickUs: Spread;
  /** What its threads are busy with, in the order of their work. */
  parts: WorkPart[];
  sessions: number;
  sessionsMax: number;
  sessionsWaiting: number;
  sessionsByEdge: number[];
  egressBytesPerSecond: number;
  fanOutUsMean: number;
  /** 0 is none. */
  overloadStep: number;
  overload: string;
  drops: number;
  residentBytes: number;
}

export interface WorkPart {
  id: string;
  /** 1,000,000 is one thread that does nothing else. */
  usPerSecond: number;
}

/** Microseconds. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

export interface Phase extends Spread {
  id: string;
}

export interface Backend {
  id: string;
  isWell: boolean;
  trouble: string | null;
  answerUs: number;
}

export interface PlayersCount {
  inWorld: number;
  connected: number;
  waiting: number;
  room: number;
}

export interface Plan {
  isDryRun: boolean;
  pinned: string[];
  /** The newest first. */
  rows: PlanRow[];
  blocked: string[];
}

export interface PlanRow {
  id: string;
  ageS: number;
  by: string;
  action: string;
  region: string;
  from: string | null;
  to: string | null;
  state: string;
  gainPermille: number;
  reasons: string[];
  /** Whether it may be approved. */
  isOpen: boolean;
}

export function readOverview(from: Fields): Overview {
  return {
    atMs: from.number("at_ms"),
    version: from.text("version"),
    tick: from.number("tick"),
    pods: from.list("pods", readPod),
    regions: from.list("regions", readRegion).filter(isPlaced),
    edges: from.list("edges", readEdge),
    backends: from.list("backends", readBackend),
    players: from.inner("players", readPlayersCount),
    troubles: from.texts("troubles"),
  };
}

export function readPlan(from: Fields): Plan {
  return {
    isDryRun: from.flag("is_dry_run"),
    pinned: from.texts("pinned"),
    rows: from.list("plans", readPlanRow),
    blocked: from.texts("blocked"),
  };
}

function readPod(from: Fields): Pod {
  return {
    id: from.text("pod"),
    isDraining: from.flag("is_draining"),
    shards: from.list("shards", readShard),
  };
}

function readShard(from: Fields): Shard {
  return {
    id: from.text("shard"),
    regions: from.number("regions"),
    pinned: from.number("pinned"),
    bodies: from.number("bodies"),
    players: from.number("players"),
    tickUsP50: from.number("tick_us_p50"),
    tickUsP99: from.number("tick_us_p99"),
    egressBytesPerSecond: from.number("egress_bytes_per_second"),
    loadPermille: from.number("load_permille"),
    handoffs: from.number("handoffs"),
    phases: from.list("phases", (phase) => ({ id: phase.text("phase"), ...readSpread(phase) })),
  };
}

function readRegion(from: Fields): Region {
  const [x = NaN, y = NaN, z = NaN] = from.numbers("at");
  return {
    id: from.text("region"),
    edgeM: from.number("edge_m"),
    at: [x, y, z],
    owner: from.text("owner"),
    epoch: from.number("epoch"),
    bodies: from.number("bodies"),
    players: from.number("players"),
    tickUs: from.number("tick_us"),
    egressBytesPerSecond: from.number("egress_bytes_per_second"),
    isPinned: from.flag("is_pinned"),
    moved: from.innerOrNull("moved", readMove),
  };
}

function readMove(from: Fields): Move {
  return {
    ageS: from.number("age_s"),
    from: from.text("from"),
    to: from.text("to"),
    bodies: from.number("bodies"),
    pauseTicks: from.number("pause_ticks"),
    pauseMs: from.number("pause_ms"),
    lateMs: from.number("late_ms"),
  };
}

/** One without a place can neither be drawn nor named. */
function isPlaced({ id, edgeM, at }: Region): boolean {
  return id !== "" && edgeM > 0 && !at.some(Number.isNaN);
}

function readEdge(from: Fields): Edge {
  return {
    id: from.text("url"),
    version: from.text("version"),
    uptimeS: from.number("uptime_s"),
    tick: from.number("tick"),
    tickRateHz: from.number("tick_rate_hz"),
    tickUs: from.inner("tick_us", readSpread),
    parts: from.list("parts", (part) => ({ id: part.text("part"), usPerSecond: part.number("us_per_second") })),
    sessions: from.number("sessions"),
    sessionsMax: from.number("sessions_max"),
    sessionsWaiting: from.number("sessions_waiting"),
    sessionsByEdge: from.numbers("sessions_by_edge"),
    egressBytesPerSecond: from.number("egress_bytes_per_second"),
    fanOutUsMean: from.number("fan_out_us_mean"),
    overloadStep: from.number("overload_step"),
    overload: from.text("overload"),
    drops: from.number("drops"),
    residentBytes: from.number("resident_bytes"),
  };
}

function readSpread(from: Fields): Spread {
  return { p50: from.number("p50"), p99: from.number("p99"), max: from.number("max") };
}

function readBackend(from: Fields): Backend {
  return {
    id: from.text("backend"),
    isWell: from.flag("is_well"),
    trouble: from.textOrNull("trouble"),
    answerUs: from.number("answer_us"),
  };
}

function readPlayersCount(from: Fields): PlayersCount {
  return {
    inWorld: from.number("in_world"),
    connected: from.number("connected"),
    waiting: from.number("waiting"),
    room: from.number("room"),
  };
}

function readPlanRow(from: Fields): PlanRow {
  const row = {
    ageS: from.number("age_s"),
    by: from.text("by"),
    action: from.text("action"),
    region: from.text("region"),
    from: from.textOrNull("from"),
    to: from.textOrNull("to"),
    state: from.text("state"),
    gainPermille: from.number("gain_permille"),
    reasons: from.texts("reasons"),
    isOpen: from.flag("is_open"),
  };
  return { id: `${row.action} ${row.region} ${row.to ?? ""}`, ...row };
}
