//! What players read about an item, beside its name.

import type { Catalogue, Effect, Slot } from "../../belongings";

export type Rarity = "common" | "fine" | "rare";

export const SLOT_NAMES: Record<Slot, string> = {
  hand: "hand",
  off_hand: "other hand",
  head: "head",
  chest: "chest",
  legs: "legs",
  feet: "feet",
};

const WORN_WHERE: Record<Slot, string> = {
  hand: "in the hand",
  off_hand: "in the other hand",
  head: "on the head",
  chest: "on the body",
  legs: "on the legs",
  feet: "on the feet",
};

const NATURES: Record<string, string> = {
  oak_log: "A trunk of the old woods.",
  oak_planks: "Sawn, straight and dry.",
  stick: "Straight enough for a shaft.",
  dirt: "There is always more of it.",
  sand: "From the banks of the ford.",
  stone: "Broken out of the hills.",
  coal: "Burns long and hot.",
  iron_ore: "Red rock, heavy with iron.",
  iron_ingot: "Smelted and cast.",
  gold_coin: "Everybody takes it in trade.",
  leather: "Tanned, and tough enough for boots.",
  arrow: "Fletched with goose.",
  bread: "From the keep's own oven.",
  healing_draught: "Bitter, and worth its price.",
  torch: "Pitch on a stick.",
  bow: "Of yew, as tall as its archer.",
  iron_sword: "Plain, and sharp.",
  wooden_shield: "Oak, with an iron boss.",
  iron_helmet: "Dented once, by a friend.",
  iron_breastplate: "Heavy, and worth it.",
  leather_trousers: "They creak when new.",
  leather_boots: "Made for long marches.",
};

/** What many have, what one makes or finds one at a time, and what cannot be made at all. */
export function rarityOf(item: string, catalogue: Catalogue): Rarity {
  const { unique } = catalogue.item(item);
  if (!unique) return "common";
  return catalogue.isCrafted(item) ? "fine" : "rare";
}

/** What it is, and what it is for. */
export function purposeOf(item: string, catalogue: Catalogue): string {
  const { slot, effect, heals } = catalogue.item(item);
  const uses = catalogue.usesOf(item).map((title) => title.toLowerCase());
  const parts = [
    NATURES[item] ?? "",
    slot === null ? "" : `Worn ${WORN_WHERE[slot]},${effectOf(effect)}`,
    heals === 0 ? "" : `It gives ${heals} points of health back.`,
    uses.length === 0 ? "" : `Makes ${listed(uses)}.`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** What it does to who wears it, and to whom that one strikes. */
function effectOf(effect: Effect | null): string {
  switch (effect?.kind) {
    case "armour":
      return ` it keeps ${percent(effect.amount)} of every blow, arrow and blast off.`;
    case "shield":
      return ` it keeps ${percent(effect.amount)} of what comes from ahead off, while no bow is in the hands.`;
    case "blow":
      return ` a blow of your sword takes ${effect.amount} points more.`;
    case "arrow":
      return ` an arrow of yours takes ${effect.amount} points more.`;
    default:
      return " it is for show.";
  }
}

function percent(permille: number): string {
  return `${permille / 10} %`;
}

function listed(words: readonly string[]): string {
  const [last, ...before] = [...words].reverse();
  return before.length === 0 ? `${last}` : `${before.reverse().join(", ")} and ${last}`;
}
