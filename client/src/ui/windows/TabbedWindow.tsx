//! A window over the battle, which goes on: tabs, what is wrong, what is shown, and what became of the newest
//! wish. The browser keeps the focus inside; keys that are pressed here move no body.
import { For, onCleanup, onMount, Show, type Accessor, type JSX } from "solid-js";
import type { GameActions, PadPress } from "../../world/state";
import { focusToward } from "./focus_ways";

export interface TabbedProps<Tab extends string> {
  /** For the ear. */
  name: string;
  /** A class of its own. */
  kind: string;
  tabs: readonly Tab[];
  tab: Accessor<Tab>;
  setTab(tab: Tab): void;
  /** The tab where something waits or goes on, and what that is called. */
  mark: (tab: Tab) => string | null;
  actions: GameActions;
  /** The key that opens and closes it, as `KeyboardEvent.code`. */
  keyCode: string;
  opened(): void;
  closed(): void;
  close(): void;
  troubleText: string;
  /** Null where trying again does not help. */
  retry: (() => void) | null;
  word: { kind: string; text: string } | null;
  children: JSX.Element;
}

export function TabbedWindow<Tab extends string>(props: TabbedProps<Tab>) {
  let dialog!: HTMLDialogElement;
  onMount(() => {
    dialog.showModal();
    focusTab(dialog);
    props.opened();
    props.actions.watchPad((press) => pressPad(press, dialog, props));
  });
  onCleanup(() => {
    props.closed();
    props.actions.watchPad(null);
  });
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
    if (event.code !== props.keyCode || isTyping) return;
    event.preventDefault();
    props.close();
  };
  return (
    <dialog
      ref={dialog}
      class={`panel window ${props.kind}`}
      aria-label={props.name}
      onKeyDown={onKey}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
      onClick={(event) => event.target === dialog && props.close()}
    >
      <div class="window-inside">
        <header class="window-head">
          <TabList {...props} />
          <button class="close" aria-label="Close" onClick={() => props.close()}>
            ×
          </button>
        </header>
        <Show when={props.troubleText}>
          <p class="trouble-line" role="alert">
            {props.troubleText}
            <Show when={props.retry}>
              {(retry) => (
                <button class="link" type="button" onClick={() => retry()()}>
                  Try now
                </button>
              )}
            </Show>
          </p>
        </Show>
        <div class="window-body" role="tabpanel" id={`${props.kind}-panel`} aria-label={props.tab()}>
          {props.children}
        </div>
        <p class={`word-line ${props.word?.kind ?? ""}`} role="status">
          {props.word?.text ?? ""}
        </p>
      </div>
    </dialog>
  );
}

function TabList<Tab extends string>(props: TabbedProps<Tab>) {
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
    if (by === undefined) return;
    event.preventDefault();
    turnTab(by, props);
    focusTab(event.currentTarget as HTMLElement);
  };
  return (
    <div class="tabs" role="tablist" aria-label={props.name} onKeyDown={step}>
      <For each={props.tabs}>
        {(tab) => (
          <button
            class="tab"
            role="tab"
            aria-selected={props.tab() === tab}
            aria-controls={`${props.kind}-panel`}
            tabIndex={props.tab() === tab ? 0 : -1}
            onClick={() => props.setTab(tab)}
          >
            {tab}
            <Show when={props.mark(tab)}>
              {(words) => <span class="tab-mark" aria-label={words()} />}
            </Show>
          </button>
        )}
      </For>
    </div>
  );
}

function turnTab<Tab extends string>(by: number, { tabs, tab, setTab }: TabbedProps<Tab>): void {
  const next = tabs[(tabs.indexOf(tab()) + by + tabs.length) % tabs.length];
  if (next !== undefined) setTab(next);
}

/** Of the tab that is shown. */
function focusTab(within: HTMLElement): void {
  queueMicrotask(() => within.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
}

function pressPad<Tab extends string>(
  press: PadPress,
  dialog: HTMLDialogElement,
  props: TabbedProps<Tab>,
): void {
  const focused = document.activeElement;
  switch (press) {
    case "accept":
      if (focused instanceof HTMLElement && dialog.contains(focused)) focused.click();
      return;
    case "back":
      return props.close();
    case "nextTab":
    case "previousTab":
      turnTab(press === "nextTab" ? 1 : -1, props);
      return focusTab(dialog);
    default:
      focusToward(dialog, press);
  }
}
