//! What the HUD is told about ten times a second: a fresh plain object out of the world. Main thread.

import type { WireHealth } from "../wire/link";
import type { Device, FrameView, HudModel, NetHealth } from "./state";
import { playersNear } from "./players_near";
import type { World } from "./world";

/** What the page knows and the world does not. */
export interface PageState {
  nowMs: number;
  device: Device;
  paused: boolean;
  respawnBanner: number;
  scoreboardOpen: boolean;
  helpOpen: boolean;
  belongingsOpen: boolean;
  companyOpen: boolean;
  framesPerSecond: number;
  version: string;
}

/** What the page itself switches. */
export type PageSwitches = Omit<PageState, "nowMs" | "framesPerSecond">;

const NO_HEALTH: WireHealth = {
  transport: "none",
  roundTripMs: 0,
  snapshotHz: 0,
  lossPercent: 0,
  serverTickHz: 0,
  bytesPerSecond: 0,
};

export function makeHudModel(world: World, view: FrameView, page: PageState): HudModel {
  const { chronicle } = world;
  const { nowMs } = page;
  return {
    phase: world.phase,
    message: world.phaseMessage,
    retrySeconds: Math.max(0, (world.retryAtMs - performance.timeOrigin - nowMs) / 1_000),
    device: page.device,
    paused: page.paused,
    respawnBanner: page.respawnBanner,
    own: { ...view.own, waitTicks: [...view.own.waitTicks] },
    level: chronicle.level,
    camera: {
      yaw: view.camera.yaw,
      pitch: view.camera.pitch,
      thirdPerson: view.camera.thirdPerson,
    },
    battle: chronicle.battle,
    killFeed: chronicle.killFeed(nowMs),
    notices: chronicle.freshNotices(nowMs),
    finds: world.drops.freshNotices(nowMs),
    scoreboard: chronicle.scoreboard,
    scoreboardOpen: page.scoreboardOpen,
    helpOpen: page.helpOpen,
    belongingsOpen: page.belongingsOpen,
    companyOpen: page.companyOpen,
    playersNear: page.belongingsOpen ? playersNear(view) : [],
    talk: {
      lines: world.talk.lines,
      lastWhisperer: world.talk.lastWhisperer,
      groups: world.talk.groups,
    },
    nowMs,
    density: chronicle.density,
    land: world.terrain.map,
    worldEdgeBlocks: world.worldEdgeBlocks,
    killedBy: chronicle.killedBy,
    hitGivenAtMs: chronicle.hitGivenAtMs,
    hitTakenAtMs: chronicle.hitTakenAtMs,
    hitTakenFrom: chronicle.hitTakenFrom,
    aimBlock: view.aim?.id ?? 0,
    bodiesCount: world.bodies.count,
    framesPerSecond: page.framesPerSecond,
    net: netHealth(world),
    settings: view.settings,
    version: page.version,
  };
}

export function netHealth(world: World): NetHealth {
  return {
    ...(world.wireHealth ?? NO_HEALTH),
    corrections: world.prediction.correctionsCount,
    pushes: world.prediction.pushesCount,
    serverTickMs: world.serverTickMs,
    delayMs: world.clock.delayMs,
    overload: world.overload,
  };
}
