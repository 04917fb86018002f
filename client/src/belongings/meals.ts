//! Which food one has: what is eaten or drunk when a key asks for any.

import type { Lot } from "./api";
import type { Catalogue } from "./catalogue";

/** The strongest of which nothing is wasted on who lacks so many points, or else the weakest; null if there is none. */
export function foodFor(bag: readonly Lot[], catalogue: Catalogue, lackedPoints: number): string | null {
  const foods = bag
    .map(({ item }) => ({ item, heals: catalogue.item(item).heals }))
    .filter(({ heals }) => heals > 0)
    .sort((one, other) => one.heals - other.heals);
  const fitting = foods.findLast(({ heals }) => heals <= lackedPoints);
  return (fitting ?? foods[0])?.item ?? null;
}
