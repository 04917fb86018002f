//! Which settings follow the account: a player's habits. What the machine can carry stays with the machine.

import type { Settings } from "../world/state";

const OF_THE_MACHINE = ["quality", "viewDistanceBlocks", "budgetBytesPerSecond"] as const;
const AGREED_KEY = "voxelheim.settings.agreed";

type Document = Record<string, unknown>;

export function followed(settings: Settings): Document {
  const document: Document = { ...settings, bindings: { ...settings.bindings } };
  for (const key of OF_THE_MACHINE) delete document[key];
  return document;
}

/** What this browser and an account agreed on last; of one account, for a browser is mostly one player's. */
export const agreedSettings = {
  read(owner: string): Document | null {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(AGREED_KEY) ?? "null");
      return isAgreed(kept) && kept.owner === owner ? kept.settings : null;
    } catch {
      return null;
    }
  },
  write(owner: string, settings: Document): void {
    try {
      localStorage.setItem(AGREED_KEY, JSON.stringify({ owner, settings }));
    } catch {
      // Without storage the account's settings come first at the next start.
    }
  },
};

function isAgreed(value: unknown): value is { owner: string; settings: Document } {
  if (typeof value !== "object" || value === null) return false;
  const { owner, settings } = value as { owner?: unknown; settings?: unknown };
  return typeof owner === "string" && typeof settings === "object" && settings !== null;
}
