import { createMemo, For } from "solid-js";
import type { PartProps } from "./App";
import { ItemPicture } from "./belongings/ItemPicture";

/** What the player has just picked up, newest at the bottom: a line each time. */
export function Finds(props: PartProps) {
  const finds = createMemo(() => props.model().finds);
  return (
    <ol class="finds" aria-live="polite">
      <For each={finds()}>
        {(find) => (
          <li>
            <ItemPicture item={find.item} />
            <span>{find.text}</span>
          </li>
        )}
      </For>
    </ol>
  );
}
