//! The configuration: edited here, checked by the service, changed only with its difference in sight, undone.

import { createEffect, createSignal, For, on, Show } from "solid-js";
import { asProblem } from "../../../src/account";
import type { Config, ConfigChange, ConfigCheck, DiffLine } from "../../api";
import { putConfig, undoConfig } from "../../model/deeds";
import { folded } from "../../model/diff";
import { explained, type Explained } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { AccountLink, DeedButton, Failure, Moment, Section, Told } from "../parts";

export function ConfigPage() {
  const { api } = usePanel();
  const asked = createAsked(() => api.config);
  return (
    <Told asked={asked}>
      {(config) => (
        <>
          <Editor config={config()} />
          <Changes changes={config().changes} />
        </>
      )}
    </Told>
  );
}

function Editor(props: { config: Config }) {
  const { api } = usePanel();
  const [text, setText] = createSignal(props.config.text);
  const [checked, setChecked] = createSignal<{ text: string; check: ConfigCheck } | null>(null);
  const [failure, setFailure] = createSignal<Explained | null>(null);
  createEffect(on(() => props.config.digest, () => (setChecked(null), setText(props.config.text)), { defer: true }));
  const check = async () => {
    const looked = text();
    setFailure(null);
    try {
      setChecked({ text: looked, check: await api.checkConfig(looked) });
    } catch (error) {
      setFailure(explained(asProblem(error)));
    }
  };
  /** Only what was looked at may be changed. */
  const fresh = () => (checked()?.text === text() ? checked() : null);
  return (
    <Section title="Configuration" about={<span class="mono">{props.config.path}</span>}>
      <textarea
        class="config"
        aria-label="Configuration"
        spellcheck={false}
        rows={18}
        placeholder="Nothing is set: all is as it comes. `voxelheim config example` prints all that may stand here."
        value={text()}
        onInput={(event) => setText(event.target.value)}
      />
      <div role="status">
        <Show when={failure()}>{(told) => <Failure failure={told()} />}</Show>
        <Show when={fresh()}>{(told) => <Check check={told().check} />}</Show>
      </div>
      <div class="deed-buttons">
        <button class="button" disabled={text() === props.config.text} onClick={() => void check()}>
          Show the difference
        </button>
        <DeedButton
          action="config.put"
          isOff={fresh()?.check.isRight !== true}
          deed={() => putConfig(api, text(), props.config.digest)}
        >
          Change it…
        </DeedButton>
      </div>
    </Section>
  );
}

function Check(props: { check: ConfigCheck }) {
  return (
    <>
      <Show when={props.check.trouble}>
        {(trouble) => <Failure failure={{ title: "This is no configuration", details: [trouble()] }} />}
      </Show>
      <Diff lines={props.check.diff} />
      <Show when={props.check.needsRestart.length > 0}>
        <p class="needs-restart">Holds only after a restart: {props.check.needsRestart.join(", ")}</p>
      </Show>
    </>
  );
}

const MARKS = { same: " ", gone: "−", new: "+", fold: "…" };

function Diff(props: { lines: readonly DiffLine[] }) {
  return (
    <ol class="diff" aria-label="Difference">
      <For each={folded(props.lines)} fallback={<li class="same">Nothing is different.</li>}>
        {({ kind, text }) => (
          <li class={kind}>
            <span class="diff-mark">{MARKS[kind]}</span>
            {text}
          </li>
        )}
      </For>
    </ol>
  );
}

function Changes(props: { changes: readonly ConfigChange[] }) {
  const { api } = usePanel();
  return (
    <Section
      title="Changes, the newest first"
      tools={
        <DeedButton action="config.undo" isOff={props.changes.length === 0} deed={() => undoConfig(api)}>
          Undo the newest…
        </DeedButton>
      }
    >
      <ol class="cards">
        <For each={props.changes} fallback={<li class="dim">None was made here.</li>}>
          {(change) => (
            <li>
              <Moment atMs={change.atMs} />, <AccountLink account={change.by} />
              {change.isUndo ? " undid" : ""}: {change.reason}
            </li>
          )}
        </For>
      </ol>
    </Section>
  );
}
