import { describe, expect, it } from "vitest";
import { Drops, findText } from "./drops";

const [COIN, ARROW, DRAUGHT] = [6, 7, 10];
const PLACE = { x: 1, y: 2, z: 3 };

function drop(id: number) {
  return { id, position: PLACE, things: [{ thing: COIN, count: 1 }], isKept: false };
}

describe("drops", () => {
  it("are those told last, and none in the next battle", () => {
    const drops = new Drops();
    drops.replace([drop(1), drop(2)]);
    drops.replace([drop(2), drop(3)]);
    expect(drops.lying.map(({ id }) => id)).toEqual([2, 3]);
    drops.replace([]);
    expect(drops.lying).toEqual([]);
    drops.replace([drop(4)]);
    drops.find([{ thing: COIN, count: 1 }], 0);
    drops.reset();
    expect(drops.lying).toEqual([]);
    expect(drops.freshNotices(0)).toEqual([]);
  });

  it("are new lists when they change, for who draws them", () => {
    const drops = new Drops();
    const before = drops.lying;
    drops.replace([drop(1)]);
    expect(drops.lying).not.toBe(before);
  });
});

describe("finds", () => {
  it("are read as things and how many of each", () => {
    expect(findText([{ thing: COIN, count: 3 }])).toBe("+3 Gold coin");
    const several = [
      { thing: ARROW, count: 5 },
      { thing: DRAUGHT, count: 1 },
      { thing: ARROW, count: 255 },
    ];
    expect(findText(several)).toBe("+260 Arrow, +1 Healing draught");
  });

  it("are shown for a while, the newest four, with the picture of the first thing", () => {
    const drops = new Drops();
    for (let count = 1; count <= 6; count++) drops.find([{ thing: COIN, count }], count * 100);
    const shown = drops.freshNotices(700);
    expect(shown.map(({ text }) => text)).toEqual(
      ["+3", "+4", "+5", "+6"].map((count) => `${count} Gold coin`),
    );
    expect(shown[0]).toMatchObject({ item: "gold_coin", atMs: 300 });
    expect(drops.freshNotices(4_450).map(({ text }) => text)).toEqual(["+5 Gold coin", "+6 Gold coin"]);
    expect(drops.freshNotices(60_000)).toEqual([]);
  });

  it("are counted, so that each is heard once; nothing is no find", () => {
    const drops = new Drops();
    drops.find([], 0);
    expect([drops.findsCount, drops.freshNotices(0).length]).toEqual([0, 0]);
    drops.find([{ thing: COIN, count: 1 }], 0);
    drops.reset();
    drops.find([{ thing: COIN, count: 1 }], 10);
    expect(drops.findsCount).toBe(2);
  });
});
