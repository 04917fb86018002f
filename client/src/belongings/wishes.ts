//! Wishes under way: one after the other, each under a key of its own that it keeps over all tries, so that
//! the service does it once whatever answers were lost. It does not know what wishes mean.

import { asProblem, type Problem } from "../account";
import type { Changed } from "./api";
import type { Holdings } from "./holdings";

/** Wishes that wait; more are refused. */
const WISHES_MAX = 12;
/** Between the tries of a wish while the service is away, milliseconds; the last is repeated. */
const PAUSES_MS = [400, 1_000, 2_500, 5_000];
/** Some 45 seconds; by then a player has given up. */
const TRIES_MAX = 12;

export interface Wish {
  path: string;
  form: object;
  /** What is shown until the answer is there, where that is sure enough. */
  foresee?: (has: Holdings) => Holdings;
  /** When it is done. */
  done: string;
  /** When there was no room. */
  noRoom: string;
}

export interface Hearers {
  done(wish: Wish, changed: Changed): void;
  refused(wish: Wish, problem: Problem): void;
  /** The service does not answer; it is asked again. */
  away(): void;
  givenUp(wish: Wish): void;
}

export class Wishes {
  private waiting: Wish[] = [];
  private isRunning = false;

  constructor(
    private readonly send: (wish: Wish) => Promise<Changed>,
    private readonly pause: (ms: number) => Promise<void>,
    private readonly hearers: Hearers,
  ) {}

  get count(): number {
    return this.waiting.length;
  }

  /** Whether one of this kind waits. */
  has(path: string): boolean {
    return this.waiting.some((wish) => wish.path === path);
  }

  /** Whether it was taken. */
  add(wish: Wish): boolean {
    if (this.waiting.length >= WISHES_MAX) return false;
    this.waiting.push(wish);
    void this.run();
    return true;
  }

  /** What will be there when all that waits is done. */
  foresee(has: Holdings): Holdings {
    return this.waiting.reduce((shown, wish) => wish.foresee?.(shown) ?? shown, has);
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    for (let wish = this.waiting[0]; wish; wish = this.waiting[0]) await this.fulfil(wish);
    this.isRunning = false;
  }

  /** Until there is an answer, or too many tries had none. */
  private async fulfil(wish: Wish): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const changed = await this.send(wish);
        this.waiting.shift();
        return this.hearers.done(wish, changed);
      } catch (error) {
        const problem = asProblem(error);
        if (!problem.isPassing) {
          this.waiting.shift();
          return this.hearers.refused(wish, problem);
        }
      }
      if (tries === TRIES_MAX) {
        this.waiting = [];
        return this.hearers.givenUp(wish);
      }
      this.hearers.away();
      await this.pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1] ?? 0);
    }
  }
}
