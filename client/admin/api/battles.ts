//! The battle that is fought and those to come: `services/admin/src/model/battles.rs`.

import type { Fields } from "./reading";

export interface Battles {
  /** Null where no world answers. */
  present: PresentBattle | null;
  /** Those to come, the next first; behind them the last that were, the newest first. */
  scheduled: ScheduledBattle[];
}

export interface PresentBattle {
  number: number;
  red: number;
  blue: number;
  scoreToWin: number;
  /** Until the next begins; 0 while this one is fought. */
  pauseMs: number;
}

export interface ScheduledBattle {
  id: string;
  title: string;
  note: string;
  startMs: number;
  state: "scheduled" | "starting" | "started" | "cancelled" | "missed";
  by: string;
  effect: string;
}

export interface BattleForm {
  title: string;
  note: string;
  start_ms: number;
}

export function readBattles(from: Fields): Battles {
  return {
    present: from.innerOrNull("present", readPresent),
    scheduled: from.list("battles", readScheduled),
  };
}

function readPresent(from: Fields): PresentBattle {
  const [red = NaN, blue = NaN] = from.numbers("score");
  return {
    number: from.number("number"),
    red,
    blue,
    scoreToWin: from.number("score_to_win"),
    pauseMs: from.number("pause_ms"),
  };
}

function readScheduled(from: Fields): ScheduledBattle {
  return {
    id: from.text("battle"),
    title: from.text("title"),
    note: from.text("note"),
    startMs: from.number("start_ms"),
    state: from.choice("state", ["missed", "scheduled", "starting", "started", "cancelled"]),
    by: from.text("by"),
    effect: from.text("effect"),
  };
}
