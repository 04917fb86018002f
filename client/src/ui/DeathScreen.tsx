import { createEffect, createMemo, For, on, onCleanup, onMount, Show } from "solid-js";
import { SLOT } from "../world/state";
import type { PartProps } from "./App";
import { bannerName } from "./names";

const TICKS_PER_SECOND = 20;
const KEEP = 255;

/** Who did it, how long to wait, and where to come back: by number, as the mouse may be captured. */
export function DeathScreen(props: PartProps) {
  const seconds = createMemo(() => Math.ceil(props.model().own.respawnTicks / TICKS_PER_SECOND));
  const ready = createMemo(() => seconds() === 0);
  const places = createMemo(() => [KEEP, ...props.model().battle.banners.map((_, index) => index)]);
  const isOwned = (place: number) =>
    place === KEEP || props.model().battle.banners[place]?.owner === props.model().own.house;
  /** A banner that was lost since is not where one rises. */
  const chosen = createMemo(() => {
    const wanted = props.model().respawnBanner;
    return isOwned(wanted) ? wanted : KEEP;
  });
  const choose = (place: number | undefined) => {
    if (place !== undefined && isOwned(place)) props.actions.respawn(place);
  };
  chooseByNumber((number) => choose(places()[number - 1]));
  chooseByShoulder(props, (by) => {
    const owned = places().filter(isOwned);
    choose(owned[(owned.indexOf(chosen()) + by + owned.length) % owned.length]);
  });
  return (
    <div class="death" id="death" role="dialog" aria-label="You fell">
      <h2>You fell</h2>
      <Show when={props.model().killedBy}>
        {(by) => (
          <p>
            <b>{by().name}</b> · {by().weapon}
          </p>
        )}
      </Show>
      <p class="dim">{ready() ? "Rising" : `You rise again in ${seconds()}`}</p>
      <div class="row wrap">
        <For each={places()}>
          {(place, index) => (
            <button
              class="button"
              classList={{ primary: chosen() === place }}
              aria-pressed={chosen() === place}
              disabled={!isOwned(place)}
              onClick={() => choose(place)}
            >
              <kbd>{index() + 1}</kbd> {place === KEEP ? "Own camp" : bannerName(place)}
            </button>
          )}
        </For>
      </div>
    </div>
  );
}

/** On a gamepad what goes through the slots goes through the places too. */
function chooseByShoulder(props: PartProps, step: (by: number) => void): void {
  const slot = createMemo(() => props.model().own.slot);
  const move = (now: number, before: number | undefined) => {
    if (before === undefined || props.model().device !== "gamepad") return;
    step((now - before + SLOT.COUNT) % SLOT.COUNT < SLOT.COUNT / 2 ? 1 : -1);
  };
  createEffect(on(slot, move, { defer: true }));
}

/** Takes the digits while it is shown: what they put in hand can wait. */
function chooseByNumber(choose: (number: number) => void): void {
  const onKey = (event: KeyboardEvent) => {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (!digit || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    choose(Number(digit[1]));
  };
  onMount(() => window.addEventListener("keydown", onKey, true));
  onCleanup(() => window.removeEventListener("keydown", onKey, true));
}
