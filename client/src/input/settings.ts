//! What the player may choose, with defaults, kept in the browser.

import { ACTIONS, type Action, type Quality, type Settings } from "../world/state";

const STORAGE_KEY = "voxelheim.settings";
/** The binding of an action that no key does. */
const UNBOUND = "";
const QUALITIES: readonly Quality[] = ["low", "medium", "high", "ultra"];

export const DEFAULT_BINDINGS: Record<Action, string> = {
  forward: "KeyW",
  back: "KeyS",
  left: "KeyA",
  right: "KeyD",
  jump: "Space",
  crouch: "KeyC",
  run: "ShiftLeft",
  primary: "Mouse0",
  secondary: "Mouse2",
  dash: "KeyQ",
  horn: "KeyE",
  eat: "KeyF",
  thirdPerson: "KeyV",
  scoreboard: "Tab",
  help: "KeyH",
  belongings: "KeyI",
  company: "KeyO",
  nextSlot: "KeyX",
  previousSlot: "KeyZ",
};

export const DEFAULT_SETTINGS: Settings = {
  viewDistanceBlocks: 192,
  quality: "high",
  sensitivity: 1,
  invertPitch: false,
  volume: 0.6,
  fieldOfView: 75,
  thirdPerson: false,
  budgetBytesPerSecond: 48_000,
  bindings: DEFAULT_BINDINGS,
};

export function loadSettings(): Settings {
  try {
    return mended(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}"));
  } catch {
    return mended({});
  }
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing still plays; the choice holds until the page closes.
  }
}

/** Whatever was stored, as settings within their ranges. */
export function mended(stored: unknown): Settings {
  const from = isRecord(stored) ? stored : {};
  const number = (key: keyof Settings, least: number, most: number) => {
    const value = from[key];
    const chosen = typeof value === "number" && Number.isFinite(value) ? value : null;
    return Math.min(most, Math.max(least, chosen ?? (DEFAULT_SETTINGS[key] as number)));
  };
  const flag = (key: keyof Settings) => (from[key] ?? DEFAULT_SETTINGS[key]) === true;
  const quality = QUALITIES.find((known) => known === from.quality);
  return {
    viewDistanceBlocks: number("viewDistanceBlocks", 64, 256),
    quality: quality ?? DEFAULT_SETTINGS.quality,
    sensitivity: number("sensitivity", 0.1, 5),
    invertPitch: flag("invertPitch"),
    volume: number("volume", 0, 1),
    fieldOfView: number("fieldOfView", 50, 110),
    thirdPerson: flag("thirdPerson"),
    budgetBytesPerSecond: number("budgetBytesPerSecond", 8_000, 512_000),
    bindings: mendedBindings(from.bindings),
  };
}

/** After a change: a key does one thing, so what held it before is left without. */
export function withoutDoubles(
  bindings: Record<Action, string>,
  before: Record<Action, string>,
): Record<Action, string> {
  const result = { ...bindings };
  for (const changed of ACTIONS) {
    if (bindings[changed] === before[changed] || bindings[changed] === UNBOUND) continue;
    for (const other of ACTIONS) {
      if (other !== changed && result[other] === bindings[changed]) result[other] = UNBOUND;
    }
  }
  return result;
}

/** What is newer than what was stored has its default key, unless the player has given that to something. */
function mendedBindings(stored: unknown): Record<Action, string> {
  const from = isRecord(stored) ? stored : {};
  const taken = ACTIONS.map((action) => from[action]);
  const bindings = { ...DEFAULT_BINDINGS };
  for (const action of ACTIONS) {
    const code = from[action];
    if (typeof code === "string") bindings[action] = code;
    else if (taken.includes(bindings[action])) bindings[action] = UNBOUND;
  }
  return bindings;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
