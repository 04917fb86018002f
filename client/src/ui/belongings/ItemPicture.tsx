//! Pictures of items by name, drawn on a 32-unit square. What is newer than this page is a sack.
import { Dynamic } from "solid-js/web";
import { MATERIALS } from "./material_pictures";
import { GEAR } from "./gear_pictures";
import type { Drawing } from "./strokes";

const DRAWINGS: Record<string, Drawing> = { ...MATERIALS, ...GEAR };

export function ItemPicture(props: { item: string }) {
  return (
    <svg class="item-picture" viewBox="0 0 32 32" aria-hidden="true">
      <Dynamic component={DRAWINGS[props.item] ?? Sack} />
    </svg>
  );
}

function Sack() {
  return (
    <g stroke="#2b1b0f" stroke-width="1.3" stroke-linejoin="round">
      <path d="M12 9c-6 4-8 9-7 14 1 4 4 5 11 5s10-1 11-5c1-5-1-10-7-14z" fill="#a9834f" />
      <path d="M11 4l3 2 2-2 2 2 3-2-1 5h-8z" fill="#c39c63" />
      <path d="M11.5 9h9" stroke="#6b4f33" stroke-width="2" />
    </g>
  );
}
