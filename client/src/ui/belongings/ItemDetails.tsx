//! The words below: about what is chosen, with what can be done with it.
import { Show, type JSX } from "solid-js";
import type { Catalogue, Lot } from "../../belongings";
import { ItemPicture } from "./ItemPicture";
import { purposeOf, rarityOf } from "./item_words";

export interface DetailsProps {
  catalogue: Catalogue;
  lot: Lot | null;
  /** While nothing is chosen. */
  hint: string;
  /** What can be done. */
  children?: JSX.Element;
}

export function ItemDetails(props: DetailsProps) {
  return (
    <div class="item-details">
      <Show when={props.lot} fallback={<p class="dim">{props.hint}</p>}>
        {(lot) => (
          <>
            <ItemPicture item={lot().item} />
            <div class="item-words" aria-live="polite">
              <b class={rarityOf(lot().item, props.catalogue)}>
                {props.catalogue.title(lot().item)}
                <Show when={lot().count > 1}> × {lot().count}</Show>
              </b>
              <span>{purposeOf(lot().item, props.catalogue)}</span>
            </div>
            <div class="item-deeds">{props.children}</div>
          </>
        )}
      </Show>
    </div>
  );
}

export interface StepperProps {
  label: string;
  value: number;
  max: number;
  change(value: number): void;
}

/** A count from 1 to as many as there are. */
export function Stepper(props: StepperProps) {
  const set = (value: number) => props.change(Math.max(1, Math.min(props.max, value)));
  return (
    <div class="stepper" role="group" aria-label={props.label}>
      <button
        type="button"
        aria-label="One less"
        disabled={props.value <= 1}
        onClick={() => set(props.value - 1)}
      >
        −
      </button>
      <output aria-live="polite">{props.value}</output>
      <button
        type="button"
        aria-label="One more"
        disabled={props.value >= props.max}
        onClick={() => set(props.value + 1)}
      >
        +
      </button>
      <button type="button" disabled={props.value >= props.max} onClick={() => set(props.max)}>
        All
      </button>
    </div>
  );
}
