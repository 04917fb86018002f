//! Players as staff see them: `services/admin/src/model/players.rs`.

import { readAuditLine, type AuditLine } from "./desk";
import type { Fields } from "./reading";

export interface PlayersFound {
  players: PlayerFound[];
  /** Whether there are more than are listed. */
  isCut: boolean;
}

export interface PlayerFound {
  account: string;
  character: string | null;
  name: string | null;
  /** Whether that character is in the battle. */
  isThere: boolean;
}

export interface Player {
  account: string;
  role: string;
  isGuest: boolean;
  createdMs: number;
  /** For operators and admins only. */
  email: string | null;
  sessions: number;
  characters: Character[];
  mute: Mute | null;
  sanctions: Sanction[];
  /** What staff did to the account, the newest first. */
  log: AuditLine[];
}

export interface Character {
  id: string;
  name: string;
  house: number;
  createdMs: number;
  isThere: boolean;
  kills: number;
  deaths: number;
  score: number;
}

export interface Mute {
  untilMs: number;
  reason: string;
  by: string;
}

export interface Sanction {
  id: string;
  kind: string;
  reason: string;
  by: string;
  fromMs: number;
  /** Null: for ever. */
  untilMs: number | null;
  isInForce: boolean;
}

export interface LedgerPage {
  character: string;
  /** The newest first. */
  lines: LedgerLine[];
  next: string | null;
}

export interface LedgerLine {
  batch: string;
  atMs: number;
  place: string;
  item: string;
  unique: string | null;
  change: number;
}

export interface RollbackPreview {
  character: string;
  afterBatch: string;
  /** How often what it has was changed by then; the rollback is refused if that is not so any more. */
  revision: number;
  items: RollbackItem[];
}

export interface RollbackItem {
  item: string;
  unique: string | null;
  change: number;
  /** What should be changed and cannot be, as it is with others, or once of a kind. */
  short: number;
  /** What came to the character out of the world since then, and others have now. */
  passedOn: number;
}

/** Who is connected. */
export interface SessionPage {
  sessions: Session[];
  next: string | null;
  /** Which edges did not say, a sentence each. */
  troubles: string[];
}

export interface Session {
  id: string;
  session: string;
  /** Null: who plays without. */
  account: string | null;
  name: string;
  edge: string;
  transport: string;
  connectedS: number;
}

export interface ReportPage {
  reports: Report[];
  next: string | null;
}

export interface Report {
  id: string;
  atMs: number;
  reporter: string;
  reason: string;
  /** The eldest first; the last is what is reported. */
  context: ReportLine[];
  resolved: { atMs: number; by: string; note: string } | null;
}

export interface ReportLine {
  id: string;
  timeMs: number;
  name: string;
  account: string;
  text: string;
}

export function readPlayersFound(from: Fields): PlayersFound {
  const readFound = (found: Fields): PlayerFound => ({
    account: found.text("account"),
    character: found.textOrNull("character"),
    name: found.textOrNull("name"),
    isThere: found.flag("is_there"),
  });
  return { players: from.list("players", readFound), isCut: from.flag("is_cut") };
}

export function readPlayer(from: Fields): Player {
  return {
    account: from.text("account"),
    role: from.text("role"),
    isGuest: from.flag("is_guest"),
    createdMs: from.number("created_ms"),
    email: from.textOrNull("email"),
    sessions: from.number("sessions"),
    characters: from.list("characters", readCharacter),
    mute: from.innerOrNull("mute", readMute),
    sanctions: from.list("sanctions", readSanction),
    log: from.list("log", readAuditLine),
  };
}

function readCharacter(from: Fields): Character {
  return {
    id: from.text("character"),
    name: from.text("name"),
    house: from.number("house"),
    createdMs: from.number("created_ms"),
    isThere: from.flag("is_there"),
    kills: from.number("kills"),
    deaths: from.number("deaths"),
    score: from.number("score"),
  };
}

function readMute(from: Fields): Mute {
  return { untilMs: from.number("until_ms"), reason: from.text("reason"), by: from.text("by") };
}

function readSanction(from: Fields): Sanction {
  return {
    id: from.text("sanction"),
    kind: from.text("kind"),
    reason: from.text("reason"),
    by: from.text("by"),
    fromMs: from.number("from_ms"),
    untilMs: from.numberOrNull("until_ms"),
    isInForce: from.flag("is_in_force"),
  };
}

export function readLedgerPage(from: Fields): LedgerPage {
  const readLine = (line: Fields): LedgerLine => ({
    batch: line.text("batch"),
    atMs: line.number("at_ms"),
    place: line.text("place"),
    item: line.text("item"),
    unique: line.textOrNull("unique"),
    change: line.number("change"),
  });
  return {
    character: from.text("character"),
    lines: from.list("lines", readLine),
    next: from.textOrNull("next"),
  };
}

export function readRollbackPreview(from: Fields): RollbackPreview {
  const readItem = (item: Fields): RollbackItem => ({
    item: item.text("item"),
    unique: item.textOrNull("unique"),
    change: item.number("change"),
    short: item.number("short"),
    passedOn: item.number("passed_on"),
  });
  return {
    character: from.text("character"),
    afterBatch: from.text("after_batch"),
    revision: from.number("revision"),
    items: from.list("items", readItem),
  };
}

export function readSessionPage(from: Fields): SessionPage {
  const readSession = (row: Fields): Session => {
    const [session, edge] = [row.text("session"), row.text("edge")];
    return {
      // Who goes from edge to edge is at both for a moment.
      id: `${session} ${edge}`,
      session,
      account: row.textOrNull("account"),
      name: row.text("name"),
      edge,
      transport: row.text("transport"),
      connectedS: row.number("connected_s"),
    };
  };
  return {
    sessions: from.list("sessions", readSession),
    next: from.textOrNull("next"),
    troubles: from.texts("troubles"),
  };
}

export function readReportPage(from: Fields): ReportPage {
  return { reports: from.list("reports", readReport), next: from.textOrNull("next") };
}

function readReport(from: Fields): Report {
  return {
    id: from.text("report"),
    atMs: from.number("at_ms"),
    reporter: from.text("reporter"),
    reason: from.text("reason"),
    context: from.list("context", (line) => ({
      id: line.text("message"),
      timeMs: line.number("time_ms"),
      name: line.text("name"),
      account: line.text("account"),
      text: line.text("text"),
    })),
    resolved: from.innerOrNull("resolved", (resolved) => ({
      atMs: resolved.number("at_ms"),
      by: resolved.text("by"),
      note: resolved.text("note"),
    })),
  };
}
