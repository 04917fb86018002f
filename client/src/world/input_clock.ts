//! When the next movement step is due: 20 a second by the page's time, at any frame rate, fewer while
//! the world runs slower, and a little slower or faster so that the server's queue of inputs stays short
//! but not empty.

import { TICK_MS } from "./clock";

/** Steps made up for after a stall of the page. What is beyond is lost. */
const STEPS_AT_ONCE_MAX = 5;
/** Inputs that wait on the server at best: one, against jitter. */
const QUEUE_LOW = 0.3;
const QUEUE_HIGH = 1.7;
/** So many are no jitter: the world has slowed, and its word of that is still on the way. */
const QUEUE_FAR = 4;
/** Shares by which the pace changes. */
const PACE_CHANGE = 0.02;
const PACE_CHANGE_FAR = 0.2;
const QUEUE_SMOOTHING = 0.1;

export class InputClock {
  /** Since the newest step, in steps. */
  private passed = 0;
  private lastMs = Number.NaN;
  private queueCount = 1;
  private rate = 1;

  reset(): void {
    this.passed = 0;
    this.lastMs = Number.NaN;
    this.queueCount = 1;
    this.rate = 1;
  }

  /** The world runs at this share of real time: it takes so many fewer inputs. */
  setRate(rate: number): void {
    this.rate = rate;
  }

  /** Steps due by now, since the last call. */
  due(nowMs: number): number {
    this.passed += Number.isNaN(this.lastMs) ? 0 : (nowMs - this.lastMs) / this.stepMs;
    this.lastMs = nowMs;
    const due = Math.floor(this.passed);
    this.passed -= due;
    return Math.min(due, STEPS_AT_ONCE_MAX);
  }

  /** How much of the next step has passed, 0..1. */
  get share(): number {
    return this.passed;
  }

  /** The server has this many inputs waiting. */
  heard(queueCount: number): void {
    this.queueCount += (queueCount - this.queueCount) * QUEUE_SMOOTHING;
  }

  private get stepMs(): number {
    const stepMs = TICK_MS / this.rate;
    if (this.queueCount > QUEUE_FAR) return stepMs * (1 + PACE_CHANGE_FAR);
    if (this.queueCount > QUEUE_HIGH) return stepMs * (1 + PACE_CHANGE);
    if (this.queueCount < QUEUE_LOW) return stepMs * (1 - PACE_CHANGE);
    return stepMs;
  }
}
