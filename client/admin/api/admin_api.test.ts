import { describe, expect, it } from "vitest";
import { Problem } from "../../src/account";
import { AdminApi } from "./admin_api";

/** Answers all alike, and remembers what was asked. */
function recorded(answer: unknown) {
  const asked: { call: string; form: object | undefined }[] = [];
  const api = new AdminApi((method, path, form) => {
    asked.push({ call: `${method} ${path}`, form });
    return answer instanceof Problem ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { api, asked };
}

describe("admin api", () => {
  it("asks the routes of the service", async () => {
    const { api, asked } = recorded({ effect: "Moved.", audit: "9" });
    await api.findPlayers("Ivar & sons");
    await api.ledger("7", "12", null);
    await api.audit({ target: "5e0", before: "88" });
    await api.chatLines("house.0", "9000-42");
    const done = await api.moveRegion("5e0", { to: "2/0", reason: "hot" });
    await api.changePod("2", "undrain", { reason: "well again" });
    expect(asked.map(({ call }) => call)).toEqual([
      "GET /admin/players?query=Ivar+%26+sons",
      "GET /admin/players/7/ledger?character=12",
      "GET /admin/audit?target=5e0&before=88",
      "GET /admin/chat/channels/house.0/lines?before=9000-42",
      "POST /admin/regions/5e0/move",
      "POST /admin/pods/2/undrain",
    ]);
    expect(asked[4]?.form).toEqual({ to: "2/0", reason: "hot" });
    expect(done).toEqual({ effect: "Moved.", audit: "9" });
  });

  it("reads who is connected, and who of them has no account", async () => {
    const row = { session: "7", account: "70", name: "Bera", edge: "http://a", transport: "quic", connected_s: 9 };
    const { api, asked } = recorded({ sessions: [row, { ...row, session: "8", account: null }], next: "8" });
    const page = await api.sessions("be", "6");
    expect(asked[0]?.call).toBe("GET /admin/sessions?query=be&after=6");
    expect(page.sessions.map(({ account }) => account)).toEqual(["70", null]);
    expect(page).toMatchObject({ next: "8", troubles: [] });
  });

  it("lets no id out of its place in a path", () => {
    const { api, asked } = recorded({});
    for (const id of ["", ".", "..", "../auth/logout-everywhere", "a/b", "a?b", "a%2fb", "ä"]) {
      expect(() => api.player(id), id).toThrow("nothing by this name");
      expect(() => api.chatLines(id, null), id).toThrow("nothing by this name");
    }
    expect(asked).toEqual([]);
  });

  it("passes on why something was refused", async () => {
    const { api } = recorded(new Problem("forbidden", 403, { title: "Not allowed", detail: "needs operator" }));
    await expect(api.economy()).rejects.toMatchObject({ kind: "forbidden", detail: "needs operator" });
  });

  it("does not take a page of somebody else for an answer", async () => {
    const { api } = recorded("<html>");
    await expect(api.me()).rejects.toMatchObject({ kind: "unreadable" });
    expect(await api.environments()).toEqual([]);
  });
});
