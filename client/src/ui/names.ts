//! Names of houses and banners, as the player reads them.

export const HOUSE_NAMES = ["House Ember", "House Tide"] as const;
export const BANNER_LETTERS = ["W", "C", "E"] as const;
const BANNER_NAMES = ["West Hill", "the Crossing", "East Hill"] as const;

export function bannerName(index: number): string {
  return BANNER_NAMES[index] ?? `Banner ${index + 1}`;
}

export function houseName(house: number): string {
  return HOUSE_NAMES[house] ?? "Nobody";
}
