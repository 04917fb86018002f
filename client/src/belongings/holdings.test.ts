import { describe, expect, it } from "vitest";
import { Catalogue, timesOf } from "./catalogue";
import { DEFINITIONS } from "./fake_service";
import { carried, cellsOf, countOf, placesUsed, putOn, takenOff, type Holdings } from "./holdings";

const catalogue = new Catalogue(DEFINITIONS);
const boots = (unique: string) => ({ item: "boots", unique, count: 1 });
const logs = (count: number) => ({ item: "log", unique: null, count });

function holdings(bag: Holdings["bag"]): Holdings {
  return { bag, chest: [], equipment: [] };
}

describe("holdings", () => {
  it("lie on places by stack, unique things each on their own", () => {
    const lots = [boots("2"), boots("10"), logs(25)];
    expect(cellsOf(lots, catalogue).map(({ lot }) => lot.count)).toEqual([1, 1, 10, 10, 5]);
    expect(new Set(cellsOf(lots, catalogue).map(({ key }) => key)).size).toBe(5);
    expect(placesUsed(lots, catalogue)).toBe(5);
    expect(countOf(lots, "boots")).toBe(2);
  });

  it("are carried there and back without a trace", () => {
    const before = holdings([boots("2"), logs(25)]);
    const stored = carried(before, logs(20), "in");
    expect([stored.bag, stored.chest]).toEqual([[boots("2"), logs(5)], [logs(20)]]);
    expect(carried(stored, logs(20), "out")).toEqual(before);
    const all = carried(before, boots("2"), "in");
    expect(all.bag).toEqual([logs(25)]);
    expect(carried(all, boots("2"), "out")).toEqual(before);
  });

  it("change places with what was worn, in the service's order", () => {
    const worn = putOn(holdings([boots("2"), boots("10")]), "feet", boots("10"));
    const changed = putOn(worn, "feet", boots("2"));
    expect(changed.bag).toEqual([boots("10")]);
    expect(changed.equipment).toEqual([{ slot: "feet", item: "boots", unique: "2" }]);
    expect(takenOff(changed, "feet").bag).toEqual([boots("2"), boots("10")]);
    expect(takenOff(changed, "head")).toBe(changed);
  });
});

describe("the catalogue", () => {
  it("knows what an item is used for, and makes do with one it does not know", () => {
    expect(catalogue.usesOf("log")).toEqual(["Plank"]);
    expect([catalogue.isCrafted("plank"), catalogue.isCrafted("log")]).toEqual([true, false]);
    expect(catalogue.item("frost_bow")).toMatchObject({ title: "frost bow", slot: null });
  });

  it("says how often a recipe can be made, 64 times at most", () => {
    const plank = catalogue.recipe("plank");
    if (!plank) throw new Error("it is defined");
    expect([0, 3, 999].map((count) => timesOf(plank, () => count))).toEqual([0, 3, 64]);
  });
});
