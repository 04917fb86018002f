//! What to look at first, above every page; nothing where all is well.

import { createMemo, For, Show } from "solid-js";
import { warningsOf } from "../model/attention";
import { hashOf } from "../model/pages";
import { usePanel } from "./context";

/** More of them say no more. */
const SHOWN_MAX = 6;

export function Attention() {
  const { live } = usePanel();
  const warnings = createMemo(() => (live.overview === null ? [] : warningsOf(live.overview)));
  return (
    <Show when={warnings().length > 0}>
      <ul class="attention" aria-label="Look at this first">
        <For each={warnings().slice(0, SHOWN_MAX)}>
          {({ grade, text, page }) => (
            <li class={grade}>
              <a href={hashOf(page)}>{text}</a>
            </li>
          )}
        </For>
        <Show when={warnings().length > SHOWN_MAX}>
          <li class="dim">and {warnings().length - SHOWN_MAX} more</li>
        </Show>
      </ul>
    </Show>
  );
}
