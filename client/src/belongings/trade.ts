//! The trade under way, as the player sees it: what both offer, who agreed, how long it lasts, how it ended.

import { asProblem, type Problem } from "../account";
import type { InventoryApi, Lot, SideAnswer, TradeAnswer, TradeState } from "./api";
import { invitationRefusal, refusal } from "./words";

/** Lots that one side offers, as the service has it. */
export const TRADE_LOTS_MAX = 16;
/** Tries of a step that is not answered, and the pause between them. */
const TRIES_MAX = 3;
const PAUSE_MS = 700;
const SOMEBODY = "Somebody";

export type TradeEnd = Exclude<TradeState, "open">;

export interface TradeSide {
  name: string;
  isConfirmed: boolean;
  offer: readonly Lot[];
}

export interface Trade {
  id: string;
  /** Null while it goes on. */
  end: TradeEnd | null;
  offersRevision: number;
  /** By the clock that the desk was given. */
  endsAtMs: number;
  own: TradeSide;
  other: TradeSide;
  /** Whether the other began it, and the player has done nothing yet. */
  isIncoming: boolean;
}

export interface DeskSurroundings {
  now(): number;
  pause(ms: number): Promise<void>;
  /** Something else is to be shown. */
  changed(): void;
  /** Words for the player. */
  told(kind: "done" | "refused" | "away", text: string): void;
  /** The trade ended; things have changed hands, perhaps. */
  ended(end: TradeEnd): void;
}

/** What the player does at a trade, one step after the other. */
export class TradeDesk {
  trade: Trade | null = null;
  /** Steps under way. */
  private stepsCount = 0;
  private last: Promise<void> = Promise.resolve();
  /** Grows with each step, so that an answer from before it is known as old. */
  private steps = 0;
  private dismissed = "";
  /** Of characters met here. */
  private readonly names = new Map<string, string>();

  constructor(
    private readonly api: InventoryApi,
    private readonly around: DeskSurroundings,
  ) {}

  get isBusy(): boolean {
    return this.stepsCount > 0;
  }

  get isOpen(): boolean {
    return this.trade !== null && this.trade.end === null;
  }

  /** Learns how it stands. Problems are the caller's. */
  async look(): Promise<void> {
    if (this.isBusy) return;
    const steps = this.steps;
    const answer = await this.current();
    await this.learnNames(answer);
    if (steps === this.steps) this.take(answer);
  }

  /** Whether a trade began. */
  async open(name: string): Promise<boolean> {
    const open = async () => {
      const { character } = await this.api.named(name);
      return this.begin(character);
    };
    await this.step(open, (problem) => invitationRefusal(problem, name));
    return this.isOpen;
  }

  /** In place of what was offered before; shown at once. Nobody has agreed to it yet. */
  offer(lots: readonly Lot[]): void {
    const { trade } = this;
    if (trade === null || trade.end !== null) return;
    const own = { ...trade.own, offer: lots, isConfirmed: false };
    const other = { ...trade.other, isConfirmed: false };
    this.trade = { ...trade, own, other, isIncoming: false };
    const wanted = this.steps + 1;
    void this.step(async () => {
      // A newer offer waits: only that one counts.
      if (this.steps > wanted) return null;
      return this.api.offer(trade.id, lots);
    });
  }

  /** To the offers as they are shown, and to no others. */
  confirm(): void {
    const { trade } = this;
    if (trade !== null) void this.step(() => this.api.confirm(trade.id, trade.offersRevision));
  }

  cancel(): void {
    const { trade } = this;
    if (trade !== null) void this.step(() => this.api.cancel(trade.id));
  }

  /** The ended trade was read. */
  dismiss(): void {
    this.dismissed = this.trade?.id ?? "";
    this.trade = null;
    this.around.changed();
  }

  private step(
    act: () => Promise<TradeAnswer | null>,
    words: (problem: Problem) => string = (problem) => refusal(problem, ""),
  ): Promise<void> {
    this.stepsCount += 1;
    this.steps += 1;
    this.around.changed();
    this.last = this.last.then(async () => {
      try {
        const answer = await this.insist(act);
        await this.learnNames(answer);
        if (answer !== null) this.take(answer);
      } catch (error) {
        const problem = asProblem(error);
        this.around.told(problem.isPassing ? "away" : "refused", words(problem));
        await this.afterRefusal();
      }
      this.stepsCount -= 1;
      this.around.changed();
    });
    return this.last;
  }

  /** A step may be taken twice without harm: it says what it is about. */
  private async insist(act: () => Promise<TradeAnswer | null>): Promise<TradeAnswer | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (!asProblem(error).isPassing || tries === TRIES_MAX) throw error;
        await this.around.pause(PAUSE_MS);
      }
    }
  }

  /** One that is open with them is the wanted one: the answer to a try before was lost, or they were quicker. */
  private async begin(character: string): Promise<TradeAnswer> {
    try {
      return await this.api.openTrade(character);
    } catch (error) {
      if (asProblem(error).status !== 409 || character === this.api.character) throw error;
      const current = await this.current();
      const isWithThem = current?.sides.some((side) => side.character === character);
      if (current?.state !== "open" || !isWithThem) throw error;
      return current;
    }
  }

  /** What is shown may be what made it be refused. */
  private async afterRefusal(): Promise<void> {
    try {
      this.take(await this.current());
    } catch {
      // It is looked for again by itself.
    }
  }

  private async current(): Promise<TradeAnswer | null> {
    try {
      return await this.api.trade();
    } catch (error) {
      if (asProblem(error).kind === "not-found") return null;
      throw error;
    }
  }

  /** What the other is called; a trade goes on without a name if nobody tells it. */
  private async learnNames(answer: TradeAnswer | null): Promise<void> {
    for (const { character } of answer?.sides ?? []) {
      if (character === this.api.character || this.names.has(character)) continue;
      try {
        this.names.set(character, (await this.api.profile(character)).name);
      } catch {
        // It is asked for again with the next answer.
      }
    }
  }

  /** One that was over before this page saw it is nothing to tell. */
  private take(answer: TradeAnswer | null): void {
    const before = this.trade;
    const next = answer === null ? null : this.read(answer);
    const isKnown = next !== null && before?.id === next.id;
    if (next === null || (next.end !== null && !isKnown) || next.id === this.dismissed) {
      if (before?.end === null) this.trade = null;
    } else {
      this.trade = next;
      if (next.end !== null && before?.end === null) this.around.ended(next.end);
    }
    this.around.changed();
  }

  private read(answer: TradeAnswer): Trade | null {
    const ownPlace = answer.sides.findIndex(({ character }) => character === this.api.character);
    const [own, other] = [answer.sides[ownPlace], answer.sides[1 - ownPlace]];
    if (!own || !other) return null;
    return {
      id: answer.trade,
      end: answer.state === "open" ? null : answer.state,
      offersRevision: answer.offers_revision,
      endsAtMs: this.around.now() + answer.left_ms,
      own: this.sideOf(own),
      other: this.sideOf(other),
      isIncoming: ownPlace === 1 && own.offer.length === 0 && !own.confirmed,
    };
  }

  private sideOf({ character, confirmed, offer }: SideAnswer): TradeSide {
    return { name: this.names.get(character) ?? SOMEBODY, isConfirmed: confirmed, offer };
  }
}
