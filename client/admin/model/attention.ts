//! What an operator should look at first, read from the world as it is.

import { capitalised } from "../../src/account";
import type { Overview } from "../api";
import { count, micros, permille } from "./words";

/** 20 ticks a second leave 50 ms each; beyond it time is dilated. */
export const TICK_US_MAX = 50_000;
/** From here on a shard is soon too busy: the controller acts at its own mark, which is near. */
const LOAD_PERMILLE_HIGH = 850;
/** A line a second is sent. */
export const STALE_MS = 4_000;

export interface Warning {
  /** `bad` hurts players now; `watch` may soon. */
  grade: "bad" | "watch";
  text: string;
  /** The page that shows it. */
  page: "map" | "world" | "backends";
}

/** The worst first. */
export function warningsOf(overview: Overview): Warning[] {
  const found = [
    ...backendWarnings(overview),
    ...shardWarnings(overview),
    ...edgeWarnings(overview),
    // Of who does not answer: what hangs on it stands still, and nobody knows how it is.
    ...overview.troubles.map((text): Warning => ({ grade: "bad", text: capitalised(text), page: "world" })),
  ];
  return found.sort((one, other) => one.grade.localeCompare(other.grade));
}

function backendWarnings({ backends }: Overview): Warning[] {
  const unwell = backends.filter(({ isWell }) => !isWell);
  return unwell.map(({ id, trouble }) => {
    const text = trouble === null ? `${id} is not well` : `${id}: ${trouble}`;
    return { grade: "bad", text, page: "backends" };
  });
}

function shardWarnings({ pods }: Overview): Warning[] {
  return pods.flatMap(({ shards }) => shards).flatMap(({ id, tickUsP99, loadPermille }): Warning[] => {
    if (tickUsP99 > TICK_US_MAX) {
      const text = `Shard ${id}: tick p99 is ${micros(tickUsP99)}, of ${micros(TICK_US_MAX)} that there are`;
      return [{ grade: "bad", text, page: "map" }];
    }
    if (!(loadPermille > LOAD_PERMILLE_HIGH)) return [];
    return [{ grade: "watch", text: `Shard ${id} is at ${permille(loadPermille)} of its limits`, page: "map" }];
  });
}

function edgeWarnings({ edges, players }: Overview): Warning[] {
  const overloaded = edges.filter(({ overloadStep }) => overloadStep > 0);
  const warnings = overloaded.map(({ id, overload, overloadStep }): Warning => {
    const text = `${id} holds step ${overloadStep} against overload: ${overload.replaceAll("_", " ")}`;
    return { grade: overloadStep > 2 ? "bad" : "watch", text, page: "world" };
  });
  if (!(players.waiting > 0)) return warnings;
  return [...warnings, { grade: "bad", text: `${count(players.waiting)} players wait to be let in`, page: "world" }];
}
