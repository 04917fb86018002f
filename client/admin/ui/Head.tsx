//! Above all pages: whether what is shown is true right now, the world in a few figures, and who looks.

import { Show } from "solid-js";
import { STALE_MS } from "../model/attention";
import { count, explained, seconds } from "../model/words";
import { usePanel } from "./context";
import { ThemeButton } from "./ThemeButton";

export function Head(props: { signOut: () => void; help: () => void; retry: () => void }) {
  const { live, staff } = usePanel();
  return (
    <header class="head">
      <h1>
        VoxelHeim <span>operations</span>
      </h1>
      <Pulse retry={props.retry} />
      <Show when={live.overview}>
        {(overview) => (
          <ul class="head-figures" aria-label="The world">
            <li>
              <b class="figure">{count(overview().players.inWorld)}</b> in the world
            </li>
            <li>
              <b class="figure">{count(overview().players.connected)}</b> connected
            </li>
            <li>
              <b class="figure">{count(overview().players.waiting)}</b> waiting
            </li>
            <li>
              tick <b class="figure">{count(overview().tick)}</b>
            </li>
          </ul>
        )}
      </Show>
      <div class="head-ways">
        <span class="role">{staff.role}</span>
        <ThemeButton />
        <button class="button quiet" onClick={() => props.help()}>
          Keys
        </button>
        <button class="button quiet" onClick={() => props.signOut()}>
          Sign out
        </button>
      </div>
    </header>
  );
}

/** Nobody may take an old picture for the world as it is. */
function Pulse(props: { retry: () => void }) {
  const { live, nowMs } = usePanel();
  const ageMs = () => (live.heardMs === 0 ? NaN : Math.max(0, nowMs() - live.heardMs));
  const isStale = () => live.stream.phase !== "live" || ageMs() > STALE_MS;
  const words = () => {
    if (!isStale()) return "Live";
    const age = Number.isNaN(ageMs()) ? "" : `, ${seconds(ageMs() / 1_000)} old`;
    if (live.stream.phase === "lost") return `Lost${age}: ${explained(live.stream.problem).title}`;
    return live.stream.phase === "connecting" ? "Connecting…" : `Silent${age}`;
  };
  return (
    <span class="pulse" classList={{ stale: isStale() }}>
      <span role="status">{words()}</span>
      <Show when={live.stream.phase === "lost"}>
        <button class="link" onClick={() => props.retry()}>
          Try now
        </button>
      </Show>
    </span>
  );
}
