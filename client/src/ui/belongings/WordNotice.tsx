//! Over the battle, while the window is closed: what became of a wish, such as a bite in the fight.
import { Show } from "solid-js";
import type { Word } from "../../belongings";

export function WordNotice(props: { word: Word | null }) {
  return (
    <Show when={props.word}>
      {(word) => (
        <p class={`word-notice ${word().kind}`} role="status">
          {word().text}
        </p>
      )}
    </Show>
  );
}
