//! Names for soldiers, made from their ids: the same on every page, never sent.

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
