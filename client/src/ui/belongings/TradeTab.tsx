//! A trade with another player, from the asking to the end.
import { createSignal, For, Match, Show, Switch } from "solid-js";
import { CHANNEL } from "../../wire/link";
import type { TradeEnd } from "../../belongings";
import type { TabProps } from "./BelongingsWindow";
import { OpenTrade } from "./OpenTrade";

const INVITATION = "Shall we trade? Open your belongings to see what I offer.";
const ENDS: Record<TradeEnd, string> = {
  done: "The trade is done. What you got is in your bag.",
  cancelled: "The trade was cancelled. Everybody keeps what they had.",
  timed_out: "Nobody did anything for two minutes, so the trade ended. Everybody keeps what they had.",
  lacking: "One of you no longer had what was offered. Everybody keeps what they have.",
  no_room: "One of you had no room in the bag. Everybody keeps what they had.",
};

export function TradeTab(props: TabProps) {
  const open = () => (props.state.trade?.end === null ? props.state.trade : null);
  return (
    <Switch fallback={<Invitation {...props} />}>
      <Match when={open()}>{(trade) => <OpenTrade {...props} trade={trade()} />}</Match>
      <Match when={props.state.trade?.end}>
        {(end) => (
          <div class="trade-end" role="status">
            <p>{ENDS[end()]}</p>
            <button class="button primary" onClick={() => props.belongings.dismissTrade()}>
              Good
            </button>
          </div>
        )}
      </Match>
    </Switch>
  );
}

/** Whom to trade with: somebody near, or anybody by name. */
function Invitation(props: TabProps) {
  const [isAsking, setAsking] = createSignal(false);
  let field!: HTMLInputElement;
  const ask = async (name: string) => {
    if (name.trim() === "") return field.focus();
    setAsking(true);
    const isOpen = await props.belongings.openTrade(name);
    setAsking(false);
    // The one asked hears of it where players hear of each other.
    const called = props.belongings.state.trade?.other.name ?? name.trim();
    if (isOpen) props.actions.say(CHANNEL.WHISPER, called, INVITATION);
  };
  return (
    <div class="trade-start">
      <section>
        <h3>Players near you</h3>
        <ul class="traders">
          <For
            each={props.playersNear}
            fallback={<li class="dim">Nobody is near. Walk up to somebody, or ask by name.</li>}
          >
            {(name) => (
              <li>
                <button class="button" disabled={isAsking()} onClick={() => void ask(name)}>
                  Trade with {name}
                </button>
              </li>
            )}
          </For>
        </ul>
      </section>
      <section>
        <h3>By name</h3>
        <form
          class="trade-by-name"
          onSubmit={(event) => {
            event.preventDefault();
            void ask(field.value);
          }}
        >
          <input
            ref={field}
            id="trade-name"
            maxLength={20}
            autocomplete="off"
            aria-label="Name of the player"
            placeholder="As on the scoreboard"
          />
          <button class="button primary" type="submit" disabled={isAsking()}>
            Ask
          </button>
        </form>
      </section>
      <p class="dim">
        Both of you lay out what you give. Things change hands only when both have agreed to the same
        offers; until then either can cancel.
      </p>
      <Show when={isAsking()}>
        <p role="status">Asking…</p>
      </Show>
    </div>
  );
}
