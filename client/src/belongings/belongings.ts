//! What the player has and does with it, as the windows see it. It asks the service while a window is open or
//! a trade goes on, and otherwise not at all; without the service the battle goes on.

import { asProblem, newKey, type Problem } from "../account";
import {
  InventoryApi,
  type Asker,
  type BelongingsAnswer,
  type Changed,
  type Lot,
  type Recipe,
  type Slot,
} from "./api";
import { Catalogue, CATALOGUE_NONE, timesOf } from "./catalogue";
import { carried, countOf, putOn, spent, takenOff, type Holdings } from "./holdings";
import { foodFor } from "./meals";
import { TradeDesk, type Trade, type TradeEnd } from "./trade";
import { Wishes, type Wish } from "./wishes";
import {
  AWAY,
  FALLEN,
  GIVEN_UP,
  NO_FOOD,
  NO_SERVICE,
  NOBODY,
  NOT_HURT,
  refusal,
  TOO_MANY,
} from "./words";

/** Between two looks while a window is open: others change what one has only in battle and by trades. */
const LOOK_MS = 5_000;
/** While a trade goes on. */
const TRADE_LOOK_MS = 1_500;

const MEALS = "meals";
/** How long a word stands while no window is open. */
const WORD_MS = 4_000;

/** Why nothing can be shown, or is no longer sure. */
export type Trouble = "" | "nobody" | "away" | "refused";

/** What became of the newest wish. */
export interface Word {
  kind: "done" | "refused" | "away";
  text: string;
  /** Grows with each. */
  number: number;
}

export interface BelongingsState {
  isOpen: boolean;
  catalogue: Catalogue;
  /** Null until the service told it. */
  has: Holdings | null;
  trade: Trade | null;
  trouble: Trouble;
  /** A sentence about the trouble. */
  troubleText: string;
  word: Word | null;
  /** Wishes and steps under way. */
  isBusy: boolean;
}

export interface Surroundings {
  now(): number;
  /** Calls once, later; what it gives takes that back. */
  later(ms: number, work: () => void): () => void;
}

const NOTHING: BelongingsState = {
  isOpen: false,
  catalogue: CATALOGUE_NONE,
  has: null,
  trade: null,
  trouble: "",
  troubleText: "",
  word: null,
  isBusy: false,
};

/** Of one character; of another all begins anew. */
interface Keeper {
  api: InventoryApi;
  wishes: Wishes;
  desk: TradeDesk;
  confirmed: BelongingsAnswer | null;
}

export class Belongings {
  private current = NOTHING;
  private listeners: ((state: BelongingsState) => void)[] = [];
  private keeper: Keeper | null = null;
  private stopWaiting: () => void = () => undefined;
  private looking: Promise<void> | null = null;
  private wordNumber = 0;

  constructor(
    private readonly asker: Asker,
    private readonly around: Surroundings,
  ) {}

  get state(): BelongingsState {
    return this.current;
  }

  /** Calls at once, and whenever something changed; what it gives ends that. */
  subscribe(listener: (state: BelongingsState) => void): () => void {
    this.listeners.push(listener);
    listener(this.current);
    return () => {
      this.listeners = this.listeners.filter((it) => it !== listener);
    };
  }

  /** A window shows it: it is kept fresh from now on. */
  open(): void {
    this.change({ isOpen: true });
    void this.look();
  }

  close(): void {
    this.change({ isOpen: false, word: null });
    if (this.current.trade?.end) this.keeper?.desk.dismiss();
    this.wait();
  }

  /** Looks again, now: the page is in front again, or somebody may have asked to trade. Without a window only a
   * trade is looked for. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => {
      this.looking = null;
      this.wait();
    });
    return this.looking;
  }

  /** Of what is in the bag. */
  timesOf(recipe: Recipe): number {
    const bag = this.current.has?.bag ?? [];
    return timesOf(recipe, (item) => countOf(bag, item));
  }

  craft(recipe: Recipe, times: number): void {
    const { catalogue } = this.current;
    const gives = recipe.gives.map(({ item, count }) => `${count * times} × ${catalogue.title(item)}`);
    this.wish({
      path: "crafts",
      form: { key: newKey(), recipe: recipe.recipe, times },
      done: `Made ${gives.join(", ")}.`,
      noRoom: "Your bag has no room for what this gives. Put something into the chest first.",
    });
  }

