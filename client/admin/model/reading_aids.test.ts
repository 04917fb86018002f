import { describe, expect, it } from "vitest";
import { Problem } from "../../src/account";
import { Fields, readOverview, type DiffLine, type Staff } from "../api";
import { warningsOf } from "./attention";
import { booksOf, placesOfFlows } from "./books";
import { folded } from "./diff";
import { localTime, timeOf } from "./local_time";
import { addressOf, hashOf, PAGES, pagesOf } from "./pages";
import { isAtLeast, mayActOn, mayDo, mayGiveRole } from "./rights";
import { bytes, bytesPerSecond, count, explained, micros, moment, permille, seconds, signed, UNKNOWN } from "./words";

const staff = (role: string, may: string[] = []): Staff => ({ account: "1", role, may });

describe("words", () => {
  it("write what is known in few digits, and what is not as a dash", () => {
    expect([micros(420), micros(3_240), micros(61_000), micros(2_000_000)]).toEqual(["420 µs", "3.2 ms", "61 ms", "2.0 s"]);
    expect([bytes(12), bytes(5_240_000), bytesPerSecond(999)]).toEqual(["12 B", "5.2 MB", "999 B/s"]);
    expect([permille(912), permille(5), count(1_234.4), signed(3), signed(-3), signed(0)]).toEqual(
      ["91 %", "0.5 %", "1,234", "+3", "−3", "0"],
    );
    expect([seconds(12), seconds(600), seconds(90_000), seconds(400_000)]).toEqual(["12 s", "10 min", "25 h", "5 days"]);
    for (const write of [micros, bytes, bytesPerSecond, permille, count, seconds, signed]) expect(write(NaN)).toBe(UNKNOWN);
    expect(moment(NaN, 0)).toBe(UNKNOWN);
  });

  it("name the day of what was not today", () => {
    const noon = new Date(2026, 4, 3, 12).getTime();
    expect(moment(noon, noon + 1_000)).toBe("12:00:00");
    expect(moment(noon, noon + 86_400_000)).toBe("3 May 2026, 12:00:00");
  });

  it("explain a problem with all that it says", () => {
    const body = { title: "A field is not valid", errors: [{ field: "until_ms", detail: "a week at most" }] };
    expect(explained(new Problem("invalid-field", 422, body))).toEqual({
      title: "A field is not valid",
      details: ["Until_ms: A week at most."],
    });
    expect(explained(new Problem("unknown", 502)).title).toBe("Refused (502)");
    expect(explained(Problem.unreachable()).title).toBe("No answer");
  });
});

describe("local times", () => {
  it("come back as they were, to the minute", () => {
    for (const atMs of [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 31, 23, 59), Date.UTC(2026, 9, 25, 12)]) {
      expect(timeOf(localTime(atMs))).toBe(atMs);
    }
    expect(timeOf("")).toBeNaN();
  });
});

describe("pages", () => {
  it("are those that the role may see", () => {
    expect(pagesOf(staff("admin"))).toHaveLength(PAGES.length);
    expect(pagesOf(staff("operator")).map(({ id }) => id)).not.toContain("config");
    expect(pagesOf(staff("moderator")).map(({ id }) => id)).not.toContain("audit");
    expect(pagesOf(staff("warlord"))).toEqual([]);
  });

  it("are named by the address bar, whatever stands there", () => {
    expect(addressOf("#map/5e0", staff("moderator"))).toEqual({ page: "map", item: "5e0" });
    expect(addressOf(hashOf("players", "a/b %"), staff("admin"))).toEqual({ page: "players", item: "a/b %" });
    expect(addressOf("#audit/7", staff("moderator"))).toEqual({ page: "map", item: "" });
    for (const hash of ["", "#", "#/", "#map/%", "#%%%"]) expect(addressOf(hash, staff("admin")).page).toBe("map");
  });

  it("have keys of their own", () => {
    expect(new Set(PAGES.map(({ key }) => key)).size).toBe(PAGES.length);
  });
});

