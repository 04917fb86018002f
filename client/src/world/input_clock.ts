//! When the next movement step is due: 20 a second by the page's time, at any frame rate, and a
//! little slower or faster so that the server's queue of inputs stays short but not empty.

import { TICK_MS } from "./clock";

/** Steps made up for after a stall of the page. What is beyond is lost. */
const STEPS_AT_ONCE_MAX = 5;
/** Inputs that wait on the server at best: one, against jitter. */
const QUEUE_LOW = 0.3;
const QUEUE_HIGH = 1.7;
/** Share by which the pace changes. */
const PACE_CHANGE = 0.02;
const QUEUE_SMOOTHING = 0.1;

export class InputClock {
  private passedMs = 0;
  private lastMs = Number.NaN;
  private queueCount = 1;

  reset(): void {
    this.passedMs = 0;
    this.lastMs = Number.NaN;
    this.queueCount = 1;
  }

  /** Steps due by now, since the last call. */
  due(nowMs: number): number {
    this.passedMs += Number.isNaN(this.lastMs) ? 0 : nowMs - this.lastMs;
    this.lastMs = nowMs;
    const due = Math.floor(this.passedMs / this.stepMs);
    this.passedMs -= due * this.stepMs;
    return Math.min(due, STEPS_AT_ONCE_MAX);
  }

  /** How much of the next step has passed, 0..1. */
  get share(): number {
    return this.passedMs / this.stepMs;
  }

  /** The server has this many inputs waiting. */
  heard(queueCount: number): void {
    this.queueCount += (queueCount - this.queueCount) * QUEUE_SMOOTHING;
  }

  private get stepMs(): number {
    if (this.queueCount > QUEUE_HIGH) return TICK_MS * (1 + PACE_CHANGE);
    if (this.queueCount < QUEUE_LOW) return TICK_MS * (1 - PACE_CHANGE);
    return TICK_MS;
  }
}
