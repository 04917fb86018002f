//! What was done from this page since it was opened, below all pages: under way, done, or failed and why.

import { createSignal, For, Show } from "solid-js";
import type { DeedRecord } from "../model/deed_desk";
import { usePanel } from "./context";
import { Failure, Moment } from "./parts";

export function Deeds() {
  const panel = usePanel();
  const [isOpen, setOpen] = createSignal(false);
  const shown = () => (isOpen() ? panel.deeds.records : panel.deeds.records.slice(0, 1));
  return (
    <aside class="deeds" classList={{ empty: panel.deeds.records.length === 0 }} aria-label="What you did">
      <ol aria-live="polite">
        <For each={shown()}>{(record) => <DeedLine record={record} />}</For>
      </ol>
      <Show when={panel.deeds.records.length > 1}>
        <button class="link" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
          {isOpen() ? "Only the last" : `All ${panel.deeds.records.length}`}
        </button>
      </Show>
    </aside>
  );
}

const WORDS = { doing: "Under way", done: "Done", failed: "Failed" };

function DeedLine(props: { record: DeedRecord }) {
  return (
    <li class={`deed ${props.record.outcome}`}>
      <span class="deed-outcome">{WORDS[props.record.outcome]}</span>
      <span>
        <b>{props.record.title}</b> <span class="dim">(<Moment atMs={props.record.atMs} />)</span>
      </span>
      <span class="deed-effect">{props.record.effect}</span>
      <Show when={props.record.failure}>{(failure) => <Failure failure={failure()} />}</Show>
    </li>
  );
}
