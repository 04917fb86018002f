//! Who may see and do what. The service decides; the panel only leaves out what would be refused.

import type { Player, Sanction, Staff } from "../api";

/** As the audit log names them. */
export type Action =
  | "region.split"
  | "region.merge"
  | "region.move"
  | "region.pin"
  | "region.unpin"
  | "pod.drain"
  | "pod.undrain"
  | "plan.approve"
  | "plan.mode"
  | "player.message"
  | "player.mute"
  | "player.unmute"
  | "player.kick"
  | "player.ban"
  | "player.unban"
  | "player.role"
  | "inventory.rollback"
  | "report.close"
  | "chat.remove"
  | "chat.slow"
  | "chat.words"
  | "config.put"
  | "config.undo"
  | "message_of_the_day.set"
  | "battle.start"
  | "battle.schedule"
  | "battle.cancel";

const RANKS = ["moderator", "operator", "admin"] as const;
export type Rank = (typeof RANKS)[number];

export function mayDo(staff: Staff, action: Action): boolean {
  return staff.may.includes(action);
}

/** Whether a role is this one or above; one that nobody knows is below all. */
export function isAtLeast(role: string, rank: Rank): boolean {
  return rankOf(role) >= rankOf(rank);
}

/** Nobody acts on an account whose role is not below their own. */
export function mayActOn(staff: Staff, role: string): boolean {
  return rankOf(role) < rankOf(staff.role);
}

/** An admin gives any role to anybody but themselves and guests, who cannot be staff. */
export function mayGiveRole(staff: Staff, { account, isGuest }: Pick<Player, "account" | "isGuest">): boolean {
  return mayDo(staff, "player.role") && account !== staff.account && !isGuest;
}

/** As long as moderators may suspend. */
const WEEK_MS = 7 * 24 * 3_600_000;

/** Moderators lift what moderators may impose, operators all. */
export function mayLift(staff: Staff, { kind, fromMs, untilMs }: Pick<Sanction, "kind" | "fromMs" | "untilMs">): boolean {
  const isShort = kind === "suspension" && untilMs !== null && untilMs - fromMs <= WEEK_MS;
  return isShort || isAtLeast(staff.role, "operator");
}

function rankOf(role: string): number {
  return RANKS.findIndex((name) => name === role);
}
