//! The playback clock: which server tick other bodies are shown at. It follows the ticks that
//! arrive, a little behind them, and never jumps while the link is fair. When the server says that time
//! runs slower, it slows with it. Main thread.

/** A tick while time runs as it should. */
export const TICK_MS = 50;
/** Behind the newest snapshot on a clean link: two intervals, so that one lost changes nothing. */
const DELAY_TICKS_MIN = 2;
const DELAY_TICKS_MAX = 6;
/** Farther off than this, the clock jumps instead of creeping. */
const JUMP_TICKS = 8;
/** Share of the error mended per second. */
const MEND_PER_SECOND = 1.5;
/** The clock runs at most this much faster or slower than the server. */
const RATE_DEVIATION_MAX = 0.1;
/** How fast the measure of jitter forgets, per snapshot. */
const JITTER_DECAY = 0.98;

export class PlaybackClock {
  /** Fractional server tick shown now. */
  renderTick = 0;
  newestTick = 0;
  private started = false;
  /** Server tick due at a page time, by the smoothed best arrival. */
  private dueTick = 0;
  private dueAtMs = 0;
  private tickMs = TICK_MS;
  private jitterTicks = 0;

  reset(): void {
    this.started = false;
    this.jitterTicks = 0;
    this.newestTick = 0;
    this.tickMs = TICK_MS;
  }

  /** The world runs at this share of real time from now on. */
  setRate(rate: number, nowMs: number): void {
    this.dueTick = this.dueAt(nowMs);
    this.dueAtMs = nowMs;
    this.tickMs = TICK_MS / rate;
  }

  /** A snapshot of `tick` arrived at page time `nowMs`. */
  arrived(tick: number, nowMs: number): void {
    if (this.started && tick <= this.newestTick) return;
    this.newestTick = tick;
    const isFar = Math.abs(this.dueAt(nowMs) - tick) > JUMP_TICKS;
    if (!this.started || isFar) this.start(tick, nowMs);
    // Early arrivals set the pace at once, late ones only say how much the link jitters.
    const late = this.dueAt(nowMs) - tick;
    this.dueTick += late < 0 ? -late * 0.5 : -late * 0.02;
    this.jitterTicks = Math.max(this.jitterTicks * JITTER_DECAY, Math.max(0, late));
  }

  advance(nowMs: number, deltaMs: number): number {
    if (!this.started) return this.renderTick;
    const passedTicks = deltaMs / this.tickMs;
    const wanted = this.dueAt(nowMs) - this.delayTicks;
    const error = wanted - this.renderTick - passedTicks;
    if (Math.abs(error) > JUMP_TICKS) {
      this.renderTick = wanted;
      return wanted;
    }
    const limit = RATE_DEVIATION_MAX * passedTicks;
    const mend = (error * MEND_PER_SECOND * deltaMs) / 1_000;
    this.renderTick += passedTicks + Math.min(limit, Math.max(-limit, mend));
    return this.renderTick;
  }

  /** How far behind the newest expected tick others are shown. */
  get delayTicks(): number {
    return Math.min(DELAY_TICKS_MAX, DELAY_TICKS_MIN + this.jitterTicks);
  }

  get delayMs(): number {
    return this.delayTicks * this.tickMs;
  }

  private dueAt(nowMs: number): number {
    return this.dueTick + (nowMs - this.dueAtMs) / this.tickMs;
  }

  private start(tick: number, nowMs: number): void {
    this.started = true;
    this.dueTick = tick;
    this.dueAtMs = nowMs;
    this.jitterTicks = 0;
    this.renderTick = tick - DELAY_TICKS_MIN;
  }
}
