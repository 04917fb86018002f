//! For tests: a clock that they move.

/** Lets answers arrive that are due without a pause. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 60; turns++) await Promise.resolve();
}

export class FakeClock {
  private nowMs = 0;
  private waiting: { atMs: number; work: () => void }[] = [];

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
