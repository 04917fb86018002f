import { Match, Show, Switch } from "solid-js";
import type { PartProps } from "./App";

/** Says what the connection is doing, over the battle or before it. */
export function ConnectionOverlay(props: PartProps) {
  const phase = () => props.model().phase;
  return (
    <div class="veil" role="alert" id="overlay" data-phase={phase()}>
      <div class="panel narrow">
        <Switch>
          <Match when={phase() === "connecting"}>
            <h2>Marching to the field…</h2>
            <div class="march" aria-hidden="true" />
            <p>{props.model().message || "Opening the connection and loading the land around you."}</p>
          </Match>
          <Match when={phase() === "waiting"}>
            <h2 id="position">{props.model().message}</h2>
            <div class="march" aria-hidden="true" />
            <p>The battle has no room just now. You come in as soon as it is your turn.</p>
            <p class="dim">Should the connection break, or this page be reloaded, your place is kept for two minutes.</p>
            <div class="row">
              <button class="button quiet" onClick={() => props.actions.leave()}>
                Back to the title
              </button>
            </div>
          </Match>
          <Match when={phase() === "moving"}>
            <h2>Through another gate…</h2>
            <div class="march" aria-hidden="true" />
            <p>This server makes way, and the next one takes you in. Your body waits for you.</p>
          </Match>
          <Match when={phase() === "lost"}>
            <h2>Connection lost</h2>
            <div class="march" aria-hidden="true" />
            <p>{props.model().message || "The server does not answer. Your body waits for you."}</p>
            <Show when={props.model().retrySeconds > 0} fallback={<p class="dim">Trying again…</p>}>
              <p class="dim">Trying again in {Math.ceil(props.model().retrySeconds)} s</p>
            </Show>
            <div class="row">
              <button class="button primary" onClick={() => props.actions.retry()}>
                Try now
              </button>
              <button class="button quiet" onClick={() => props.actions.leave()}>
                Back to the title
              </button>
            </div>
          </Match>
          <Match when={phase() === "refused"}>
            <h2>The gate is closed</h2>
            <p id="refusal">{props.model().message}</p>
            <div class="row">
              <button class="button primary" onClick={() => window.location.reload()}>
                Reload the page
              </button>
              <button class="button quiet" onClick={() => props.actions.leave()}>
                Back to the title
              </button>
            </div>
          </Match>
        </Switch>
      </div>
    </div>
  );
}
