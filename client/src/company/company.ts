//! Whom the player knows and belongs to, as the windows see it: friends, party, guild, leaderboards, and the own
//! character. While a window is open all of it is kept fresh; in the battle otherwise only what waits for an
//! answer; without the service the battle goes on.

import { asProblem, type Problem } from "../account";
import { CompanyApi, type Asker } from "./api";
import { BOARD_FIRST, isSameBoard, readBoard, type BoardChoice, type BoardView } from "./boards";
import type { Deed } from "./deeds";
import { readCalls, readFellowship, type Calls, type Fellowship } from "./reading";
import { reusing } from "./sameness";
import { AWAY, NO_SERVICE, NOBODY, refusal, TOO_MANY } from "./words";

/** Between two looks while a window is open. */
const LOOK_MS = 6_000;
/** In the battle without one: a party's invitation stands for five minutes. */
const CALLS_MS = 20_000;
/** Deeds that wait for each other; more than a hand does. */
const DEEDS_MAX = 8;

/** Why nothing can be shown, or is no longer sure. */
export type Trouble = "" | "nobody" | "away" | "refused";

/** What became of the newest deed. */
export interface Word {
  kind: "done" | "refused" | "away";
  text: string;
  /** Grows with each. */
  number: number;
}

export interface CompanyState {
  isOpen: boolean;
  /** Null until the service told it. */
  calls: Calls | null;
  /** Of the own character. Null until the service told it. */
  level: number | null;
  /** Null until a window was open. */
  fellowship: Fellowship | null;
  board: BoardView;
  trouble: Trouble;
  /** A sentence about the trouble. */
  troubleText: string;
  word: Word | null;
  isBusy: boolean;
}

export interface Surroundings {
  /** Calls once, later; what it gives takes that back. */
  later(ms: number, work: () => void): () => void;
}

const NOTHING: CompanyState = {
  isOpen: false,
  calls: null,
  level: null,
  fellowship: null,
  board: BOARD_FIRST,
  trouble: "",
  troubleText: "",
  word: null,
  isBusy: false,
};

export class Company {
  private current = NOTHING;
  private listeners: ((state: CompanyState) => void)[] = [];
  private api: CompanyApi | null = null;
  private isAttending = false;
  /** Whether the level is to be learned with the next look, window or not. */
  private isLevelDue = false;
  private stopWaiting: () => void = () => undefined;
  private looking: Promise<void> | null = null;
  private deedsCount = 0;
  private last: Promise<unknown> = Promise.resolve();
  private wordNumber = 0;

  constructor(
    private readonly asker: Asker,
    private readonly around: Surroundings,
  ) {}

  get state(): CompanyState {
    return this.current;
  }

  /** Calls at once, and whenever something changed; what it gives ends that. */
  subscribe(listener: (state: CompanyState) => void): () => void {
    this.listeners.push(listener);
    listener(this.current);
    return () => {
      this.listeners = this.listeners.filter((it) => it !== listener);
    };
  }

  /** Whether the player is in the battle, where others call. */
  attend(isAttending: boolean): void {
    this.isAttending = isAttending;
    if (isAttending) this.lookForLevel();
    else this.wait();
  }

  /** The character may have reached a level. */
  lookForLevel(): void {
    this.isLevelDue = true;
    void this.lookAnew();
  }

  /** A window shows it. */
  open(): void {
    this.change({ isOpen: true });
    void this.lookAnew();
  }

  close(): void {
    this.change({ isOpen: false, word: null });
    this.wait();
  }

  /** Looks now; one look at a time. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => {
      this.looking = null;
      this.wait();
    });
    return this.looking;
  }

  showBoard(choice: BoardChoice): void {
    this.change({ board: { ...choice, ranks: null } });
    void this.lookAnew();
  }

  /** Does it after those before it; whether it was done. */
  async act(deed: Deed): Promise<boolean> {
    const api = this.apiOfNow();
    if (api === null) return false;
    if (this.deedsCount >= DEEDS_MAX) {
      this.tell("refused", TOO_MANY);
      return false;
    }
    this.deedsCount += 1;
    this.change({ isBusy: true });
    const done = this.last.then(() => this.attempt(api, deed));
    this.last = done;
    return done;
  }

  private async attempt(api: CompanyApi, deed: Deed): Promise<boolean> {
    let isDone = false;
    try {
      await deed.work(api);
      isDone = true;
      this.tell("done", deed.done);
    } catch (error) {
      const problem = asProblem(error);
      this.tell(problem.isPassing ? "away" : "refused", refusal(problem));
    }
    await this.lookAnew();
    this.deedsCount -= 1;
    this.change({ isBusy: this.deedsCount > 0 });
    return isDone;
  }

  /** A look under way may have begun before what it is to show. */
  private async lookAnew(): Promise<void> {
    await this.looking;
    return this.look();
  }

  private async lookOnce(): Promise<void> {
    const api = this.apiOfNow();
    if (api === null) {
      const troubleText = this.asker.state.isOffered ? NOBODY : NO_SERVICE;
      return this.change({ trouble: "nobody", troubleText });
    }
    try {
      await this.learn(api);
      if (this.api === api) this.change({ trouble: "", troubleText: "" });
    } catch (error) {
      if (this.api === api) this.fail(asProblem(error));
    }
  }

  private async learn(api: CompanyApi): Promise<void> {
    if (!this.current.isOpen) {
      const [read, level] = await Promise.all([readCalls(api), this.readLevel(api)]);
      if (this.api === api) this.change({ calls: reusing(this.current.calls, read), level });
      return;
    }
    const { board } = this.current;
    const [read, ranked] = await Promise.all([readFellowship(api), readBoard(api, board)]);
    if (this.api !== api) return;
    const fellowship = reusing(this.current.fellowship, read);
    const ranks = reusing(board.ranks, ranked);
    const isShown = isSameBoard(board, this.current.board);
    this.change({
      fellowship,
      level: fellowship.profile.level,
      calls: { relations: fellowship.relations, invitations: fellowship.invitations },
      ...(isShown ? { board: { ...board, ranks } } : {}),
    });
  }

  private async readLevel(api: CompanyApi): Promise<number | null> {
    if (!this.isLevelDue) return this.current.level;
    this.isLevelDue = false;
    try {
      return (await api.profile()).level;
    } catch (error) {
      this.isLevelDue = true;
      throw error;
    }
  }

  private fail(problem: Problem): void {
    const trouble = problem.isPassing ? "away" : "refused";
    this.change({ trouble, troubleText: problem.isPassing ? AWAY : refusal(problem) });
  }

  /** Of who plays now; of another all begins anew. */
  private apiOfNow(): CompanyApi | null {
    const character = this.asker.character();
    if ((this.api?.character ?? null) === character) return this.api;
    this.api = character === null ? null : new CompanyApi(this.asker, character);
    this.change({ calls: null, level: null, fellowship: null, board: BOARD_FIRST, word: null });
    return this.api;
  }

  private tell(kind: Word["kind"], text: string): void {
    this.wordNumber += 1;
    this.change({ word: { kind, text, number: this.wordNumber } });
  }

  /** The next look, if there is to be one. */
  private wait(): void {
    this.stopWaiting();
    if (!this.current.isOpen && !this.isAttending) return;
    const ms = this.current.isOpen ? LOOK_MS : CALLS_MS;
    this.stopWaiting = this.around.later(ms, () => void this.look());
  }

  private change(part: Partial<CompanyState>): void {
    this.current = { ...this.current, ...part };
    for (const listener of this.listeners) listener(this.current);
  }
}
