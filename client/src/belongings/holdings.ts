//! What a character has, and what it would have if something was carried. Nothing here changes what it is
//! given.

import type { BelongingsAnswer, Lot, Slot } from "./api";
import type { Catalogue } from "./catalogue";

export type Holdings = Omit<BelongingsAnswer, "revision">;

/** One place of a bag or chest, as it is drawn. */
export interface Cell {
  lot: Lot;
  /** Stays the same while the place holds the same thing. */
  key: string;
}

/** The same for the same thing. */
export function lotKey({ item, unique }: Pick<Lot, "item" | "unique">): string {
  return unique === null ? item : `${item}#${unique}`;
}

/** How many of an item there are, whichever. */
export function countOf(lots: readonly Lot[], item: string): number {
  return lots.reduce((sum, lot) => (lot.item === item ? sum + lot.count : sum), 0);
}

/** Lots on places: no more on one than lie in a stack. */
export function cellsOf(lots: readonly Lot[], catalogue: Catalogue): Cell[] {
  return lots.flatMap((lot) => {
    const { stack } = catalogue.item(lot.item);
    const places = Math.ceil(lot.count / stack);
    return Array.from({ length: places }, (_, place) => ({
      lot: { ...lot, count: Math.min(stack, lot.count - place * stack) },
      key: `${lotKey(lot)}/${place}`,
    }));
  });
}

export function placesUsed(lots: readonly Lot[], catalogue: Catalogue): number {
  return cellsOf(lots, catalogue).length;
}

/** As if some were carried between bag and chest. */
export function carried(has: Holdings, lot: Lot, direction: "in" | "out"): Holdings {
  const [bag, chest] =
    direction === "in"
      ? [without(has.bag, lot), withLot(has.chest, lot)]
      : [withLot(has.bag, lot), without(has.chest, lot)];
  return { ...has, bag, chest };
}

/** As if some of the bag was used up or thrown away. */
export function spent(has: Holdings, lot: Lot): Holdings {
  return { ...has, bag: without(has.bag, lot) };
}

/** As if something was put on; what was worn there is in the bag. */
export function putOn(has: Holdings, slot: Slot, lot: Lot): Holdings {
  const off = takenOff(has, slot);
  const one = { ...lot, count: 1 };
  const worn = { slot, item: lot.item, unique: lot.unique };
  return { ...off, bag: without(off.bag, one), equipment: [...off.equipment, worn] };
}

/** As if what is worn was in the bag. */
export function takenOff(has: Holdings, slot: Slot): Holdings {
  const worn = has.equipment.find((it) => it.slot === slot);
  if (!worn) return has;
  const equipment = has.equipment.filter((it) => it.slot !== slot);
  const lot = { item: worn.item, unique: worn.unique, count: 1 };
  return { ...has, bag: withLot(has.bag, lot), equipment };
}

function withLot(lots: readonly Lot[], added: Lot): Lot[] {
  const key = lotKey(added);
  if (!lots.some((lot) => lotKey(lot) === key)) return [...lots, added].sort(byThing);
  return lots.map((lot) => (lotKey(lot) === key ? { ...lot, count: lot.count + added.count } : lot));
}

function without(lots: readonly Lot[], taken: Lot): Lot[] {
  const key = lotKey(taken);
  const left = lots.map((lot) =>
    lotKey(lot) === key ? { ...lot, count: lot.count - taken.count } : lot,
  );
  return left.filter((lot) => lot.count > 0);
}

/** In the service's order, so that its answer moves nothing. */
function byThing(one: Lot, other: Lot): number {
  if (one.item !== other.item) return one.item < other.item ? -1 : 1;
  const [first, second] = [one.unique ?? "", other.unique ?? ""];
  return first.length - second.length || (first < second ? -1 : 1);
}
