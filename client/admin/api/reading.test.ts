import { describe, expect, it } from "vitest";
import { readAuditPage, readConfigCheck } from "./desk";
import { readBattles } from "./battles";
import { readPlayer, readReportPage } from "./players";
import { Fields, LIST_ITEMS_MAX, readList } from "./reading";
import { readOverview, readPlan } from "./world";

const REGION = { region: "5e0", edge_m: 512, at: [0, 0, 512], owner: "1/0", bodies: 9, tick_us: 7 };

const SHARD = { shard: "1/0", tick_us_p99: 40, load_permille: 800, phases: [{ phase: "move", p50: 1 }] };

/** What JSON can hold in place of what was expected. */
const HOSTILE: readonly unknown[] = [null, true, -1, 1e308, "text", "", [], [null], [[1]], {}, { at: {} }];

describe("reading", () => {
  it("takes what the service says", () => {
    const overview = readOverview(
      Fields.of({
        at_ms: 5,
        tick: 7,
        pods: [{ pod: 1, is_draining: true, shards: [SHARD, { shard: "1/1" }] }],
        regions: [REGION],
        edges: [{ url: "http://a", tick_us: { p99: 3 } }],
        backends: [{ backend: "cache", is_well: false, trouble: "away" }],
        players: { in_world: 3 },
        troubles: ["no edge answers", 7],
      }),
    );
    expect(overview).toMatchObject({ atMs: 5, tick: 7, troubles: ["no edge answers"], players: { inWorld: 3 } });
    const shards = [{ id: "1/0", tickUsP99: 40, phases: [{ id: "move", p50: 1 }] }, { id: "1/1", phases: [] }];
    expect(overview.pods).toMatchObject([{ id: "1", isDraining: true, shards }]);
    expect(overview.regions).toMatchObject([{ id: "5e0", at: [0, 0, 512], owner: "1/0", tickUs: 7 }]);
    expect(overview.edges).toMatchObject([{ tickUs: { p99: 3 } }]);
    expect(overview.backends).toMatchObject([{ id: "cache", isWell: false, trouble: "away" }]);
  });

  it("says of what is missing that it is not known, and never that it is 0", () => {
    const overview = readOverview(Fields.of({ pods: [{ shards: [{}] }], edges: [{}] }));
    expect(overview.atMs).toBeNaN();
    expect(overview.players.inWorld).toBeNaN();
    expect(overview.pods[0]?.shards[0]?.tickUsP99).toBeNaN();
    expect(overview.edges[0]?.tickUs.p99).toBeNaN();
    expect(overview.backends).toEqual([]);
  });

  it("knows what a region's last move cost, or that it is not known", () => {
    const moved = { age_s: 2, from: "0/0", to: "1/0", bodies: 9, pause_ticks: 1, pause_ms: 53, late_ms: 3 };
    const { regions } = readOverview(Fields.of({ regions: [{ ...REGION, moved }, { ...REGION, moved: null }] }));
    expect(regions.map((region) => region.moved?.pauseMs)).toEqual([53, undefined]);
  });

  it("holds no battle for one to come whose state it does not know", () => {
    const battles = readBattles(Fields.of({ present: null, battles: [{ state: "lost" }, { state: "scheduled" }] }));
    expect(battles.scheduled.map(({ state }) => state)).toEqual(["missed", "scheduled"]);
  });

  it("leaves regions out that have no place", () => {
    const regions = [{ ...REGION, at: [0, 0] }, { ...REGION, edge_m: 0 }, { ...REGION, region: null }, REGION, 7];
    expect(readOverview(Fields.of({ regions })).regions).toHaveLength(1);
  });

  it("refuses what is no object", () => {
    for (const value of [null, 7, "x", [], undefined]) expect(() => Fields.of(value)).toThrow("could not be read");
  });

  it("reads every field whatever stands in it", () => {
    const readers = [readBattles, readOverview, readPlan, readPlayer, readReportPage, readAuditPage, readConfigCheck];
    const names = [
      ..."at_ms version tick pods regions edges backends players troubles is_dry_run pinned plans blocked".split(" "),
      ..."account role is_guest email characters mute sanctions log reports next lines diff is_right present".split(" "),
    ];
    for (const read of readers) {
      for (const name of names) {
        for (const value of HOSTILE) {
          expect(() => read(Fields.of({ [name]: value })), `${read.name}, ${name}`).not.toThrow();
        }
      }
    }
  });

  it("holds no outcome for done that it does not know", () => {
    const { lines } = readAuditPage(Fields.of({ lines: [{ outcome: "glorious" }, { outcome: "done" }, {}] }));
    expect(lines.map(({ outcome }) => outcome)).toEqual(["begun", "done", "begun"]);
  });

  it("cuts lists that nobody could read", () => {
    const many = Array.from({ length: LIST_ITEMS_MAX + 1 }, () => ({}));
    expect(readList(many, () => 1)).toHaveLength(LIST_ITEMS_MAX);
    expect(readList({ length: 3 }, () => 1)).toEqual([]);
  });
});
