//! Names and colours of the blocks that a player holds; the table is `spatial::block`'s.

export interface BlockLook {
  colour: string;
  /** Of its grain or its joints. */
  accent: string;
}

const UNKNOWN: BlockLook = { colour: "#888", accent: "#666" };
const BLOCKS: Record<number, BlockLook & { name: string }> = {
  5: { name: "Timber", colour: "#6b4f33", accent: "#54402b" },
  6: { name: "Plank", colour: "#b08a56", accent: "#97744a" },
  7: { name: "Brick", colour: "#9c5a46", accent: "#c0ac9c" },
  8: { name: "Glass", colour: "#cfe6ee", accent: "#ffffff" },
  14: { name: "Cobble", colour: "#74777a", accent: "#55585c" },
  17: { name: "Thatch", colour: "#b59a4d", accent: "#97803c" },
};

export function blockName(id: number): string {
  return BLOCKS[id]?.name ?? "Block";
}

export function blockLook(id: number): BlockLook {
  return BLOCKS[id] ?? UNKNOWN;
}
