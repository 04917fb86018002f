//! What the player has, over the battle, which goes on: bag, crafting, chest and trade, a tab each.
import { createMemo, For, Match, onCleanup, onMount, Show, Switch, type Accessor } from "solid-js";
import type { Belongings, BelongingsState, Holdings } from "../../belongings";
import type { GameActions, PadPress } from "../../world/state";
import { BagTab } from "./BagTab";
import { ChestTab } from "./ChestTab";
import { CraftingTab } from "./CraftingTab";
import { focusToward } from "./focus_ways";
import { TradeTab } from "./TradeTab";

export const TABS = ["Bag", "Crafting", "Chest", "Trade"] as const;
export type Tab = (typeof TABS)[number];

export interface WindowProps {
  belongings: Belongings;
  state: BelongingsState;
  actions: GameActions;
  playersNear: readonly string[];
  tab: Accessor<Tab>;
  setTab(tab: Tab): void;
  /** The key that opens and closes it, as `KeyboardEvent.code`. */
  keyCode: string;
  close(): void;
}

/** What every tab is given. */
export interface TabProps {
  belongings: Belongings;
  state: BelongingsState;
  has: Holdings;
  actions: GameActions;
  playersNear: readonly string[];
}

/** The browser keeps the focus inside; keys that are pressed here move no body. */
export function BelongingsWindow(props: WindowProps) {
  let dialog!: HTMLDialogElement;
  onMount(() => {
    dialog.showModal();
    focusTab(dialog);
    props.belongings.open();
    props.actions.watchPad((press) => pressPad(press, dialog, props));
  });
  onCleanup(() => {
    props.belongings.close();
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
      class="panel belongings"
      aria-label="Belongings"
      onKeyDown={onKey}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
      onClick={(event) => event.target === dialog && props.close()}
    >
      <div class="belongings-inside">
        <header class="belongings-head">
          <TabList {...props} />
          <button class="close" aria-label="Close" onClick={() => props.close()}>
            ×
          </button>
        </header>
        <TroubleLine {...props} />
        <div class="belongings-body" role="tabpanel" id="belongings-panel" aria-label={props.tab()}>
          <Body {...props} />
        </div>
        <WordLine state={props.state} />
      </div>
    </dialog>
  );
}

function TabList(props: WindowProps) {
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
    if (by === undefined) return;
    event.preventDefault();
    turnTab(by, props);
    focusTab(event.currentTarget as HTMLElement);
  };
  return (
    <div class="tabs" role="tablist" aria-label="Belongings" onKeyDown={step}>
      <For each={TABS}>
        {(tab) => (
          <button
            class="tab"
            role="tab"
            aria-selected={props.tab() === tab}
            aria-controls="belongings-panel"
            tabIndex={props.tab() === tab ? 0 : -1}
            onClick={() => props.setTab(tab)}
          >
            {tab}
            <Show when={tab === "Trade" && props.state.trade?.end === null}>
              <span class="tab-mark" aria-label="goes on" />
            </Show>
          </button>
        )}
      </For>
    </div>
  );
}

function Body(props: WindowProps) {
  const tab = createMemo(() => props.tab());
  return (
    <Show when={props.state.has} fallback={<p class="belongings-none dim">{waitingWords(props)}</p>}>
      {(has) => (
        <Switch>
          <Match when={tab() === "Bag"}>
            <BagTab {...props} has={has()} />
          </Match>
          <Match when={tab() === "Crafting"}>
            <CraftingTab {...props} has={has()} />
          </Match>
          <Match when={tab() === "Chest"}>
            <ChestTab {...props} has={has()} />
          </Match>
          <Match when={tab() === "Trade"}>
            <TradeTab {...props} has={has()} />
          </Match>
        </Switch>
      )}
    </Show>
  );
}

function waitingWords({ state }: WindowProps): string {
  return state.trouble === "" ? "Looking what you have…" : "";
}

function TroubleLine(props: WindowProps) {
  return (
    <Show when={props.state.trouble}>
      <p class="trouble-line" role="alert">
        {props.state.troubleText}
        <Show when={props.state.trouble !== "nobody"}>
          <button class="link" type="button" onClick={() => void props.belongings.look()}>
            Try now
          </button>
        </Show>
      </p>
    </Show>
  );
}

/** What became of the newest wish. */
function WordLine(props: { state: BelongingsState }) {
  return (
    <p class={`word-line ${props.state.word?.kind ?? ""}`} role="status">
      {props.state.word?.text ?? ""}
    </p>
  );
}

function turnTab(by: number, { tab, setTab }: WindowProps): void {
  const next = TABS[(TABS.indexOf(tab()) + by + TABS.length) % TABS.length];
  if (next) setTab(next);
}

/** Of the tab that is shown. */
function focusTab(within: HTMLElement): void {
  queueMicrotask(() => within.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
}

function pressPad(press: PadPress, dialog: HTMLDialogElement, props: WindowProps): void {
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
