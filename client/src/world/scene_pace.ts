//! How often the scene behind the title is drawn: at half the usual rate, and where drawing is slow,
//! seldom enough that the title itself answers at once. Pure: the clock is an argument.

const PICTURE_MS = 30;
/** It rests for so many times of what a picture took. */
const REST_SHARE = 2;
/** A picture that took longer (the first ones, with all that is made for them) tells nothing. */
const COST_MS_MAX = 1_000;

export class ScenePace {
  private drawnMs = Number.NEGATIVE_INFINITY;
  private dueMs = 0;
  private wasDrawn = false;

  /** Asked once a frame; true when this frame is to be drawn. */
  isDue(nowMs: number): boolean {
    if (this.wasDrawn) {
      // What drawing took is seen by when the browser asks for the next frame.
      const costMs = Math.min(COST_MS_MAX, nowMs - this.drawnMs);
      this.dueMs = this.drawnMs + Math.max(PICTURE_MS, costMs * (1 + REST_SHARE));
      this.wasDrawn = false;
    }
    if (nowMs < this.dueMs) return false;
    this.drawnMs = nowMs;
    this.wasDrawn = true;
    return true;
  }
}
