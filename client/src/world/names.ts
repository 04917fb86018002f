//! Names: of houses and banners as the player reads them, and of soldiers, made from their ids: the
//! same on every page, never sent.

export const HOUSE_NAMES = ["House Ember", "House Tide"] as const;
const BANNER_NAMES = ["West Hill", "the Crossing", "East Hill"] as const;

export function bannerName(index: number): string {
  return BANNER_NAMES[index] ?? `Banner ${index + 1}`;
}

export function houseName(house: number): string {
  return HOUSE_NAMES[house] ?? "Nobody";
}

const FIRST = [
  "Aldric", "Brand", "Cuthred", "Dunstan", "Edric", "Finn", "Gunnar", "Hakon", "Ivar", "Joren",
  "Kettil", "Leif", "Magnus", "Njal", "Osric", "Penda", "Ragnar", "Sigurd", "Torsten", "Ulf",
  "Wulfric", "Ysolde", "Astrid", "Bryn", "Eir", "Freya", "Gisla", "Hild", "Inga", "Runa",
  "Sif", "Thyra",
];
const LAST = [
  "Ashdown", "Blackthorn", "Coldwell", "Dunmore", "Elmsworth", "Fairhill", "Greywater", "Hawksley",
  "Ironside", "Kestrel", "Longstride", "Marsh", "Northam", "Oakheart", "Pike", "Quarrier",
  "Redfern", "Stonehand", "Thorne", "Underhill", "Vane", "Whitlock", "Yarrow", "Brook",
  "Carver", "Fletcher", "Holt", "Mason", "Ridge", "Tanner", "Weaver", "Wood",
];

export function soldierName(id: number): string {
  const mixed = Math.imul(id ^ (id >>> 15), 0x2c1b3c6d) >>> 0;
  return `${FIRST[mixed % FIRST.length]} ${LAST[(mixed >>> 12) % LAST.length]}`;
}
