//! One of both houses, or either.
import { For } from "solid-js";
import type { House } from "../../company";
import { HOUSES } from "./houses";

export function HouseChoice(props: { name: string; house: House; choose(house: House): void }) {
  return (
    <div class="segmented" role="radiogroup" aria-label={props.name}>
      <For each={HOUSES}>
        {(choice) => (
          <button
            type="button"
            role="radio"
            aria-checked={props.house === choice.house}
            class={`segment house-${choice.house}`}
            classList={{ chosen: props.house === choice.house }}
            onClick={() => props.choose(choice.house)}
          >
            {choice.label}
          </button>
        )}
      </For>
    </div>
  );
}
