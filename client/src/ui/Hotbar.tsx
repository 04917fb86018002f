import { createMemo, For, Show } from "solid-js";
import { PLACED_BLOCKS, SLOT } from "../world/state";
import type { PartProps } from "./App";
import { blockLook, blockName } from "./blocks";
import { IconBomb, IconBow, IconPick, IconSword } from "./icons";

/** Longest waits of sword, bow, bomb and pick, in ticks: what a full shade stands for. */
const WAIT_TICKS_FULL = [10, 14, 30, 6] as const;
const TOOL_NAMES = ["Sword", "Bow", "Bomb", "Pick"] as const;
const SLOTS = Array.from({ length: SLOT.COUNT }, (_, slot) => slot);

/** Ten slots: four tools and six kinds of block. */
export function Hotbar(props: PartProps) {
  const chosen = createMemo(() => props.model().own.slot);
  return (
    <div class="hotbar">
      <div class="hotbar-name">{slotName(chosen())}</div>
      <div class="hotbar-slots" role="toolbar" aria-label="In hand">
        <For each={SLOTS}>
          {(slot) => (
            <button
              class="slot"
              classList={{ chosen: chosen() === slot }}
              aria-label={slotName(slot)}
              aria-pressed={chosen() === slot}
              onClick={() => props.actions.selectSlot(slot)}
            >
              <span class="slot-key">{(slot + 1) % 10}</span>
              <SlotPicture slot={slot} />
              <SlotCount {...props} slot={slot} />
              <SlotWait {...props} slot={slot} />
            </button>
          )}
        </For>
      </div>
    </div>
  );
}

function SlotPicture(props: { slot: number }) {
  switch (props.slot) {
    case SLOT.SWORD:
      return <IconSword />;
    case SLOT.BOW:
      return <IconBow />;
    case SLOT.BOMB:
      return <IconBomb />;
    case SLOT.PICK:
      return <IconPick />;
    default:
      return <BlockPicture id={placed(props.slot)} />;
  }
}

/** A little cube, lit from the left: two courses on each side. */
function BlockPicture(props: { id: number }) {
  const look = blockLook(props.id);
  return (
    <svg class="slot-block" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 1.5l9 5-9 5-9-5z" fill={look.colour} />
      <path d="M3 6.5l9 5v11l-9-5z" fill={look.colour} />
      <path d="M21 6.5l-9 5v11l9-5z" fill={look.colour} />
      <path
        d="M3 12l9 5 9-5M7.5 9v5.5M16.5 9v5.5M9.5 15.6v5.4M14.5 15.6v5.4M7.5 4l9 5"
        fill="none"
        stroke={look.accent}
        stroke-width="1.3"
      />
      <path d="M12 1.5l9 5-9 5-9-5z" fill="#fff" fill-opacity="0.22" />
      <path d="M21 6.5l-9 5v11l9-5z" fill="#000" fill-opacity="0.38" />
    </svg>
  );
}

function SlotCount(props: PartProps & { slot: number }) {
  const count = createMemo(() => {
    const { bombsCount, blocksCount } = props.model().own;
    if (props.slot === SLOT.BOMB) return bombsCount;
    return props.slot >= SLOT.PLACE_FIRST ? blocksCount : null;
  });
  return (
    <Show when={count() !== null}>
      <span class="slot-count" classList={{ empty: count() === 0 }}>
        {count()}
      </span>
    </Show>
  );
}

function SlotWait(props: PartProps & { slot: number }) {
  const share = createMemo(() => {
    const full = WAIT_TICKS_FULL[props.slot];
    if (full === undefined) return 0;
    return Math.min(1, (props.model().own.waitTicks[props.slot] ?? 0) / full);
  });
  return <span class="slot-wait" style={{ height: `${share() * 100}%` }} />;
}

function placed(slot: number): number {
  return PLACED_BLOCKS[slot - SLOT.PLACE_FIRST] ?? 0;
}

function slotName(slot: number): string {
  return TOOL_NAMES[slot] ?? blockName(placed(slot));
}
