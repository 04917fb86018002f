//! What the tabs share: a person in a line, and a name to type.
import { Show, type JSX } from "solid-js";
import type { Card } from "../../company";
import { Portrait } from "./Portrait";

const NAME_CHARS_MAX = 16;

interface PersonProps {
  card: Card;
  note: string;
  /** Whether a dot says that they are there; none where that is not known. */
  isThere?: boolean;
  isOwn?: boolean;
  children?: JSX.Element;
}

export function Person(props: PersonProps) {
  return (
    <li class="person" classList={{ own: props.isOwn === true }} data-name={props.card.name}>
      <Portrait look={props.card.appearance} house={props.card.house} />
      <span class="person-words">
        <b>
          {props.card.name}
          <Show when={props.isThere !== undefined}>
            <i
              class="presence"
              classList={{ there: props.isThere === true }}
              role="img"
              aria-label={props.isThere ? "online" : "offline"}
            />
          </Show>
        </b>
        <span class="dim">{props.note}</span>
      </span>
      <span class="person-deeds">{props.children}</span>
    </li>
  );
}

interface NameFormProps {
  id: string;
  label: string;
  submit: string;
  disabled: boolean;
  /** Whether it was done: the field is empty then. */
  act(name: string): Promise<boolean>;
}

export function NameForm(props: NameFormProps) {
  let field!: HTMLInputElement;
  const submit = async (event: Event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (name === "") return field.focus();
    if (await props.act(name)) field.value = "";
    field.focus();
  };
  return (
    <form class="name-form" onSubmit={(event) => void submit(event)}>
      <input
        ref={field}
        id={props.id}
        maxLength={NAME_CHARS_MAX}
        autocomplete="off"
        aria-label={props.label}
        placeholder={props.label}
      />
      <button class="button primary" type="submit" disabled={props.disabled}>
        {props.submit}
      </button>
    </form>
  );
}

export function SmallButton(props: { label: string; disabled: boolean; act(): void }) {
  return (
    <button class="button small" disabled={props.disabled} onClick={() => props.act()}>
      {props.label}
    </button>
  );
}
