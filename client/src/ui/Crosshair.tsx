import { createMemo, Show } from "solid-js";
import { SLOT } from "../world/state";
import type { PartProps } from "./App";

const HIT_SHOWN_MS = 260;
/** A bow is fully drawn after this many ticks. */
const DRAW_TICKS_FULL = 20;
const RING_LENGTH = 2 * Math.PI * 16;
const DIG_FULL = 255;

/** Where the hands will act, with a tick for a hit and a ring for a drawn bow or a dig. */
export function Crosshair(props: PartProps) {
  const hit = createMemo(() => {
    const { hitGivenAtMs } = props.model();
    return hitGivenAtMs > 0 && performance.now() - hitGivenAtMs < HIT_SHOWN_MS;
  });
  const ring = createMemo(() => {
    const { slot, drawTicks, digProgress } = props.model().own;
    if (slot === SLOT.BOW) return Math.min(1, drawTicks / DRAW_TICKS_FULL);
    return slot === SLOT.PICK ? digProgress / DIG_FULL : 0;
  });
  return (
    <svg class="crosshair" classList={{ hit: hit() }} viewBox="-24 -24 48 48" aria-hidden="true">
      <circle class="crosshair-dot" r="1.6" />
      <path class="crosshair-arms" d="M-10 0h-5M15 0h-5M0 -10v-5M0 15v-5" />
      <Show when={ring() > 0}>
        <circle
          class="crosshair-ring"
          r="16"
          stroke-dasharray={`${ring() * RING_LENGTH} ${RING_LENGTH}`}
          transform="rotate(-90)"
        />
      </Show>
      <path class="crosshair-hit" d="M-12 -12l5 5M12 -12l-5 5M-12 12l5 -5M12 12l-5 -5" />
    </svg>
  );
}
