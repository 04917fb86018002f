//! Over the battle, while the window is closed: that somebody wants to trade, or that a trade goes on.
import { Show } from "solid-js";
import type { Trade } from "../../belongings";

export function TradeNotice(props: { trade: Trade | null; keyName: string; open(): void }) {
  const going = () => (props.trade?.end === null ? props.trade : null);
  return (
    <Show when={going()}>
      {(trade) => (
        <div class="trade-notice" role="status">
          <span>
            {trade().isIncoming
              ? `${trade().other.name} wants to trade with you.`
              : `Your trade with ${trade().other.name} goes on.`}
          </span>
          <button class="button" onClick={() => props.open()}>
            Look <kbd>{props.keyName}</kbd>
          </button>
        </div>
      )}
    </Show>
  );
}
