//! The playback clock: which server tick other bodies are shown at. It follows the ticks that
//! arrive, a little behind them, and never jumps while the link is fair. Main thread.

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
  /** Server tick at page time 0, by the smoothed best arrival. */
  private offsetTicks = 0;
  private jitterTicks = 0;

  reset(): void {
    this.started = false;
    this.jitterTicks = 0;
    this.newestTick = 0;
  }

  /** A snapshot of `tick` arrived at page time `nowMs`. */
  arrived(tick: number, nowMs: number): void {
    if (this.started && tick <= this.newestTick) return;
    this.newestTick = tick;
    const offset = tick - nowMs / TICK_MS;
    if (!this.started || Math.abs(offset - this.offsetTicks) > JUMP_TICKS) this.start(offset, nowMs);
    // Early arrivals set the pace at once, late ones only say how much the link jitters.
    const late = this.offsetTicks - offset;
    this.offsetTicks += late < 0 ? -late * 0.5 : -late * 0.02;
    this.jitterTicks = Math.max(this.jitterTicks * JITTER_DECAY, Math.max(0, late));
  }

  advance(nowMs: number, deltaMs: number): number {
    if (!this.started) return this.renderTick;
    const wanted = nowMs / TICK_MS + this.offsetTicks - this.delayTicks;
    const error = wanted - this.renderTick - deltaMs / TICK_MS;
    if (Math.abs(error) > JUMP_TICKS) {
      this.renderTick = wanted;
      return wanted;
    }
    const limit = (RATE_DEVIATION_MAX * deltaMs) / TICK_MS;
    const mend = (error * MEND_PER_SECOND * deltaMs) / 1_000;
    this.renderTick += deltaMs / TICK_MS + Math.min(limit, Math.max(-limit, mend));
    return this.renderTick;
  }

  /** How far behind the newest expected tick others are shown. */
  get delayTicks(): number {
    return Math.min(DELAY_TICKS_MAX, DELAY_TICKS_MIN + this.jitterTicks);
  }

  private start(offset: number, nowMs: number): void {
    this.started = true;
    this.offsetTicks = offset;
    this.jitterTicks = 0;
    this.renderTick = nowMs / TICK_MS + offset - DELAY_TICKS_MIN;
  }
}
