import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthApi, Tokens } from "./api";
import { Problem } from "./problem";
import { AccountSession } from "./session";
import type { Kept, Storage } from "./storage";

const LIFE_MS = 600_000;

/** One browser's storage and lock, for as many tabs as a test has. */
class FakeStorage implements Storage {
  kept: Kept | null = null;
  private last: Promise<unknown> = Promise.resolve();

  read = () => this.kept;
  write = (kept: Kept | null) => void (this.kept = kept);
  watch = () => {};

  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const next = this.last.then(work);
    this.last = next.catch(() => {});
    return next;
  }
}

/** Rotates refresh tokens as the service does: each is good for one, an older one ends the session. */
class FakeService {
  newest = "";
  refreshes = 0;
  guests = 0;
  ended: string[] = [];
  /** Access tokens that count. */
  believed = new Set<string>();
  private number = 0;

  guest = async (): Promise<Tokens> => {
    this.guests += 1;
    return this.tokens(`guest ${this.guests}`, true);
  };

  refresh = async (token: string): Promise<Tokens> => {
    this.refreshes += 1;
    if (token !== this.newest) {
      this.newest = "";
      throw unauthorized();
    }
    return this.tokens("ann", false);
  };

  logOut = async (token: string): Promise<void> => void this.ended.push(token);

  tokens(account: string, guest: boolean): Tokens {
    this.number += 1;
    this.newest = `refresh ${this.number}`;
    const access = `access ${this.number}`;
    this.believed.add(access);
    return {
      account,
      guest,
      role: "player",
      access_token: access,
      access_expires_ms: Date.now() + LIFE_MS,
      refresh_token: this.newest,
      refresh_expires_ms: Date.now() + 100 * LIFE_MS,
    };
  }

  /** What the service does for who is signed in. */
  work = async (access: string): Promise<string> => {
    if (!this.believed.has(access)) throw unauthorized();
    return access;
  };
}

function unauthorized(): Problem {
  return new Problem("unauthorized", 401);
}

describe("account session", () => {
  let storage: FakeStorage;
  let service: FakeService;
  const tab = () => new AccountSession(service as unknown as AuthApi, storage);
  const signedIn = async (session: AccountSession) =>
    session.adopt(async () => service.tokens("ann", false));

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    storage = new FakeStorage();
    service = new FakeService();
    return () => vi.useRealTimers();
  });

  it("uses its access token until shortly before its end", async () => {
    const session = tab();
    await signedIn(session);
    vi.advanceTimersByTime(LIFE_MS - 40_000);
    expect(await session.authorized(service.work)).toBe("access 1");
    vi.advanceTimersByTime(20_000);
    expect(await session.authorized(service.work)).toBe("access 2");
    expect(service.refreshes).toBe(1);
  });

  it("refreshes once when it is not believed, for all who ask at the time", async () => {
    const session = tab();
    await signedIn(session);
    service.believed.clear();
    const asked = [1, 2, 3].map(() => session.authorized(service.work));
    expect(await Promise.all(asked)).toEqual(["access 2", "access 2", "access 2"]);
    expect(service.refreshes).toBe(1);
  });

  it("gives up when it is not believed with a new token either", async () => {
    const session = tab();
    await signedIn(session);
    const work = vi.fn(async () => Promise.reject(unauthorized()));
    await expect(session.authorized(work)).rejects.toMatchObject({ kind: "unauthorized" });
    expect(work).toHaveBeenCalledTimes(2);
  });

  it("takes a wrong password for no reason to refresh", async () => {
    const session = tab();
    await signedIn(session);
    const wrong = new Problem("wrong-credentials", 401);
    await expect(session.authorized(() => Promise.reject(wrong))).rejects.toBe(wrong);
    expect(service.refreshes).toBe(0);
  });

  it("never uses a refresh token twice, over any number of tabs", async () => {
    const tabs = [tab(), tab(), tab()];
    await signedIn(tabs[0]);
    for (let round = 0; round < 5; round++) {
      service.believed.clear();
      await Promise.all(tabs.map((session) => session.authorized(service.work)));
    }
    expect(storage.kept?.refreshToken).toBe(service.newest);
    expect(service.newest).not.toBe("");
  });

  it("forgets a session that the service ended, and keeps one that it cannot ask about", async () => {
    const session = tab();
    await signedIn(session);
    vi.advanceTimersByTime(LIFE_MS);
    service.refresh = () => Promise.reject(Problem.unreachable());
    await expect(session.authorized(service.work)).rejects.toMatchObject({ kind: "unreachable" });
    expect(session.kept?.account).toBe("ann");
    service.refresh = () => Promise.reject(unauthorized());
    await expect(session.authorized(service.work)).rejects.toMatchObject({ kind: "unauthorized" });
    expect(session.kept).toBe(null);
  });

  it("asks again by itself while the service still knows a token whose answer was lost", async () => {
    const session = tab();
    await signedIn(session);
    vi.advanceTimersByTime(LIFE_MS);
    const { refresh } = service;
    const tries = vi.fn(() => Promise.reject(new Problem("unavailable", 503)));
    service.refresh = tries;
    await expect(session.authorized(service.work)).rejects.toMatchObject({ kind: "unavailable" });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(tries).toHaveBeenCalledTimes(3);
    service.refresh = refresh;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(storage.kept?.refreshToken).toBe(service.newest);
    await vi.advanceTimersByTimeAsync(LIFE_MS / 2);
    await session.authorized(service.work);
    expect(service.refreshes).toBe(1);
  });

  it("lets it be after that, and where another has signed in, or the service wants a pause", async () => {
    const session = tab();
    await signedIn(session);
    const triesAfter = async (problem: Problem, meanwhile = async () => {}) => {
      const tries = vi.fn(() => Promise.reject(problem));
      service.refresh = tries;
      await expect(session.refresh()).rejects.toBe(problem);
      await meanwhile();
      await vi.advanceTimersByTimeAsync(LIFE_MS);
      return tries.mock.calls.length;
    };
    expect(await triesAfter(Problem.unreachable())).toBe(6);
    expect(await triesAfter(new Problem("too-many", 429))).toBe(1);
    expect(await triesAfter(Problem.unreachable(), () => signedIn(tab()))).toBe(1);
    expect(session.kept).not.toBe(null);
  });

  it("makes one guest for two tabs that ask at once", async () => {
    const tabs = [tab(), tab()];
    await Promise.all(tabs.map((session) => session.becomeGuest()));
    expect(service.guests).toBe(1);
    expect(storage.kept).toMatchObject({ account: "guest 1", isGuest: true });
  });

  it("does not act with the token of who was signed in before, in another tab", async () => {
    const [here, there] = [tab(), tab()];
    await here.becomeGuest();
    await signedIn(there);
    await here.authorized(service.work);
    expect(service.refreshes).toBe(1);
    expect(service.ended).toEqual(["refresh 1"]);
  });

  it("signs out here even if the service hears nothing", async () => {
    const session = tab();
    await signedIn(session);
    service.logOut = () => Promise.reject(Problem.unreachable());
    await session.logOut();
    expect(session.kept).toBe(null);
  });
});
