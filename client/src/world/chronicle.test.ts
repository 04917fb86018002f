import { describe, expect, it } from "vitest";
import { Bodies } from "./bodies";
import { Chronicle } from "./chronicle";
import { OwnBody } from "./own_body";
import type { BattleState } from "./state";

const OWN = 1;

function chronicle(): Chronicle {
  const own = new OwnBody();
  own.state.id = OWN;
  own.state.name = "Ann";
  const bodies = new Bodies();
  bodies.introduce(7, "Ben", 1, 2);
  return new Chronicle(bodies, own.state);
}

function battle(round: number, owners: number[], pauseTicks = 0): BattleState {
  const block = { x: 0, y: 0, z: 0 };
  return {
    tick: 1,
    round,
    score: [3, 9],
    scoreToWin: 10,
    pauseTicks,
    aliveCount: [1, 1],
    banners: owners.map((owner) => ({ block, owner, taker: 255, progress: 0 })),
  };
}

describe("chronicle", () => {
  it("gives notice of a level that is higher than the one known, once", () => {
    const told = chronicle();
    for (const level of [null, 3, 3, 4, 4, 2, null, 5, 7]) told.hearLevel(level, 0);
    const notices = told.freshNotices(0).map(({ kind, text }) => [kind, text]);
    expect(notices).toEqual([4, 7].map((level) => ["level", `You have reached level ${level}`]));
    expect([told.level, told.levelsCount]).toEqual([7, 2]);
    told.reset();
    told.hearLevel(8, 1);
    expect(told.freshNotices(1)).toHaveLength(1);
  });

  it("gives notice of what changed between two words about the battle", () => {
    const told = chronicle();
    told.update(battle(1, [255, 0]), 0);
    expect(told.freshNotices(0)).toEqual([]);
    told.update(battle(1, [1, 255]), 10);
    told.update(battle(1, [1, 255], 200), 20);
    told.update(battle(2, [255, 255]), 30);
    const texts = told.freshNotices(30).map((notice) => notice.text);
    expect(texts).toContain("House Tide wins the round");
    expect(texts).toContain("Round 2 begins");
    expect(told.freshNotices(60_000)).toEqual([]);
  });

  it("remembers who killed the player, and shows deaths for a while", () => {
    const told = chronicle();
    told.kills([{ target: OWN, killer: 7, weapon: 1 }], 100);
    expect(told.killedBy).toEqual({ name: "Ben", weapon: "arrow" });
    expect(told.killFeed(200)).toMatchObject([{ killer: "Ben", target: "Ann", own: true }]);
    told.kills([{ target: 30, killer: 0, weapon: 3 }], 200);
    expect(told.killFeed(200)[1]).toMatchObject({ killer: "", weapon: "fall", own: false });
    expect(told.killFeed(60_000)).toEqual([]);
  });

  it("feels hits given and taken", () => {
    const told = chronicle();
    const position = { x: 0, y: 0, z: 0 };
    const hit = { kind: "hurt", weapon: 0, damage: 5, position } as const;
    told.hear({ ...hit, attacker: OWN, target: 9 }, 0, 50);
    expect([told.hitGivenAtMs, told.hitTakenAtMs]).toEqual([50, Number.NEGATIVE_INFINITY]);
    told.hear({ ...hit, attacker: 9, target: OWN }, 0, 70);
    expect(told.hitTakenAtMs).toBe(70);
  });
});
