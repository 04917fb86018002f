//! What the player has, over the battle, which goes on: bag, crafting, chest and trade, a tab each.
import { createMemo, Match, Show, Switch, type Accessor } from "solid-js";
import type { Belongings, BelongingsState, Holdings } from "../../belongings";
import type { GameActions } from "../../world/state";
import { TabbedWindow } from "../windows/TabbedWindow";
import { BagTab } from "./BagTab";
import { ChestTab } from "./ChestTab";
import { CraftingTab } from "./CraftingTab";
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

export function BelongingsWindow(props: WindowProps) {
  const isTrading = () => props.state.trade?.end === null;
  const look = () => void props.belongings.look();
  return (
    <TabbedWindow
      name="Belongings"
      kind="belongings"
      tabs={TABS}
      tab={props.tab}
      setTab={props.setTab}
      mark={(tab) => (tab === "Trade" && isTrading() ? "goes on" : null)}
      actions={props.actions}
      keyCode={props.keyCode}
      opened={() => props.belongings.open()}
      closed={() => props.belongings.close()}
      close={props.close}
      troubleText={props.state.troubleText}
      retry={props.state.trouble === "nobody" ? null : look}
      word={props.state.word}
    >
      <Body {...props} />
    </TabbedWindow>
  );
}

function Body(props: WindowProps) {
  const tab = createMemo(() => props.tab());
  return (
    <Show when={props.state.has} fallback={<p class="window-none dim">{waitingWords(props)}</p>}>
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
