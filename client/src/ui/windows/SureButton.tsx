//! What cannot be taken back is pressed twice.
import { createSignal, onCleanup } from "solid-js";

/** How long it waits for the second press. */
const SURE_MS = 6_000;

export function SureButton(props: {
  label: string;
  sure: string;
  disabled: boolean;
  act(): void;
}) {
  const [isAsking, setAsking] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const press = () => {
    clearTimeout(timer);
    setAsking(!isAsking());
    if (!isAsking()) return props.act();
    timer = setTimeout(() => setAsking(false), SURE_MS);
  };
  return (
    <button
      class="button small"
      classList={{ grave: isAsking() }}
      disabled={props.disabled}
      onClick={press}
      // A key that is held presses once.
      onKeyDown={(event) => event.repeat && event.preventDefault()}
    >
      {isAsking() ? props.sure : props.label}
    </button>
  );
}
