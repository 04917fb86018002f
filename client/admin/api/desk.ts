//! What staff keep: who asks, the audit log, the books, settings, words to all. `services/admin/src/model/desk.rs`.

import type { Fields } from "./reading";

export interface Staff {
  account: string;
  role: string;
  /** Actions that this role may do, by their names in the audit log. */
  may: string[];
}

/** Something was done. */
export interface Done {
  /** What came of it, in a sentence. */
  effect: string;
  /** Its line in the audit log. */
  audit: string;
}

export interface AuditPage {
  /** The newest first. */
  lines: AuditLine[];
  next: string | null;
}

export interface AuditLine {
  id: string;
  atMs: number;
  actor: string;
  role: string;
  action: string;
  target: string;
  reason: string;
  /** `begun` where nobody knows what came of it. */
  outcome: "begun" | "done" | "failed";
  effect: string;
  address: string;
}

export interface Economy {
  isClosed: boolean;
  unbalanced: { item: string; sum: number }[];
  /** Accounts below zero that are no sources. */
  overdrawn: number;
  /** Unique things in more than one place. */
  doubled: string[];
  flows: Flow[];
}

/** All of an item in all places of a kind. */
export interface Flow {
  place: string;
  item: string;
  sum: number;
}

export interface Config {
  path: string;
  text: string;
  /** Names this text: who replaces it says which one was seen. */
  digest: string;
  /** The newest first; the first may be undone. */
  changes: ConfigChange[];
}

export interface ConfigChange {
  atMs: number;
  by: string;
  reason: string;
  isUndo: boolean;
}

export interface ConfigCheck {
  isRight: boolean;
  trouble: string | null;
  diff: DiffLine[];
  needsRestart: string[];
}

export interface DiffLine {
  kind: "same" | "gone" | "new";
  text: string;
}

export interface DailyMessage {
  /** Empty: there is none. */
  text: string;
  atMs: number;
  by: string | null;
}

export interface Environment {
  id: string;
  /** Null of this one. */
  url: string | null;
  isHere: boolean;
  version: string | null;
  trouble: string | null;
  /** What was approved for it; null where that is not known. */
  declared: Declared | null;
}

export interface Declared {
  revision: string;
  before: string;
  /** What the stage before has and this one has not. */
  next: string | null;
}

export function readStaff(from: Fields): Staff {
  return { account: from.text("account"), role: from.text("role"), may: from.texts("may") };
}

export function readDone(from: Fields): Done {
  return { effect: from.text("effect"), audit: from.text("audit") };
}

export function readAuditPage(from: Fields): AuditPage {
  return { lines: from.list("lines", readAuditLine), next: from.textOrNull("next") };
}

export function readAuditLine(from: Fields): AuditLine {
  return {
    id: from.text("line"),
    atMs: from.number("at_ms"),
    actor: from.text("actor"),
    role: from.text("role"),
    action: from.text("action"),
    target: from.text("target"),
    reason: from.text("reason"),
    outcome: from.choice("outcome", ["begun", "done", "failed"]),
    effect: from.text("effect"),
    address: from.text("address"),
  };
}

export function readEconomy(from: Fields): Economy {
  return {
    isClosed: from.flag("is_closed"),
    unbalanced: from.list("unbalanced", (it) => ({ item: it.text("item"), sum: it.number("sum") })),
    overdrawn: from.number("overdrawn"),
    doubled: from.texts("doubled"),
    flows: from.list("flows", (flow) => ({
      place: flow.text("place"),
      item: flow.text("item"),
      sum: flow.number("sum"),
    })),
  };
}

export function readConfig(from: Fields): Config {
  return {
    path: from.text("path"),
    text: from.text("text"),
    digest: from.text("digest"),
    changes: from.list("changes", (change) => ({
      atMs: change.number("at_ms"),
      by: change.text("by"),
      reason: change.text("reason"),
      isUndo: change.flag("is_undo"),
    })),
  };
}

export function readConfigCheck(from: Fields): ConfigCheck {
  return {
    isRight: from.flag("is_right"),
    trouble: from.textOrNull("trouble"),
    diff: from.list("diff", (line) => ({
      kind: line.choice("kind", ["same", "gone", "new"]),
      text: line.text("text"),
    })),
    needsRestart: from.texts("needs_restart"),
  };
}

export function readDailyMessage(from: Fields): DailyMessage {
  return { text: from.text("text"), atMs: from.number("at_ms"), by: from.textOrNull("by") };
}

function readDeclared(from: Fields): Declared {
  return { revision: from.text("revision"), before: from.text("before"), next: from.textOrNull("next") };
}

export function readEnvironment(from: Fields): Environment {
  return {
    id: from.text("environment"),
    url: from.textOrNull("url"),
    isHere: from.flag("is_here"),
    version: from.textOrNull("version"),
    trouble: from.textOrNull("trouble"),
    declared: from.innerOrNull("declared", readDeclared),
  };
}
