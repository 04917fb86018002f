//! What to look at first, above every page; nothing where all is well.

import { createEffect, createMemo, Index, onCleanup, Show } from "solid-js";
import { warningsOf } from "../model/attention";
import { hashOf } from "../model/pages";
import { usePanel } from "./context";

/** Of the tab, which tells of trouble while one looks elsewhere. */
const TITLE = "VoxelHeim operations";
/** More of them say no more. */
const SHOWN_MAX = 6;

export function Attention() {
  const { live } = usePanel();
  const warnings = createMemo(() => (live.overview === null ? [] : warningsOf(live.overview)));
  const badCount = () => warnings().filter(({ grade }) => grade === "bad").length;
  createEffect(() => (document.title = badCount() > 0 ? `(${badCount()}) ${TITLE}` : TITLE));
  onCleanup(() => (document.title = TITLE));
  return (
    <Show when={warnings().length > 0}>
      <ul class="attention" aria-label="Look at this first">
        <Index each={warnings().slice(0, SHOWN_MAX)}>
          {(warning) => (
            <li class={warning().grade}>
              <a href={hashOf(warning().page)}>{warning().text}</a>
            </li>
          )}
        </Index>
        <Show when={warnings().length > SHOWN_MAX}>
          <li class="dim">and {warnings().length - SHOWN_MAX} more</li>
        </Show>
      </ul>
    </Show>
  );
}
