//! The things that the fallen leave, by their numbers in WIRE.md, as the player reads them and as the
//! inventory knows them.

export interface Thing {
  /** The inventory's name of it; pictures go by it. */
  item: string;
  title: string;
}

const THINGS: readonly Thing[] = [
  { item: "stone", title: "Stone" },
  { item: "dirt", title: "Dirt" },
  { item: "sand", title: "Sand" },
  { item: "oak_log", title: "Oak log" },
  { item: "coal", title: "Coal" },
  { item: "iron_ore", title: "Iron ore" },
  { item: "gold_coin", title: "Gold coin" },
  { item: "arrow", title: "Arrow" },
  { item: "bread", title: "Bread" },
  { item: "leather", title: "Leather" },
  { item: "healing_draught", title: "Healing draught" },
];

/** The wire refuses numbers that are not here. */
export function thingOf(number: number): Thing {
  return THINGS[number];
}
