import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Account } from "./account";
import type { Kept, Storage } from "./storage";
import { answerTicket } from "./tickets";

const OPEN = { api: "/api", audience: "battle", are_required: false };
const REQUIRED = { ...OPEN, are_required: true };
const BASE = "http://server.test/api/auth";

let asked: string[];
/** What is answered to which path; what is missing is not answered. */
let answers: Record<string, { status: number; body: object } | undefined>;
let kept: Kept | null;

const storage: Storage = {
  read: () => kept,
  write: (now) => void (kept = now),
  alone: (work) => work(),
  watch: () => {},
};

const answer = (status: number, body: object) => ({ status, body });
const problem = (status: number, kind: string, more: object = {}) =>
  answer(status, { type: `urn:voxelheim:problem:${kind}`, title: "A title", ...more });

beforeEach(() => {
  kept = null;
  asked = [];
  const guest = { account: "7", guest: true, access_token: "a", refresh_token: "r" };
  answers = {
    "/guests": answer(201, { ...guest, access_expires_ms: Date.now() + 600_000 }),
    "/tickets": answer(200, { ticket: "ticket" }),
  };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace(BASE, "");
    asked.push(init.body ? `${path} ${String(init.body)}` : path);
    const found = answers[path];
    if (!found) throw new TypeError("failed to fetch");
    return new Response(JSON.stringify(found.body), { status: found.status });
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const ask = (info = REQUIRED) =>
  answerTicket(new Account("http://server.test", storage), info, "Ann");

it("makes a guest of nobody, and brings a ticket for the name and the edge", async () => {
  expect(await ask()).toEqual({ kind: "ticket", ticket: "ticket" });
  expect(asked).toEqual(["/guests", '/tickets {"character":"Ann","edge":"battle"}']);
  expect(kept).toEqual({ account: "7", isGuest: true, refreshToken: "r" });
});

it("lets one play without while the service is down, where none is required", async () => {
  answers = {};
  expect(await ask(OPEN)).toEqual({ kind: "ticket", ticket: "" });
  expect(await ask()).toMatchObject({ kind: "later" });
  answers = { "/guests": problem(503, "unavailable") };
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
  answers["/tickets"] = problem(403, "banned", { title: "This account is banned", detail: "Insults" });
  const message = "This account is banned: Insults. It has no end.";
  expect(await ask(OPEN)).toEqual({ kind: "refused", message });
});

it("tells an account that its session has ended, and makes a guest anew without a word", async () => {
  answers["/refresh"] = problem(401, "unauthorized");
  kept = { account: "1", isGuest: false, refreshToken: "old" };
  expect(await ask()).toMatchObject({ kind: "refused", message: expect.stringContaining("session has ended") });
  expect(kept).toBe(null);
  kept = { account: "2", isGuest: true, refreshToken: "old" };
  expect(await ask()).toEqual({ kind: "ticket", ticket: "ticket" });
  expect(kept).toMatchObject({ account: "7" });
});
