//! Over the battle, while the window is closed: that somebody asks the player for something.
import { createMemo, Show } from "solid-js";
import type { CompanyDoor } from "./door";
import { waitingFor, wordsOf } from "./waiting";

export function CompanyNotice(props: { door: CompanyDoor }) {
  const waiting = createMemo(() => waitingFor(props.door.state().calls));
  const first = createMemo(() => waiting()[0]);
  const others = () => (waiting().length > 1 ? ` ${waiting().length - 1} more wait.` : "");
  return (
    <Show when={!props.door.isOpen() && first()}>
      {(it) => (
        <div class="trade-notice company-notice" role="status">
          <span>{`${wordsOf(it())}${others()}`}</span>
          <button class="button" onClick={() => props.door.openFor(it())}>
            Look <kbd>{props.door.keyName()}</kbd>
          </button>
        </div>
      )}
    </Show>
  );
}
