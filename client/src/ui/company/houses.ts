//! What houses are called where a character prefers one.
import type { House } from "../../company";

export const HOUSES: readonly { house: House; label: string }[] = [
  { house: 255, label: "Either" },
  { house: 0, label: "House Ember" },
  { house: 1, label: "House Tide" },
];

export function houseName(house: House): string {
  if (house === 255) return "Fights for either house";
  return HOUSES.find((it) => it.house === house)?.label ?? "";
}
