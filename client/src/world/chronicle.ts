//! What the battle tells the player: kill feed, notices, scoreboard, hits given and taken.

import type { Bodies } from "./bodies";
import type { KillReport } from "../wire/link";
import { bannerName, houseName } from "./names";
import {
  NOBODY,
  WEAPONS,
  type BattleState,
  type DensityMap,
  type GameEvent,
  type KillFeedEntry,
  type OwnState,
  type ScoreRow,
} from "./state";

const FEED_LENGTH = 6;
const NOTICES_LENGTH = 4;
const ENTRY_LIFE_MS = 8_000;
const NOBODYS = 255;

export interface Notice {
  number: number;
  /** `level`: one that the own character reached. */
  kind: "battle" | "level";
  text: string;
  atMs: number;
}

export class Chronicle {
  battle: BattleState = freshBattle();
  scoreboard: ScoreRow[] = [];
  density: DensityMap | null = null;
  /** Of the own character; null until the player service told it. */
  level: number | null = null;
  /** Grows with every notice of one that was reached. */
  levelsCount = 0;
  killedBy: { name: string; weapon: string } | null = null;
  hitGivenAtMs = Number.NEGATIVE_INFINITY;
  hitTakenAtMs = Number.NEGATIVE_INFINITY;
  hitTakenFrom = 0;
  private feed: KillFeedEntry[] = [];
  private notices: Notice[] = [];
  private number = 0;

  constructor(
    private readonly bodies: Bodies,
    private readonly own: OwnState,
  ) {}

  reset(): void {
    this.battle = freshBattle();
    this.scoreboard = [];
    this.density = null;
    this.killedBy = null;
    this.feed = [];
    this.notices = [];
  }

  killFeed(nowMs: number): KillFeedEntry[] {
    this.feed = this.feed.filter((entry) => nowMs - entry.atMs < ENTRY_LIFE_MS);
    return this.feed;
  }

  freshNotices(nowMs: number): Notice[] {
    this.notices = this.notices.filter((notice) => nowMs - notice.atMs < ENTRY_LIFE_MS);
    return this.notices;
  }

  kills(kills: readonly KillReport[], nowMs: number): void {
    for (const { target, killer, weapon } of kills) {
      const name = WEAPONS[weapon] ?? "fate";
      if (target === this.own.id) {
        this.killedBy = { name: killer === NOBODY ? "" : this.nameOf(killer), weapon: name };
      }
      this.number += 1;
      this.feed.push({
        number: this.number,
        killer: killer === NOBODY ? "" : this.nameOf(killer),
        killerHouse: this.houseOf(killer),
        target: this.nameOf(target),
        targetHouse: this.houseOf(target),
        weapon: name,
        own: target === this.own.id || killer === this.own.id,
        atMs: nowMs,
      });
    }
    this.feed = this.feed.slice(-FEED_LENGTH);
  }

  /** Compares with what was known, so that a notice is given even when its event was lost. */
  update(battle: BattleState, nowMs: number): void {
    const before = this.battle;
    this.battle = battle;
    if (before.round === 0) return;
    battle.banners.forEach((banner, index) => {
      const ownerBefore = before.banners[index]?.owner ?? NOBODYS;
      if (banner.owner === ownerBefore) return;
      this.notice(bannerNotice(banner.owner, ownerBefore, index), nowMs);
    });
    if (before.pauseTicks === 0 && battle.pauseTicks > 0) {
      this.notice(`${houseName(leader(battle))} wins the round`, nowMs);
    }
    if (battle.round !== before.round) this.notice(`Round ${battle.round} begins`, nowMs);
  }

  /** What the own character's level is; a higher one than it was known to be was reached. */
  hearLevel(level: number | null, nowMs: number): void {
    const before = this.level;
    this.level = level;
    if (before === null || level === null || level <= before) return;
    this.levelsCount += 1;
    this.notice(`You have reached level ${level}`, nowMs, "level");
  }

  /** Keeps what the own player felt of an event. `yaw` is where it looks. */
  hear(event: GameEvent, yaw: number, nowMs: number): void {
    if (event.kind !== "hurt") return;
    if (event.attacker === this.own.id && event.target !== this.own.id) this.hitGivenAtMs = nowMs;
    if (event.target !== this.own.id) return;
    this.hitTakenAtMs = nowMs;
    const row = this.bodies.rowOf(event.attacker);
    if (row < 0) return;
    const x = this.bodies.newer[row * 4] - this.own.position.x;
    const z = this.bodies.newer[row * 4 + 2] - this.own.position.z;
    this.hitTakenFrom = Math.atan2(x, -z) - yaw;
  }

  private notice(text: string, atMs: number, kind: Notice["kind"] = "battle"): void {
    this.number += 1;
    const notice = { number: this.number, kind, text, atMs };
    this.notices = [...this.notices, notice].slice(-NOTICES_LENGTH);
  }

  private nameOf(id: number): string {
    return id === this.own.id ? this.own.name : this.bodies.nameOf(id);
  }

  private houseOf(id: number): number {
    return id === this.own.id ? this.own.house : this.bodies.houseOf(id);
  }
}

function bannerNotice(owner: number, ownerBefore: number, index: number): string {
  if (owner === NOBODYS) return `${houseName(ownerBefore)} loses ${bannerName(index)}`;
  return `${houseName(owner)} takes ${bannerName(index)}`;
}

function leader(battle: BattleState): number {
  return (battle.score[1] ?? 0) > (battle.score[0] ?? 0) ? 1 : 0;
}

function freshBattle(): BattleState {
  return {
    tick: 0,
    round: 0,
    score: [0, 0],
    scoreToWin: 1,
    pauseTicks: 0,
    aliveCount: [0, 0],
    banners: [],
  };
}
