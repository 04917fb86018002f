//! Names and swatches of the blocks that a player holds; the table is `spatial::block`'s.
import type { JSX } from "solid-js";

const BLOCKS: Record<number, { name: string; colour: string; accent: string }> = {
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

/** A little cube face in the block's colours. */
export function blockSwatch(id: number): JSX.CSSProperties {
  const block = BLOCKS[id] ?? { colour: "#888", accent: "#666" };
  return {
    background: `linear-gradient(135deg, ${block.colour} 0 55%, ${block.accent} 55%)`,
  };
}
