import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Account } from "./account";
import { answer, FakeService, ORIGIN, problem, tokens } from "./fake_service";
import { answerTicket } from "./tickets";

const OPEN = { api: "/api", audience: "battle", are_required: false };
const REQUIRED = { ...OPEN, are_required: true };

let service: FakeService;

beforeEach(() => {
  service = new FakeService();
  service.answers = { "/guests": answer(201, tokens()), "/tickets": answer(200, { ticket: "ticket" }) };
  vi.stubGlobal("fetch", service.fetch);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const ask = (info = REQUIRED) => answerTicket(new Account(ORIGIN, service.storage), info, "Ann");

it("makes a guest of nobody, and brings a ticket for the name and the edge", async () => {
  expect(await ask()).toEqual({ kind: "ticket", ticket: "ticket" });
  expect(service.asked).toEqual(["/guests", '/tickets {"character":"Ann","edge":"battle"}']);
  expect(service.kept).toEqual({ account: "7", isGuest: true, refreshToken: "r" });
});

it("lets one play without while the service is down, where none is required", async () => {
  service.answers = {};
  expect(await ask(OPEN)).toEqual({ kind: "ticket", ticket: "" });
  expect(await ask()).toMatchObject({ kind: "later" });
  service.answers = { "/guests": problem(503, "unavailable") };
  expect(await ask(OPEN)).toEqual({ kind: "ticket", ticket: "" });
});

it("waits only a while for a ticket that is not required", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  const answered = ask(OPEN);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await answered).toEqual({ kind: "ticket", ticket: "" });
});

it("says why somebody is kept out, also where no ticket is required", async () => {
  service.answers["/tickets"] = problem(403, "banned", { title: "This account is banned", detail: "Insults" });
  const message = "This account is banned: Insults. It has no end.";
  expect(await ask(OPEN)).toEqual({ kind: "refused", message });
});

it("tells an account that its session has ended, and makes a guest anew without a word", async () => {
  service.answers["/refresh"] = problem(401, "unauthorized");
  service.kept = { account: "1", isGuest: false, refreshToken: "old" };
  expect(await ask()).toMatchObject({ kind: "refused", message: expect.stringContaining("session has ended") });
  expect(service.kept).toBe(null);
  service.kept = { account: "2", isGuest: true, refreshToken: "old" };
  expect(await ask()).toEqual({ kind: "ticket", ticket: "ticket" });
  expect(service.kept).toMatchObject({ account: "7" });
});

it("makes no new guest of one whose session nobody can ask about", async () => {
  vi.useFakeTimers();
  const guest = { account: "2", isGuest: true, refreshToken: "old" };
  service.kept = guest;
  for (const away of [undefined, problem(503, "unavailable"), problem(500, "unknown")]) {
    service.answers["/refresh"] = away;
    expect(await ask()).toMatchObject({ kind: "later" });
    expect(service.kept).toEqual(guest);
  }
  expect(service.asked.some((path) => path.startsWith("/guests"))).toBe(false);
});
