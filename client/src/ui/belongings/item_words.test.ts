import { describe, expect, it } from "vitest";
import { Catalogue, type Effect, type Item } from "../../belongings";
import { purposeOf } from "./item_words";

function words(slot: Item["slot"], effect: Effect | null): string {
  const item = { item: "cap", title: "Cap", stack: 1, unique: true, slot, effect, heals: 0 };
  return purposeOf("cap", new Catalogue({ items: [item], recipes: [] }));
}

describe("what players read of an item", () => {
  it("says in numbers what it does to who wears it", () => {
    expect(words("head", { kind: "armour", amount: 60 })).toBe(
      "Worn on the head, it keeps 6 % of every blow, arrow and blast off.",
    );
    expect(words("off_hand", { kind: "shield", amount: 125 })).toContain("12.5 % of what comes from ahead");
    expect(words("hand", { kind: "blow", amount: 12 })).toContain("a blow of your sword takes 12 points more");
    expect(words("hand", { kind: "arrow", amount: 3 })).toContain("an arrow of yours takes 3 points more");
  });

  it("says what food gives back", () => {
    const bread = { item: "bread", title: "Bread", stack: 16, unique: false, slot: null, effect: null, heals: 15 };
    const told = purposeOf("bread", new Catalogue({ items: [bread], recipes: [] }));
    expect(told).toBe("From the keep's own oven. It gives 15 points of health back.");
  });

  it("promises nothing of what does nothing", () => {
    expect(words("off_hand", null)).toBe("Worn in the other hand, it is for show.");
    expect(words(null, null)).toBe("");
  });
});
