//! The panel's pages, who sees them, and how the address bar names them.

import type { Staff } from "../api";
import { isAtLeast, type Rank } from "./rights";

export const PAGES = [
  { id: "map", title: "Map", key: "m", from: "moderator" },
  { id: "world", title: "Shards and edges", key: "s", from: "moderator" },
  { id: "plan", title: "Plan", key: "c", from: "moderator" },
  { id: "players", title: "Players", key: "p", from: "moderator" },
  { id: "sessions", title: "Sessions", key: "o", from: "moderator" },
  { id: "reports", title: "Reports", key: "r", from: "moderator" },
  { id: "chat", title: "Chat", key: "h", from: "moderator" },
  { id: "message", title: "Message of the day", key: "d", from: "moderator" },
  { id: "battles", title: "Battles", key: "t", from: "moderator" },
  { id: "backends", title: "Backends", key: "b", from: "moderator" },
  { id: "economy", title: "Economy", key: "e", from: "operator" },
  { id: "config", title: "Configuration", key: "f", from: "admin" },
  { id: "audit", title: "Audit log", key: "a", from: "operator" },
  { id: "environments", title: "Environments", key: "v", from: "operator" },
] as const satisfies readonly { id: string; title: string; key: string; from: Rank }[];

export type PageId = (typeof PAGES)[number]["id"];

/** A page, and what of it is looked at: a region, a player's account, what the log is searched for. */
export interface Address {
  page: PageId;
  item: string;
}

export function pagesOf(staff: Staff) {
  return PAGES.filter(({ from }) => isAtLeast(staff.role, from));
}

/** Of `location.hash`; the first page where it names none that these staff may see. */
export function addressOf(hash: string, staff: Staff): Address {
  const [name = "", ...rest] = hash.replace(/^#/, "").split("/");
  const page = pagesOf(staff).find(({ id }) => id === name);
  return { page: page?.id ?? "map", item: page === undefined ? "" : decoded(rest.join("/")) };
}

export function hashOf(page: PageId, item = ""): string {
  return item === "" ? `#${page}` : `#${page}/${encodeURIComponent(item)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
