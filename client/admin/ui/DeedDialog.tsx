//! One deed at a time: what it will do, what it needs, why; then what came of it.

import { createSignal, createUniqueId, For, onMount, Show } from "solid-js";
import type { DeedRecord } from "../model/deed_desk";
import { REASON_CHARACTERS_MAX, type Deed, type DeedField, type Values } from "../model/deeds";
import type { Explained } from "../model/words";
import { Failure } from "./parts";

export interface DeedDialogProps {
  deed: Deed;
  /** Of the deed before: one incident, one reason. */
  reason: string;
  run: (values: Values & { reason: string }) => Promise<DeedRecord | null>;
  close: () => void;
}

export function DeedDialog(props: DeedDialogProps) {
  const [isBusy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<Explained | null>(null);
  const title = createUniqueId();
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy()) return;
    setBusy(true);
    setFailure(null);
    const record = await props.run(valuesOf(event.target as HTMLFormElement));
    setBusy(false);
    if (record?.outcome === "done") props.close();
    else setFailure(record?.failure ?? STILL_BUSY);
  };
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
    >
      <form onSubmit={submit} aria-busy={isBusy()}>
        <h2 id={title}>{props.deed.title}</h2>
        <p>{props.deed.about}</p>
        <For each={props.deed.fields}>{(field) => <Field field={field} />}</For>
        <Reason hint={props.deed.reasonHint} reason={props.reason} />
        <div role="alert">
          <Show when={failure()}>{(told) => <Failure failure={told()} />}</Show>
        </div>
        <div class="dialog-ways">
          <button type="button" class="button" onClick={() => props.close()}>
            {isBusy() ? "Close; it goes on" : "Cancel"}
          </button>
          <button class="button primary" classList={{ grave: props.deed.isGrave }} disabled={isBusy()}>
            {isBusy() ? "Under way…" : props.deed.verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}

const STILL_BUSY: Explained = { title: "Another deed is still under way", details: ["Wait for what comes of it."] };

function Field(props: { field: DeedField }) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.field.label}</label>
      <Show
        when={props.field.options}
        fallback={
          <input
            id={id}
            name={props.field.name}
            value={props.field.value ?? ""}
            maxLength={props.field.charactersMax ?? -1}
            required
            autocomplete="off"
          />
        }
      >
        {(options) => (
          <select id={id} name={props.field.name}>
            <For each={options()}>
              {({ value, label }) => (
                <option value={value} selected={value === props.field.value}>
                  {label}
                </option>
              )}
            </For>
          </select>
        )}
      </Show>
    </div>
  );
}

function Reason(props: { hint: string; reason: string }) {
  const id = createUniqueId();
  let input!: HTMLInputElement;
  onMount(() => input.select());
  return (
    <div class="field">
      <label for={id}>Reason</label>
      <input
        ref={input}
        id={id}
        name="reason"
        value={props.reason}
        maxLength={REASON_CHARACTERS_MAX}
        required
        autofocus
        autocomplete="off"
        aria-describedby={`${id}-hint`}
      />
      <span id={`${id}-hint`} class="hint">
        {props.hint}
      </span>
    </div>
  );
}

function valuesOf(form: HTMLFormElement): Values & { reason: string } {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const values = Object.fromEntries(entries) as Record<string, string>;
  return { ...values, reason: (values["reason"] ?? "").trim() };
}
