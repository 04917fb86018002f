import { createMemo, For } from "solid-js";
import type { PartProps } from "./App";
import { WeaponIcon } from "./icons";

const SHOWN_MS = 7000;
const SHOWN_COUNT_MAX = 6;

/** The newest deaths that concern this player, newest at the bottom. */
export function KillFeed(props: PartProps) {
  const entries = createMemo(() => {
    const now = performance.now();
    return props
      .model()
      .killFeed.filter((entry) => now - entry.atMs < SHOWN_MS)
      .slice(-SHOWN_COUNT_MAX);
  });
  return (
    <ol class="kill-feed" id="kill-feed" aria-live="polite">
      <For each={entries()}>
        {(entry) => (
          <li classList={{ own: entry.own }}>
            <span class={`feed-name house-${entry.killerHouse}`}>{entry.killer}</span>
            <WeaponIcon weapon={entry.weapon} />
            <span class={`feed-name house-${entry.targetHouse}`}>{entry.target}</span>
          </li>
        )}
      </For>
    </ol>
  );
}