  /** Into the slot that it is made for. */
  putOn(lot: Lot): void {
    const { slot, title } = this.current.catalogue.item(lot.item);
    if (slot === null) return;
    this.wish({
      path: "equipment",
      form: { key: newKey(), slot, item: lot.item, unique: lot.unique },
      foresee: (has) => putOn(has, slot, lot),
      done: `${title}: put on.`,
      noRoom: "Your bag has no room for what you wear there now.",
    });
  }

  takeOff(slot: Slot): void {
    this.wish({
      path: "equipment/off",
      form: { key: newKey(), slot },
      foresee: (has) => takenOff(has, slot),
      done: "Taken off, into the bag.",
      noRoom: "Your bag has no room for it. Put something into the chest first.",
    });
  }

  /** Into the chest, or out of it. */
  carry(lot: Lot, direction: "in" | "out"): void {
    const title = `${lot.count} × ${this.current.catalogue.title(lot.item)}`;
    this.wish({
      path: "chest",
      form: { key: newKey(), direction, lot },
      foresee: (has) => carried(has, lot, direction),
      done: direction === "in" ? `${title}: into the chest.` : `${title}: into the bag.`,
      noRoom: direction === "in" ? "The chest is full." : "The bag is full.",
    });
  }

  /** Eats or drinks an item, or whichever of the bag fits best. `lackedPoints` of health; null of the fallen. The
   * battle heals no more than is lacking, and what is eaten is gone. No window need be open. */
  async eat(lackedPoints: number | null, item?: string): Promise<void> {
    // What is told now is told to who plays now, and not taken back once that is first asked.
    this.keeperOfNow();
    if (lackedPoints === null) return this.tell("refused", FALLEN);
    if (lackedPoints <= 0) return this.tell("refused", NOT_HURT);
    const food = item ?? (await this.findFood(lackedPoints));
    // One bite after the other: what waits for the service may still come to be.
    if (food === null || this.keeper?.wishes.has(MEALS)) return;
    const { title, heals } = this.current.catalogue.item(food);
    this.wish({
      path: MEALS,
      form: { key: newKey(), item: food },
      foresee: (has) => spent(has, { item: food, unique: null, count: 1 }),
      done: `${title}: ${heals} points of health.`,
      noRoom: "",
    });
  }

  /** Throws something away, for good. */
  discard(lot: Lot): void {
    this.wish({
      path: "discards",
      form: { key: newKey(), lot },
      foresee: (has) => spent(has, lot),
      done: `${lot.count} × ${this.current.catalogue.title(lot.item)}: thrown away.`,
      noRoom: "",
    });
  }

  /** Asks somebody by the name that is seen; whether the trade began. */
  async openTrade(name: string): Promise<boolean> {
    return (await this.keeper?.desk.open(name.trim())) ?? false;
  }

  offer(lots: readonly Lot[]): void {
    this.keeper?.desk.offer(lots);
  }

  confirmTrade(): void {
    this.keeper?.desk.confirm();
  }

  cancelTrade(): void {
    this.keeper?.desk.cancel();
  }

  dismissTrade(): void {
    this.keeper?.desk.dismiss();
  }

  /** In the bag as it is now; null, and a word why, if there is none. */
  private async findFood(lackedPoints: number): Promise<string | null> {
    const keeper = this.keeperOfNow();
    if (keeper === null) {
      this.tell("refused", this.troubleOfNobody());
      return null;
    }
    try {
      await this.learnHoldings(keeper);
    } catch (error) {
      const problem = asProblem(error);
      this.tell("away", problem.isPassing ? AWAY : refusal(problem, ""));
      return null;
    }
    if (this.keeper !== keeper) return null;
    const food = foodFor(this.current.has?.bag ?? [], this.current.catalogue, lackedPoints);
    if (food === null) this.tell("refused", NO_FOOD);
    return food;
  }

  private wish(wish: Wish): void {
    if (this.keeper === null) return;
    if (!this.keeper.wishes.add(wish)) return this.tell("refused", TOO_MANY);
    this.show();
  }

  private async lookOnce(): Promise<void> {
    const keeper = this.keeperOfNow();
    if (keeper === null) {
      return this.change({ trouble: "nobody", troubleText: this.troubleOfNobody() });
    }
    try {
      await this.learn(keeper);
      if (this.keeper === keeper) this.change({ trouble: "", troubleText: "" });
    } catch (error) {
      if (this.keeper === keeper) this.fail(asProblem(error));
    }
  }

