import { createMemo, For, Show } from "solid-js";
import { PLACED_BLOCKS, SLOT } from "../world/state";
import type { PartProps } from "./App";
import { blockName, blockSwatch } from "./blocks";
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
      return <span class="slot-block" style={blockSwatch(placed(props.slot))} />;
  }
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
