import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Account } from "./account";
import { answer, FakeService, ORIGIN, problem, tokens, type FakeAnswer } from "./fake_service";

const INFO = { api: "/api", audience: "battle", are_required: false };
const CODES = ["one", "two"];

let service: FakeService;
let account: Account;

beforeEach(() => {
  service = new FakeService();
  service.kept = { account: "1", isGuest: false, refreshToken: "r" };
  service.answers = {
    "/refresh": answer(200, tokens({ account: "1", guest: false })),
    "/account": answer(200, { account: "1", guest: false, has_second_factor: true }),
    "/second-factor/confirm": answer(200, { recovery_codes: CODES }),
  };
  vi.useFakeTimers();
  vi.stubGlobal("fetch", service.fetch);
  account = new Account(ORIGIN, service.storage);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("account", () => {
  it("is told together with whose it is", () => {
    const told: unknown[] = [];
    account.subscribe(({ isOffered, who, owner }) => told.push([isOffered, who, owner]));
    account.offer(INFO);
    expect(told).toEqual([[false, "nobody", null], [true, "account", "1"]]);
  });

  it("has its codes for paper and what the session newly may", async () => {
    account.offer(INFO);
    expect(await account.confirmFactor("123456")).toEqual(CODES);
    expect(service.asked.filter((it) => it.startsWith("/refresh"))).toHaveLength(2);
    expect(account.state.details).toMatchObject({ has_second_factor: true });
  });

  it("has its codes for paper whatever becomes of the session", async () => {
    account.offer(INFO);
    const ends: [FakeAnswer | undefined, string][] = [
      [undefined, "account"],
      [problem(503, "unavailable"), "account"],
      [problem(401, "unauthorized"), "nobody"],
    ];
    await account.look();
    for (const [end, who] of ends) {
      service.answers["/refresh"] = end;
      expect(await account.confirmFactor("123456")).toEqual(CODES);
      expect(account.state.who).toBe(who);
    }
  });
});
