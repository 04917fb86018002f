//! Keys: "g" and a letter goes to a page, "/" to the page's search, "?" lists them.

import { For, onCleanup, onMount } from "solid-js";
import type { PageId, pagesOf } from "../model/pages";

type Pages = ReturnType<typeof pagesOf>;
/** Between "g" and the letter. */
const CHORD_MS_MAX = 1_500;

export function watchKeys(pages: Pages, ways: { go: (page: PageId) => void; help: () => void }): void {
  let chordMs = -Infinity;
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return;
    if (event.timeStamp - chordMs < CHORD_MS_MAX) {
      chordMs = -Infinity;
      const page = pages.find(({ key }) => key === event.key);
      if (page !== undefined) ways.go(page.id);
      return;
    }
    if (event.key === "g") chordMs = event.timeStamp;
    if (event.key === "?") ways.help();
    if (event.key === "/") focusSearch(event);
  };
  window.addEventListener("keydown", press);
  onCleanup(() => window.removeEventListener("keydown", press));
}

/** By who types, and by a dialog. */
function isTaken(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}

function focusSearch(event: Event): void {
  const search = document.querySelector<HTMLInputElement>("main input[type=search]");
  if (search === null) return;
  event.preventDefault();
  search.focus();
}

export function Shortcuts(props: { pages: Pages; close: () => void }) {
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="shortcuts-title" onClose={() => props.close()}>
      <h2 id="shortcuts-title">Keys</h2>
      <dl class="facts keys">
        <For each={props.pages}>
          {({ key, title }) => (
            <>
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{title}</dd>
            </>
          )}
        </For>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>The page's search</dd>
        <dt>
          <kbd>arrows</kbd>
        </dt>
        <dd>From region to region on the map</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>Close a dialog; nothing is done</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>This list</dd>
      </dl>
      <form method="dialog" class="dialog-ways">
        <button class="button primary" autofocus>
          Close
        </button>
      </form>
    </dialog>
  );
}
