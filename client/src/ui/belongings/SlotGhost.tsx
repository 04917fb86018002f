//! What belongs into a slot that is free, as a faint line drawing.
import type { Slot } from "../../belongings";

const LINES: Record<Slot, string> = {
  head: "M5 18v-5c0-5 3-8 7-8s7 3 7 8v5l-4 1v-5H9v5z",
  chest: "M5 5l4 1c1 2 5 2 6 0l4-1 2 5-3 2v8c-4 2-8 2-12 0v-8l-3-2z",
  legs: "M7 4h10l2 16h-5l-2-10-2 10H5z",
  feet: "M9 4h6v9l5 4v3H9z",
  hand: "M20 4l-9.5 9.500M20 4l-4 .6-8 8 3.4 3.4 8-8zM5.5 13.500l5 5M8 16l-4 4",
  off_hand: "M5 5c5 1 9 1 14 0 1 7-2 12-7 15-5-3-8-8-7-15z",
};

export function SlotGhost(props: { slot: Slot }) {
  return (
    <svg
      class="slot-ghost"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linejoin="round"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d={LINES[props.slot]} />
    </svg>
  );
}
