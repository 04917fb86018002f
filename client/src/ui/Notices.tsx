import { createMemo, For } from "solid-js";
import type { PartProps } from "./App";

const SHOWN_MS = 4500;
const SHOWN_COUNT_MAX = 3;

/** Banners taken, rounds begun, levels reached: a line each, fading. */
export function Notices(props: PartProps) {
  const notices = createMemo(() => {
    const now = performance.now();
    return props
      .model()
      .notices.filter((notice) => now - notice.atMs < SHOWN_MS)
      .slice(-SHOWN_COUNT_MAX);
  });
  return (
    <ol class="notices" aria-live="polite">
      <For each={notices()}>{(notice) => <li class={notice.kind}>{notice.text}</li>}</For>
    </ol>
  );
}
