//! When the window of belongings is open and which tab it shows; and when a trade is looked for while it is not.
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { Belongings, BelongingsState } from "../../belongings";
import { CHANNEL } from "../../wire/link";
import type { PartProps } from "../App";
import { keyLabel } from "../keys";
import type { Tab } from "./BelongingsWindow";

export interface BelongingsDoor {
  state: Accessor<BelongingsState>;
  isOpen: Accessor<boolean>;
  tab: Accessor<Tab>;
  setTab(tab: Tab): void;
  /** Opens the window where the trade is. */
  openTrade(): void;
  keyName: Accessor<string>;
}

export function createBelongingsDoor(
  props: PartProps & { belongings: Belongings },
): BelongingsDoor {
  const state = watched(props.belongings);
  const [tab, setTab] = createSignal<Tab>("Bag");
  const phase = createMemo(() => props.model().phase);
  const isJoined = createMemo(() => phase() === "joined");
  // It comes back after a link that was lost, or a move to another server.
  const isLeft = createMemo(() => phase() === "title" || phase() === "refused");
  const isOpen = createMemo(() => isJoined() && props.model().belongingsOpen);
  // A trade is what one was called for.
  const isTrading = createMemo(() => state().trade?.end === null);
  createEffect(on(isTrading, (trading) => trading && !isOpen() && setTab("Trade")));
  createEffect(() => {
    // A trade from before a reload goes on.
    if (isJoined()) void props.belongings.look();
    if (isLeft()) props.actions.showBelongings(false);
  });
  onCleanup(() => props.actions.showBelongings(false));
  lookWhenWhispered(props);
  return {
    state,
    isOpen,
    tab,
    setTab,
    openTrade: () => {
      setTab("Trade");
      props.actions.showBelongings(true);
    },
    keyName: () => keyLabel(props.model().settings.bindings.belongings),
  };
}

/** Who wants to trade whispers: no trade needs to be asked after in vain. */
function lookWhenWhispered(props: PartProps & { belongings: Belongings }): void {
  const newest = createMemo(() => {
    const isCall = ({ channel, own }: { channel: number; own: boolean }) =>
      channel === CHANNEL.WHISPER && !own;
    return props.model().talk.lines.findLast(isCall)?.number ?? 0;
  });
  createEffect(on(newest, (number) => void (number > 0 && props.belongings.look())));
}

function watched(belongings: Belongings): Accessor<BelongingsState> {
  const [state, setState] = createSignal(belongings.state);
  onCleanup(belongings.subscribe(setState));
  return state;
}
