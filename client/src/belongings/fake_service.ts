//! For tests: an inventory service in memory, whose answers can be lost, late or refused; and a clock that
//! tests move.

import { Problem, type Call } from "../account";
import type { BelongingsAnswer, Definitions, Lot, SideAnswer, TradeAnswer } from "./api";

export const DEFINITIONS: Definitions = {
  items: [
    { item: "boots", title: "Boots", stack: 1, unique: true, slot: "feet", effect: { kind: "armour", amount: 30 }, heals: 0 },
    { item: "bread", title: "Bread", stack: 16, unique: false, slot: null, effect: null, heals: 15 },
    { item: "draught", title: "Draught", stack: 8, unique: false, slot: null, effect: null, heals: 60 },
    { item: "log", title: "Log", stack: 10, unique: false, slot: null, effect: null, heals: 0 },
    { item: "plank", title: "Plank", stack: 10, unique: false, slot: null, effect: null, heals: 0 },
  ],
  recipes: [
    { recipe: "plank", needs: [{ item: "log", count: 1 }], gives: [{ item: "plank", count: 4 }] },
  ],
};
const BOOTS: Lot = { item: "boots", unique: "7", count: 1 };

type Fault = "lost" | "away" | Problem;

export class FakeService {
  owner: string | null = "1";
  state = { isOffered: true };
  has: BelongingsAnswer = {
    revision: 1,
    bag: [BOOTS, { item: "log", unique: null, count: 12 }],
    chest: [],
    equipment: [],
  };
  trade: TradeAnswer | null = null;
  /** What happens to the next calls that change something. */
  faults: Fault[] = [];
  isAway = false;
  calls: { method: string; path: string; form: Record<string, unknown> }[] = [];
  private done = new Set<string>();

  character = (): string | null => this.owner;

  ask = async <Answer>(method: Call["method"], path: string, form: object = {}): Promise<Answer> => {
    this.calls.push({ method, path, form: form as Record<string, unknown> });
    if (this.isAway) throw new Problem("unreachable", 0);
    const fault = method === "GET" ? undefined : this.faults.shift();
    if (fault === "away") throw new Problem("unavailable", 503);
    if (fault instanceof Problem) throw fault;
    const answer = this.answer(method, path, form as Record<string, unknown>);
    if (fault === "lost") throw new Problem("unreachable", 0);
    return structuredClone(answer) as Answer;
  };

  /** Of calls that change something. */
  keys(): unknown[] {
    return this.calls.filter(({ form }) => "key" in form).map(({ form }) => form["key"]);
  }

  count(path: string): number {
    return this.calls.filter((call) => call.path.includes(path)).length;
  }

  /** As another asks for it. */
  openTrade(other = "2"): void {
    const side = (character: string): SideAnswer => ({ character, confirmed: false, offer: [] });
    this.trade = {
      trade: "50",
      state: "open",
      offers_revision: 0,
      left_ms: 120_000,
      sides: [side(other), side("1")],
    };
  }

  private answer(method: string, path: string, form: Record<string, unknown>): unknown {
    if (path === "/inventory/definitions") return DEFINITIONS;
    if (path === "/player/names/Bera") return { character: "1", name: "Bera" };
    if (path === "/player/names/Ivar") return { character: "2", name: "Ivar" };
    if (path === "/player/profiles/2") return { character: "2", name: "Ivar" };
    if (path.startsWith("/player/names")) throw new Problem("no-character", 404);
    const what = path.replace(`/inventory/characters/${this.owner}/`, "");
    if (what === "belongings") return this.has;
    if (what.startsWith("trades")) return this.stepTrade(method, what, form);
    if (!this.done.has(form["key"] as string)) this.change(what, form);
    this.done.add(form["key"] as string);
    return { batch: "9", repeated: false, belongings: this.has };
  }

  private change(what: string, form: Record<string, unknown>): void {
    const lots = (log: number, plank: number): Lot[] => [
      { item: "log", unique: null, count: log },
      { item: "plank", unique: null, count: plank },
    ];
    const times = (form["times"] as number | undefined) ?? 0;
    const { revision } = this.has;
    this.has = { ...this.has, revision: revision + 1 };
    if (what === "crafts") this.has.bag = [BOOTS, ...lots(12 - times, 4 * times)];
    if (what === "equipment") {
      this.has.bag = this.has.bag.filter(({ item }) => item !== "boots");
      this.has.equipment = [{ slot: "feet", item: "boots", unique: "7" }];
    }
    const spend = (item: string, count: number) => {
      const left = this.has.bag.map((lot) => (lot.item === item ? { ...lot, count: lot.count - count } : lot));
      this.has.bag = left.filter((lot) => lot.count > 0);
    };
    if (what === "meals") spend(form["item"] as string, 1);
    if (what === "discards") spend((form["lot"] as Lot).item, (form["lot"] as Lot).count);
    if (what === "chest") {
      const lot = form["lot"] as Lot;
      this.has.bag = [BOOTS, { ...lot, count: 12 - lot.count }];
      this.has.chest = [lot];
    }
  }

  private stepTrade(method: string, what: string, form: Record<string, unknown>): TradeAnswer {
    if (method === "POST" && what === "trades") {
      if (this.trade?.state === "open") {
        throw new Problem("trade", 409, { detail: "one of them is trading already" });
      }
      this.openTrade();
      this.trade?.sides.reverse();
    }
    const { trade } = this;
    if (trade === null) throw new Problem("not-found", 404);
    const own = trade.sides.find(({ character }) => character === "1") as SideAnswer;
    if (what.endsWith("/offer")) {
      own.offer = form["lots"] as Lot[];
      trade.offers_revision += 1;
      for (const side of trade.sides) side.confirmed = false;
    }
    if (what.endsWith("/confirm")) {
      if (form["offers_revision"] !== trade.offers_revision) {
        throw new Problem("trade", 409, { detail: "the offers have changed" });
      }
      own.confirmed = true;
      if (trade.sides.every(({ confirmed }) => confirmed)) trade.state = "done";
    }
    if (what.endsWith("/cancel")) trade.state = "cancelled";
    return trade;
  }
}

/** Lets answers arrive that are due without a pause. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 30; turns++) await Promise.resolve();
}

export class FakeClock {
  private nowMs = 0;
  private waiting: { atMs: number; work: () => void }[] = [];

  now = (): number => this.nowMs;

  later = (ms: number, work: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + ms, work };
    this.waiting.push(timer);
    return () => {
      this.waiting = this.waiting.filter((it) => it !== timer);
    };
  };

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Step by step, with all that is due and its answers. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    await settle();
    for (;;) {
      const due = this.waiting.filter(({ atMs }) => atMs <= endMs);
      const next = due.sort((one, other) => one.atMs - other.atMs)[0];
      if (!next) break;
      this.waiting = this.waiting.filter((it) => it !== next);
      this.nowMs = next.atMs;
      next.work();
      await settle();
    }
    this.nowMs = endMs;
  }
}
