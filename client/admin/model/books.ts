//! The economy's flows as a table: an item a row, a kind of place a column.

import type { Flow } from "../api";

export interface Book {
  item: string;
  byPlace: ReadonlyMap<string, number>;
  /** 0 where it closes; NaN where a sum is not known. */
  sum: number;
}

/** By item's name. */
export function booksOf(flows: readonly Flow[]): Book[] {
  const byItem = new Map<string, Map<string, number>>();
  for (const { item, place, sum } of flows) {
    const places = byItem.get(item) ?? new Map<string, number>();
    places.set(place, (places.get(place) ?? 0) + sum);
    byItem.set(item, places);
  }
  const books = [...byItem].map(([item, byPlace]) => {
    return { item, byPlace, sum: [...byPlace.values()].reduce((all, sum) => all + sum, 0) };
  });
  return books.sort((one, other) => one.item.localeCompare(other.item));
}

/** Sources first, sinks last: the way that things go. */
export function placesOfFlows(flows: readonly Flow[]): string[] {
  const places = [...new Set(flows.map(({ place }) => place))];
  return places.sort((one, other) => rank(one) - rank(other) || one.localeCompare(other));
}

function rank(place: string): number {
  if (place.startsWith("source")) return 0;
  return place.startsWith("sink") ? 2 : 1;
}
