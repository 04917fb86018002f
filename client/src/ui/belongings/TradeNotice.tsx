//! Over the battle, while the window is closed: that somebody wants to trade, that a trade goes on, or how it
//! ended.
import { Show } from "solid-js";
import type { Trade } from "../../belongings";

export function TradeNotice(props: { trade: Trade | null; keyName: string; open(): void }) {
  return (
    <Show when={props.trade}>
      {(trade) => (
        <div class="trade-notice" role="status">
          <span>{wordsOf(trade())}</span>
          <button class="button" onClick={() => props.open()}>
            Look <kbd>{props.keyName}</kbd>
          </button>
        </div>
      )}
    </Show>
  );
}

function wordsOf({ end, other, own, isIncoming }: Trade): string {
  if (end === "done") return `Your trade with ${other.name} is done.`;
  if (end !== null) return `Your trade with ${other.name} came to nothing.`;
  if (isIncoming) return `${other.name} wants to trade with you.`;
  if (other.isConfirmed && !own.isConfirmed) return `${other.name} has agreed to the trade with you.`;
  return `Your trade with ${other.name} goes on.`;
}