describe("rights", () => {
  it("are what the service says, and nothing that it does not", () => {
    expect(mayDo(staff("moderator", ["player.kick"]), "player.kick")).toBe(true);
    expect(mayDo(staff("admin"), "player.kick")).toBe(false);
    expect(isAtLeast("admin", "operator")).toBe(true);
    expect(isAtLeast("player", "moderator")).toBe(false);
  });

  it("end at accounts whose role is not below", () => {
    expect(mayActOn(staff("moderator"), "player")).toBe(true);
    expect(mayActOn(staff("operator"), "moderator")).toBe(true);
    expect(mayActOn(staff("moderator"), "moderator")).toBe(false);
    expect(mayActOn(staff("operator"), "admin")).toBe(false);
    expect(mayActOn(staff("player"), "player")).toBe(false);
  });
});

describe("roles", () => {
  it("are given to members who are somebody else, by who may", () => {
    const boss = { ...staff("admin", ["player.role"]), account: "9" };
    expect(mayGiveRole(boss, { account: "7", isGuest: false })).toBe(true);
    expect(mayGiveRole(boss, { account: "9", isGuest: false })).toBe(false);
    expect(mayGiveRole(boss, { account: "7", isGuest: true })).toBe(false);
    expect(mayGiveRole(staff("operator"), { account: "7", isGuest: false })).toBe(false);
  });
});

describe("attention", () => {
  const overview = (value: object) => readOverview(Fields.of(value));
  const shard = (figures: object) => ({ pods: [{ shards: [{ shard: "1/0", ...figures }] }] });

  it("asks for none where all is well or nothing is known", () => {
    expect(warningsOf(overview({}))).toEqual([]);
    const calm = { ...shard({ tick_us_p99: 9_000, load_permille: 200 }), backends: [{ backend: "cache", is_well: true }] };
    expect(warningsOf(overview({ ...calm, players: { waiting: 0 } }))).toEqual([]);
  });

  it("puts what hurts players first", () => {
    const grim = {
      ...shard({ tick_us_p99: 61_000, load_permille: 990 }),
      backends: [{ backend: "broker", is_well: false, trouble: "away" }],
      edges: [{ url: "http://a", overload_step: 1, overload: "far_slower" }],
      players: { waiting: 3 },
      troubles: ["edge http://b does not answer"],
    };
    const warnings = warningsOf(overview(grim));
    expect(warnings.map(({ grade }) => grade)).toEqual(["bad", "bad", "bad", "bad", "watch"]);
    expect(warnings.map(({ text }) => text).join("; ")).toMatch(/broker: away.*61 ms.*3 players wait.*http:\/\/b.*far slower/);
  });

  it("warns before a shard is too busy", () => {
    expect(warningsOf(overview(shard({ load_permille: 900 })))).toMatchObject([{ grade: "watch", page: "map" }]);
  });
});

describe("books", () => {
  it("close where each item's sum is 0", () => {
    const flows = [
      { place: "source.loot", item: "ore", sum: -5 },
      { place: "sink.used", item: "ore", sum: 2 },
      { place: "bag", item: "ore", sum: 3 },
      { place: "bag", item: "arrow", sum: NaN },
    ];
    expect(placesOfFlows(flows)).toEqual(["source.loot", "bag", "sink.used"]);
    expect(booksOf(flows)).toMatchObject([{ item: "arrow", sum: NaN }, { item: "ore", sum: 0 }]);
  });
});

describe("difference", () => {
  const lines = (...kinds: DiffLine["kind"][]): DiffLine[] => kinds.map((kind, index) => ({ kind, text: String(index) }));

  it("shows what changed with a little around, and counts the rest", () => {
    const shown = folded(lines("same", "same", "same", "same", "gone", "new", "same", "same", "same"));
    expect(shown.map(({ kind }) => kind)).toEqual(["fold", "same", "same", "gone", "new", "same", "same", "fold"]);
    expect(shown[0]).toEqual({ kind: "fold", text: "2 lines as they were" });
  });

  it("is nothing where nothing changed", () => {
    expect(folded(lines("same", "same"))).toEqual([]);
    expect(folded([])).toEqual([]);
  });
});
