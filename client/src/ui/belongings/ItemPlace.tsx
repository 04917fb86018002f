//! One place of a bag, a chest, an offer or a body, and the grids of them.
import { createMemo, createSignal, Index, Show, type JSX } from "solid-js";
import { cellsOf, type Catalogue, type Lot } from "../../belongings";
import { focusToward, wayOfKey } from "../windows/focus_ways";
import { ItemPicture } from "./ItemPicture";
import { rarityOf } from "./item_words";
import type { Picks } from "./picks";

export interface PlaceProps {
  area: string;
  place: number;
  picks: Picks;
  catalogue: Catalogue;
  lot: Lot | null;
  /** Said of it while nothing is there. */
  emptyLabel: string;
  /** Said before what is there. */
  label?: string;
  /** Seen faintly while nothing is there. */
  ghost?: JSX.Element;
  isTabStop: boolean;
  /** Pressed again once it is chosen. */
  act?: ((lot: Lot) => void) | undefined;
}

/** The first press chooses it, the next acts; a key, which chose by going there, acts at once. */
export function ItemPlace(props: PlaceProps) {
  let wasChosen = false;
  const pick = () => ({ area: props.area, place: props.place });
  const isChosen = () => props.picks.isChosen(props.area, props.place);
  const press = (event: MouseEvent) => {
    const isKey = event.detail === 0;
    props.picks.choose(pick());
    if (props.lot && (isKey || wasChosen)) props.act?.(props.lot);
  };
  const name = () => {
    const { lot } = props;
    if (lot === null) return props.emptyLabel;
    const title = props.catalogue.title(lot.item);
    const counted = lot.count > 1 ? `${title}, ${lot.count}` : title;
    return props.label ? `${props.label}: ${counted}` : counted;
  };
  return (
    <button
      type="button"
      class={`item-place ${props.lot ? rarityOf(props.lot.item, props.catalogue) : "free"}`}
      classList={{ chosen: isChosen() }}
      data-item={props.lot?.item}
      aria-label={name()}
      title={props.lot ? name() : undefined}
      tabIndex={props.isTabStop ? 0 : -1}
      onPointerDown={() => (wasChosen = isChosen())}
      onFocus={() => props.picks.choose(pick())}
      onPointerEnter={(event) => event.pointerType === "mouse" && props.picks.hover(pick())}
      onPointerLeave={() => props.picks.hover(null)}
      onClick={press}
    >
      <Show when={props.lot} fallback={props.ghost}>
        {(lot) => (
          <>
            <ItemPicture item={lot().item} />
            <Show when={lot().count > 1}>
              <span class="item-count">{lot().count}</span>
            </Show>
          </>
        )}
      </Show>
    </button>
  );
}

export interface GridProps {
  area: string;
  label: string;
  picks: Picks;
  catalogue: Catalogue;
  lots: readonly Lot[];
  placesCount: number;
  act?: (lot: Lot) => void;
}

/** One stop for Tab; arrows go from place to place. */
export function ItemGrid(props: GridProps) {
  let grid!: HTMLDivElement;
  const [stop, setStop] = createSignal(0);
  const places = createMemo(() => {
    const cells = cellsOf(props.lots, props.catalogue);
    const count = Math.max(props.placesCount, cells.length);
    return Array.from({ length: count }, (_, place) => cells[place]?.lot ?? null);
  });
  const onKey = (event: KeyboardEvent) => {
    const way = wayOfKey(event.code);
    if (!way) return;
    event.preventDefault();
    focusToward(grid, way);
  };
  const onFocus = (event: FocusEvent) => {
    setStop([...grid.children].indexOf(event.target as Element));
  };
  return (
    <div
      ref={grid}
      class={`item-grid ${props.area}`}
      role="group"
      aria-label={props.label}
      onKeyDown={onKey}
      onFocusIn={onFocus}
    >
      <Index each={places()}>
        {(lot, place) => (
          <ItemPlace
            area={props.area}
            place={place}
            picks={props.picks}
            catalogue={props.catalogue}
            lot={lot()}
            emptyLabel="Empty place"
            isTabStop={stop() === place}
            act={props.act}
          />
        )}
      </Index>
    </div>
  );
}

/** What lies on the place of a grid. */
export function lotAt(lots: readonly Lot[], catalogue: Catalogue, place: number): Lot | null {
  return cellsOf(lots, catalogue)[place]?.lot ?? null;
}
