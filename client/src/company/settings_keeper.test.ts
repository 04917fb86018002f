import { describe, expect, it } from "vitest";
import { Problem, type Call } from "../account";
import { FakeClock, settle } from "./fake_clock";
import type { Document } from "./sameness";
import { SettingsKeeper } from "./settings_keeper";
import { merged } from "./settings_merge";

class SettingsService {
  state = { isOffered: true };
  kept: { revision: number; settings: Document } = { revision: 0, settings: {} };
  isAway = false;
  /** Done by somebody else, just before the next save. */
  meanwhile: Document | null = null;
  saves = 0;

  character = (): null => null;

  ask = async <Answer>(method: Call["method"], _path: string, form?: object): Promise<Answer> => {
    if (this.isAway) throw new Problem("unreachable", 0);
    if (method === "GET") return structuredClone(this.kept) as Answer;
    if (this.meanwhile !== null) {
      this.kept = { revision: this.kept.revision + 1, settings: this.meanwhile };
      this.meanwhile = null;
    }
    const { revision, settings } = form as { revision: number; settings: Document };
    if (revision !== this.kept.revision) throw new Problem("settings-changed", 409);
    this.saves += 1;
    this.kept = { revision: revision + 1, settings: structuredClone(settings) };
    return { revision: revision + 1 } as Answer;
  };
}

/** A browser with settings of its own. */
function browser(service: SettingsService, clock: FakeClock, settings: Document) {
  const page = { settings };
  const agreed = new Map<string, Document>();
  const keeper = new SettingsKeeper(
    service,
    { read: () => page.settings, apply: (now) => void (page.settings = now) },
    { read: (owner) => agreed.get(owner) ?? null, write: (owner, now) => void agreed.set(owner, now) },
    clock,
  );
  const choose = (change: Document) => {
    page.settings = { ...page.settings, ...change };
    keeper.changed();
  };
  return { page, keeper, choose };
}

describe("settings of an account", () => {
  it("begin as the browser's, and come to another browser", async () => {
    const [service, clock] = [new SettingsService(), new FakeClock()];
    const first = browser(service, clock, { volume: 0.2, bindings: { jump: "KeyJ" } });
    first.keeper.follow("1");
    await settle();
    expect(service.kept.settings).toEqual({ volume: 0.2, bindings: { jump: "KeyJ" } });
    const second = browser(service, clock, { volume: 1, bindings: { jump: "Space", run: "KeyR" } });
    second.keeper.follow("1");
    await settle();
    expect(second.page.settings).toEqual({ volume: 0.2, bindings: { jump: "KeyJ", run: "KeyR" } });
  });

  it("are saved once for many changes, and not at all while nobody is signed in", async () => {
    const [service, clock] = [new SettingsService(), new FakeClock()];
    const { keeper, choose } = browser(service, clock, { volume: 0 });
    choose({ volume: 0.1 });
    await clock.pass(60_000);
    expect(service.saves).toBe(0);
    keeper.follow("1");
    await settle();
    for (let step = 2; step < 9; step++) choose({ volume: step / 10 });
    await clock.pass(60_000);
    expect(service.saves).toBe(2);
    expect(service.kept.settings).toEqual({ volume: 0.8 });
  });

  it("keep what each of two changed, and the newer where both did", async () => {
    const [service, clock] = [new SettingsService(), new FakeClock()];
    const { page, keeper, choose } = browser(service, clock, { volume: 0, view: 75, pitch: false });
    keeper.follow("1");
    await settle();
    service.meanwhile = { volume: 0.9, view: 90, pitch: false };
    choose({ volume: 0.4 });
    await clock.pass(60_000);
    expect(service.kept.settings).toEqual({ volume: 0.4, view: 90, pitch: false });
    expect(page.settings).toEqual(service.kept.settings);
  });

  it("are the browser's while the service is away, and told when it is back", async () => {
    const [service, clock] = [new SettingsService(), new FakeClock()];
    const { page, keeper, choose } = browser(service, clock, { volume: 0 });
    service.isAway = true;
    keeper.follow("1");
    choose({ volume: 0.3 });
    await clock.pass(60_000);
    expect(page.settings).toEqual({ volume: 0.3 });
    service.isAway = false;
    await clock.pass(60_000);
    expect(service.kept.settings).toEqual({ volume: 0.3 });
    expect(clock.waitingCount).toBe(0);
  });

  it("are merged key by key, also within", () => {
    const base = { a: 1, keys: { x: "X", y: "Y" } };
    const ours = { a: 1, keys: { x: "X2", y: "Y" }, new: true };
    const theirs = { a: 2, keys: { x: "X", y: "Y2" } };
    expect(merged(base, ours, theirs)).toEqual({ a: 2, keys: { x: "X2", y: "Y2" }, new: true });
  });
});
