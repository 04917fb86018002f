import { createMemo, Index, Show } from "solid-js";
import type { PartProps } from "./App";
import { bannerName } from "./names";

const TICKS_PER_SECOND = 20;
const KEEP = 255;

/** Who did it, how long to wait, and where to come back. */
export function DeathScreen(props: PartProps) {
  const seconds = createMemo(() => Math.ceil(props.model().own.respawnTicks / TICKS_PER_SECOND));
  const banners = createMemo(() => props.model().battle.banners);
  const ready = createMemo(() => seconds() === 0);
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
      <p class="dim">{ready() ? "Choose where to rise" : `Rise again in ${seconds()}`}</p>
      <div class="row wrap">
        <button class="button primary" onClick={() => props.actions.respawn(KEEP)}>
          Own keep
        </button>
        <Index each={banners()}>
          {(banner, index) => (
            <button
              class="button"
              disabled={banner().owner !== props.model().own.house}
              onClick={() => props.actions.respawn(index)}
            >
              {bannerName(index)}
            </button>
          )}
        </Index>
      </div>
    </div>
  );
}
