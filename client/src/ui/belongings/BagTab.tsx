//! What is carried and what is worn.
import { createMemo, For, Show } from "solid-js";
import { BAG_PLACES, lotKey, placesUsed, SLOTS, type Holdings, type Lot, type Slot } from "../../belongings";
import { SureButton } from "../windows/SureButton";
import type { TabProps } from "./BelongingsWindow";
import { ItemDetails } from "./ItemDetails";
import { ItemGrid, ItemPlace, lotAt } from "./ItemPlace";
import { SLOT_NAMES } from "./item_words";
import { createPicks, type Picks } from "./picks";
import { SlotGhost } from "./SlotGhost";

const BAG = "bag";
const WORN = "worn";

export function BagTab(props: TabProps) {
  const picks = createPicks();
  const catalogue = () => props.state.catalogue;
  const shown = createMemo(() => shownOf(props.has, picks, props));
  const throwAway = () => {
    const it = shown();
    if (it) props.belongings.discard(it.lot);
    // What comes to lie in its place is not meant.
    picks.choose(null);
  };
  return (
    <>
      <div class="bag-tab">
        <Figure {...props} picks={picks} />
        <section class="bag-side">
          <h3>
            Bag <Used lots={props.has.bag} places={BAG_PLACES} tab={props} />
          </h3>
          <ItemGrid
            area={BAG}
            label="Bag"
            picks={picks}
            catalogue={catalogue()}
            lots={props.has.bag}
            placesCount={BAG_PLACES}
            act={(lot) => props.belongings.putOn(lot)}
          />
        </section>
      </div>
      <ItemDetails
        catalogue={catalogue()}
        lot={shown()?.lot ?? null}
        hint={
          props.has.bag.length === 0
            ? "Your bag is empty. Craft, trade with others, or take something out of your chest."
            : "Choose something to see what it is for. Press it again to put it on or take it off."
        }
      >
        <Show when={shown()?.slot}>
          {(slot) => (
            <button class="button" onClick={() => props.belongings.takeOff(slot())}>
              Take off
            </button>
          )}
        </Show>
        <Show when={wearable(shown(), props)}>
          {(lot) => (
            <button class="button primary" onClick={() => props.belongings.putOn(lot())}>
              Put on
            </button>
          )}
        </Show>
        <Show when={food(shown(), props)}>
          {(lot) => (
            <button class="button primary" onClick={() => props.actions.eat(lot().item)}>
              Use
            </button>
          )}
        </Show>
        {/* Of other things, or of another count, it asks anew. */}
        <Show when={thrown(shown(), picks)} keyed>
          {(_) => <SureButton label="Throw away" sure="Gone for good?" disabled={false} act={throwAway} />}
        </Show>
      </ItemDetails>
    </>
  );
}

interface Shown {
  lot: Lot;
  /** Where it is worn. */
  slot: Slot | null;
}

function shownOf(has: Holdings, picks: Picks, { state }: TabProps): Shown | null {
  const pick = picks.shown();
  if (pick === null) return null;
  const slot = pick.area === WORN ? (SLOTS[pick.place] ?? null) : null;
  const lot = slot ? wornAt(has, slot) : lotAt(has.bag, state.catalogue, pick.place);
  return lot && { lot, slot };
}

function wearable(shown: Shown | null, { state }: TabProps): Lot | null {
  if (shown === null || shown.slot !== null) return null;
  return state.catalogue.item(shown.lot.item).slot === null ? null : shown.lot;
}

/** Names what may be thrown away: the place, and what and how much lies there. */
function thrown(shown: Shown | null, picks: Picks): string | null {
  if (shown === null || shown.slot !== null) return null;
  return `${picks.shown()?.place}/${lotKey(shown.lot)}/${shown.lot.count}`;
}

function food(shown: Shown | null, { state }: TabProps): Lot | null {
  if (shown === null || shown.slot !== null) return null;
  return state.catalogue.item(shown.lot.item).heals === 0 ? null : shown.lot;
}

function wornAt(has: Holdings, slot: Slot): Lot | null {
  const worn = has.equipment.find((it) => it.slot === slot);
  return worn ? { item: worn.item, unique: worn.unique, count: 1 } : null;
}

/** Slots around a body. */
function Figure(props: TabProps & { picks: Picks }) {
  return (
    <section class="figure-side">
      <h3>Equipment</h3>
      <div class="figure">
        <Body />
        <For each={SLOTS}>
          {(slot, place) => (
            <div class={`figure-slot ${slot}`}>
              <ItemPlace
                area={WORN}
                place={place()}
                picks={props.picks}
                catalogue={props.state.catalogue}
                lot={wornAt(props.has, slot)}
                label={`Worn, ${SLOT_NAMES[slot]}`}
                emptyLabel={`Nothing worn: ${SLOT_NAMES[slot]}`}
                ghost={<SlotGhost slot={slot} />}
                isTabStop={true}
                act={() => props.belongings.takeOff(slot)}
              />
            </div>
          )}
        </For>
      </div>
    </section>
  );
}

function Body() {
  return (
    <svg class="figure-body" viewBox="0 0 60 120" aria-hidden="true">
      <path
        d="M30 4c6 0 9 4 9 10s-3 11-9 11-9-5-9-11 3-10 9-10zM20 28c6 2 14 2 20 0 7 1 10 5 11 12l4 26c0 4-5 5-6 1l-6-20 1 20 2 44c0 6-9 6-10 0l-5-36h-2l-5 36c-1 6-10 6-10 0l2-44 1-20-6 20c-1 4-6 3-6-1l4-26c1-7 4-11 11-12z"
        fill="currentColor"
      />
    </svg>
  );
}

/** How many places are taken. */
export function Used(props: { lots: readonly Lot[]; places: number; tab: TabProps }) {
  const used = () => placesUsed(props.lots, props.tab.state.catalogue);
  return (
    <span class="places-used" classList={{ full: used() >= props.places }}>
      {used()} of {props.places}
    </span>
  );
}
