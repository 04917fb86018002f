//! What is carried, and what is kept in the chest.
import { createEffect, createMemo, createSignal, on, Show } from "solid-js";
import { BAG_PLACES, CHEST_PLACES, type Lot } from "../../belongings";
import { Used } from "./BagTab";
import type { TabProps } from "./BelongingsWindow";
import { ItemDetails, Stepper } from "./ItemDetails";
import { ItemGrid, lotAt } from "./ItemPlace";
import { createPicks } from "./picks";

const BAG = "bag";
const CHEST = "chest";

export function ChestTab(props: TabProps) {
  const picks = createPicks();
  const catalogue = () => props.state.catalogue;
  const area = () => picks.shown()?.area ?? BAG;
  const lot = createMemo(() => {
    const pick = picks.shown();
    if (pick === null) return null;
    return lotAt(pick.area === CHEST ? props.has.chest : props.has.bag, catalogue(), pick.place);
  });
  const carry = (some: Lot) => props.belongings.carry(some, area() === CHEST ? "out" : "in");
  return (
    <>
      <div class="chest-tab">
        <section>
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
            act={(some) => props.belongings.carry(some, "in")}
          />
        </section>
        <section>
          <h3>
            Chest <Used lots={props.has.chest} places={CHEST_PLACES} tab={props} />
          </h3>
          <ItemGrid
            area={CHEST}
            label="Chest"
            picks={picks}
            catalogue={catalogue()}
            lots={props.has.chest}
            placesCount={CHEST_PLACES}
            act={(some) => props.belongings.carry(some, "out")}
          />
        </section>
      </div>
      <ItemDetails
        catalogue={catalogue()}
        lot={lot()}
        hint="The chest keeps what your bag has no room for. Press a thing twice to carry all of it over."
      >
        <Carry lot={lot()} where={area() === CHEST ? "Into the bag" : "Into the chest"} carry={carry} />
      </ItemDetails>
    </>
  );
}

/** How many, and where to. */
export function Carry(props: { lot: Lot | null; where: string; carry(lot: Lot): void }) {
  const [count, setCount] = createSignal(1);
  const most = () => props.lot?.count ?? 1;
  // The same things come anew with every look at the service, and the wish for some of them stays.
  const things = createMemo(() => `${props.lot?.item}/${most()}`);
  createEffect(on(things, () => setCount(most())));
  return (
    <Show when={props.lot}>
      {(lot) => (
        <>
          <Show when={most() > 1}>
            <Stepper label="How many" value={count()} max={most()} change={setCount} />
          </Show>
          <button
            class="button primary"
            onClick={() => props.carry({ ...lot(), count: Math.min(count(), most()) })}
          >
            {props.where}
          </button>
        </>
      )}
    </Show>
  );
}
