//! At the title: the account's characters, one of them at a time, and making another.
import { createEffect, createMemo, createSignal, For, on, onMount, Show } from "solid-js";
import { CHARACTERS_MAX, type CharacterAnswer, type Roster, type RosterState } from "../../company";
import { anyLook, LookChoice, type Look } from "./LookChoice";
import { SureButton } from "../windows/SureButton";
import { Portrait } from "./Portrait";

const NAME_CHARS_MAX = 16;

export interface DialogProps {
  roster: Roster;
  state: RosterState;
  /** The one that is played, by its name. */
  chosen: string;
  choose(character: CharacterAnswer): void;
  close(): void;
}

export function CharactersDialog(props: DialogProps) {
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  const characters = createMemo(() => props.state.characters ?? []);
  const first = characters().find(({ name }) => name === props.chosen) ?? characters()[0];
  /** Null is a new one. */
  const [shown, setShown] = createSignal<string | null>(first?.character ?? null);
  const character = createMemo(() => characters().find((it) => it.character === shown()) ?? null);
  const hasRoom = () => characters().length < CHARACTERS_MAX;
  return (
    <dialog
      ref={dialog}
      class="panel account characters"
      aria-label="Characters"
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
    >
      <header class="panel-head">
        <h2>Characters</h2>
        <button class="button quiet" onClick={() => props.close()}>
          Done
        </button>
      </header>
      <div class="character-list" role="radiogroup" aria-label="Characters">
        <For each={characters()}>
          {(it) => (
            <button
              class="character-card"
              role="radio"
              aria-checked={shown() === it.character}
              onClick={() => setShown(it.character)}
            >
              <Portrait look={it.appearance} house={it.house} />
              <span>{it.name}</span>
            </button>
          )}
        </For>
        <Show when={hasRoom()}>
          <button
            id="new-character"
            class="character-card"
            role="radio"
            aria-checked={shown() === null}
            onClick={() => setShown(null)}
          >
            <span class="character-plus">+</span>
            <span>New</span>
          </button>
        </Show>
      </div>
      <Show when={character()?.character ?? "new"} keyed>
        <Sheet {...props} character={character()} show={setShown} />
      </Show>
      <p class={`word-line ${props.state.word?.kind ?? ""}`} role="status">
        {props.state.word?.text ?? ""}
      </p>
    </dialog>
  );
}

interface SheetProps extends DialogProps {
  character: CharacterAnswer | null;
  show(character: string | null): void;
}

/** One character, or one that is to be. */
function Sheet(props: SheetProps) {
  const [name, setName] = createSignal(props.character?.name ?? "");
  const [look, setLook] = createSignal<Look>(props.character ?? anyLook());
  createEffect(on(() => props.character, (it) => it && setLook(it), { defer: true }));
  const save = async (event: Event) => {
    event.preventDefault();
    const saved = await saveSheet(props, name().trim(), look());
    if (saved === null) return;
    props.choose(saved);
    props.show(saved.character);
  };
  const remove = async (character: CharacterAnswer) => {
    if (await props.roster.remove(character)) {
      props.show(props.roster.state.characters?.[0]?.character ?? null);
    }
  };
  return (
    <form class="character-sheet" onSubmit={(event) => void save(event)}>
      <label class="field">
        <span>Name</span>
        <input
          id="character-name"
          maxLength={NAME_CHARS_MAX}
          autocomplete="off"
          required
          value={name()}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <LookChoice look={look()} choose={setLook} />
      <div class="character-deeds">
        <button class="button primary" type="submit" disabled={props.state.isBusy}>
          {props.character === null ? "Create" : "Save"}
        </button>
        <Show when={props.character}>
          {(it) => (
            <SureButton
              label="Delete"
              sure="Really delete, for good"
              disabled={props.state.isBusy}
              act={() => void remove(it())}
            />
          )}
        </Show>
      </div>
    </form>
  );
}

/** What it is now, or null if something was refused. */
async function saveSheet(
  { roster, character }: SheetProps,
  name: string,
  { house, appearance }: Look,
): Promise<CharacterAnswer | null> {
  if (character === null) {
    if (!(await roster.create(name, house, appearance))) return null;
  } else {
    const { character: id } = character;
    if (!(await roster.dress(id, house, appearance))) return null;
    if (name !== character.name && !(await roster.rename(id, name))) return null;
  }
  return roster.state.characters?.find((it) => it.name === name) ?? null;
}
