//! On the title, for who is signed in: the account's characters, and the way to change them.
import { For, Show } from "solid-js";
import type { CharacterAnswer, RosterState } from "../../company";
import { Portrait } from "./Portrait";

export function CharacterChoice(props: {
  state: RosterState;
  chosen: string;
  choose(character: CharacterAnswer): void;
  open(): void;
}) {
  return (
    <Show when={props.state.characters}>
      {(characters) => (
        <div class="character-choice">
          <div class="character-list" role="radiogroup" aria-label="Character">
            <For each={characters()}>
              {(it) => (
                <button
                  type="button"
                  class="character-card"
                  role="radio"
                  aria-checked={props.chosen === it.name}
                  onClick={() => props.choose(it)}
                >
                  <Portrait look={it.appearance} house={it.house} />
                  <span>{it.name}</span>
                </button>
              )}
            </For>
          </div>
          <button id="characters" class="link" type="button" onClick={() => props.open()}>
            {characters().length === 0 ? "Create a character" : "Change characters"}
          </button>
        </div>
      )}
    </Show>
  );
}
