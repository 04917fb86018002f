import { describe, expect, it } from "vitest";
import { Problem } from "../../src/account";
import { AdminApi, type Player, type Region, type Session } from "../api";
import { DeedDesk, type DeedState } from "./deed_desk";
import {
  banPlayer,
  giveRole,
  kickSession,
  moveRegion,
  mutePlayer,
  putDailyMessage,
  type Deed,
} from "./deeds";

const NOW_MS = 1_000_000;

function desk() {
  const states: DeedState[] = [];
  return { states, desk: new DeedDesk(() => NOW_MS, (state) => states.push(state)) };
}

function deed(run: Deed["run"]): Deed {
  const words = { title: "Split region 5e0", about: "", verb: "Split it", reasonHint: "" };
  return { action: "region.split", ...words, isGrave: false, fields: [], run };
}

const DONE = { effect: "It is eight now.", audit: "9" };

describe("deed desk", () => {
  it("says what is under way and what came of it", async () => {
    const { states, desk: it } = desk();
    const ended = await it.run(deed(async () => DONE), { reason: "hot" });
    expect(states.map(({ records }) => records[0]?.outcome)).toEqual(["doing", "done"]);
    expect(ended).toMatchObject({ title: "Split region 5e0", effect: "It is eight now.", atMs: NOW_MS });
    expect(states.at(-1)).toMatchObject({ doneCount: 1, reason: "hot" });
  });

  it("shows the title and the details of what was refused", async () => {
    const { states, desk: it } = desk();
    const body = { title: "It cannot be done now", detail: "region 5e0 is as small as regions get" };
    await it.run(deed(() => Promise.reject(new Problem("refused", 409, body))), { reason: "hot" });
    expect(states.at(-1)?.records[0]).toMatchObject({
      outcome: "failed",
      failure: { title: "It cannot be done now", details: ["Region 5e0 is as small as regions get."] },
    });
    expect(states.at(-1)?.doneCount).toBe(0);
  });

  it("does not hold for undone what was not answered", async () => {
    const { states, desk: it } = desk();
    await it.run(deed(() => Promise.reject(new TypeError("failed to fetch"))), { reason: "hot" });
    expect(states.at(-1)?.records[0]?.failure?.details.join(" ")).toContain("may have been done");
  });

  it("does one at a time", async () => {
    const { desk: it } = desk();
    let finish = (): void => undefined;
    const first = it.run(deed(() => new Promise((resolve) => (finish = () => resolve(DONE)))), { reason: "a" });
    expect(await it.run(deed(async () => DONE), { reason: "b" })).toBeNull();
    finish();
    expect((await first)?.outcome).toBe("done");
    expect(await it.run(deed(async () => DONE), { reason: "b" })).not.toBeNull();
  });

  it("keeps no more than one scrolls through", async () => {
    const { states, desk: it } = desk();
    for (let deeds = 0; deeds < 40; deeds++) await it.run(deed(async () => DONE), { reason: String(deeds) });
    expect(states.at(-1)?.records).toHaveLength(30);
    expect(states.at(-1)?.doneCount).toBe(40);
  });
});

describe("deeds", () => {
  const asked: { call: string; form: unknown }[] = [];
  const api = new AdminApi(async (method, path, form) => (asked.push({ call: `${method} ${path}`, form }), DONE));
  const player = { account: "7", characters: [] as Player["characters"] } as Player;
  const last = () => asked.at(-1);

  it("ask what was chosen", async () => {
    const region = { id: "5e0", bodies: 9, players: 2 } as Region;
    await moveRegion(api, region, [{ value: "2/0", label: "" }]).run({ to: "2/0", reason: "hot" });
    expect(last()).toEqual({ call: "POST /admin/regions/5e0/move", form: { to: "2/0", reason: "hot" } });
    await mutePlayer(api, player, () => NOW_MS).run({ span: "3600", reason: "insults" });
    expect(last()?.form).toEqual({ until_ms: NOW_MS + 3_600_000, reason: "insults" });
    await putDailyMessage(api, "").run({ reason: "over" });
    expect(last()?.form).toEqual({ text: "", reason: "over" });
  });

  it("kick who has an account by that, and others by their session", async () => {
    const session = { session: "9", account: "7", name: "Bera" } as Session;
    await kickSession(api, session).run({ reason: "shouts" });
    expect(last()).toEqual({ call: "POST /admin/players/7/kick", form: { reason: "shouts" } });
    await kickSession(api, { ...session, account: null }).run({ reason: "shouts" });
    expect(last()).toEqual({ call: "POST /admin/sessions/9/kick", form: { reason: "shouts" } });
  });

  it("offer the roles that an account has not", async () => {
    const deed = giveRole(api, { ...player, role: "operator" });
    expect(deed.fields[0]?.options?.map(({ value }) => value)).toEqual(["player", "moderator", "admin"]);
    await deed.run({ role: "player", reason: "left us" });
    expect(last()).toEqual({ call: "PUT /admin/players/7/role", form: { role: "player", reason: "left us" } });
  });

  it("offer a ban for ever only to who may", async () => {
    const spans = (mayForEver: boolean) =>
      banPlayer(api, player, mayForEver, () => NOW_MS).fields[0]!.options!.map(({ value }) => value);
    expect(spans(true)).toContain("");
    expect(spans(false)).not.toContain("");
    expect(Math.max(...spans(false).map(Number))).toBe(7 * 24 * 3_600);
    await banPlayer(api, player, true, () => NOW_MS).run({ span: "", reason: "aim assistance" });
    expect(last()?.form).toEqual({ until_ms: null, reason: "aim assistance" });
  });
});