  private troubleOfNobody(): string {
    return this.asker.state.isOffered ? NOBODY : NO_SERVICE;
  }

  private async learn(keeper: Keeper): Promise<void> {
    if (this.current.isOpen) await this.learnHoldings(keeper);
    await keeper.desk.look();
  }

  private async learnHoldings(keeper: Keeper): Promise<void> {
    if (this.current.catalogue === CATALOGUE_NONE) {
      this.change({ catalogue: new Catalogue(await keeper.api.definitions()) });
    }
    // Answers of wishes bring newer ones by themselves.
    if (keeper.wishes.count === 0) this.take(keeper, await keeper.api.belongings());
  }

  private fail(problem: Problem): void {
    const trouble = problem.isPassing ? "away" : "refused";
    this.change({ trouble, troubleText: problem.isPassing ? AWAY : refusal(problem, "") });
  }

  /** Of who plays now. */
  private keeperOfNow(): Keeper | null {
    const character = this.asker.character();
    if (this.keeper?.api.character === character) return this.keeper;
    this.keeper = character === null ? null : this.newKeeper(character);
    this.change({ has: null, trade: null, word: null, isBusy: false });
    return this.keeper;
  }

  private newKeeper(character: string): Keeper {
    const api = new InventoryApi(this.asker, character);
    const pause = (ms: number) => new Promise<void>((resolve) => void this.around.later(ms, resolve));
    const isOurs = () => this.keeper === keeper;
    const wishes = new Wishes((wish) => api.wish(wish.path, wish.form), pause, {
      done: (wish, changed) => isOurs() && this.fulfilled(keeper, wish, changed),
      refused: (wish, problem) => isOurs() && this.refused(wish, problem),
      away: () => isOurs() && this.goAway(),
      givenUp: () => isOurs() && this.tell("away", GIVEN_UP),
    });
    const desk = new TradeDesk(api, {
      now: this.around.now,
      pause,
      changed: () => isOurs() && this.show(),
      told: (kind, text) => isOurs() && this.tell(kind, text),
      ended: (end) => isOurs() && this.tradeEnded(end),
    });
    const keeper: Keeper = { api, wishes, desk, confirmed: null };
    return keeper;
  }

  private fulfilled(keeper: Keeper, wish: Wish, changed: Changed): void {
    this.change({ trouble: "", troubleText: "" });
    this.tell("done", wish.done);
    this.take(keeper, changed.belongings);
  }

  private refused(wish: Wish, problem: Problem): void {
    this.tell("refused", refusal(problem, wish.noRoom));
    void this.look();
  }

  /** The window shows the trouble; without one it is a word. */
  private goAway(): void {
    this.change({ trouble: "away", troubleText: AWAY });
    if (!this.current.isOpen) this.tell("away", AWAY);
  }

  private tradeEnded(end: TradeEnd): void {
    if (end === "done") void this.look();
  }

  /** What is told, unless newer was told before. */
  private take(keeper: Keeper, belongings: BelongingsAnswer): void {
    if (this.keeper !== keeper) return;
    const isOld = keeper.confirmed !== null && belongings.revision < keeper.confirmed.revision;
    if (!isOld) keeper.confirmed = belongings;
    this.show();
  }

  private show(): void {
    const { keeper } = this;
    if (keeper === null) return;
    const has = keeper.confirmed === null ? null : keeper.wishes.foresee(keeper.confirmed);
    const isBusy = keeper.wishes.count > 0 || keeper.desk.isBusy;
    this.change({ has, trade: keeper.desk.trade, isBusy });
    this.wait();
  }

  private tell(kind: Word["kind"], text: string): void {
    this.wordNumber += 1;
    const word = { kind, text, number: this.wordNumber };
    this.change({ word });
    this.show();
    if (this.current.isOpen) return;
    this.around.later(WORD_MS, () => {
      const isStanding = !this.current.isOpen && this.current.word?.number === word.number;
      if (isStanding) this.change({ word: null });
    });
  }

  /** The next look, if there is to be one. */
  private wait(): void {
    this.stopWaiting();
    const isTrading = this.keeper?.desk.isOpen === true;
    if (!this.current.isOpen && !isTrading) return;
    this.stopWaiting = this.around.later(isTrading ? TRADE_LOOK_MS : LOOK_MS, () => void this.look());
  }

  private change(part: Partial<BelongingsState>): void {
    this.current = { ...this.current, ...part };
    for (const listener of this.listeners) listener(this.current);
  }
}
