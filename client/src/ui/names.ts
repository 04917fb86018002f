//! Names of houses and banners, as the player reads them.

export { bannerName, HOUSE_NAMES, houseName } from "../world/names";

export const BANNER_LETTERS = ["W", "C", "E"] as const;
