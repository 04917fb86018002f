//! The servers of a battle that this page knows, and which one it tries. Wire worker.

/** Servers that are remembered; a list from outside is cut there. */
const EDGES_MAX = 64;

export class Edges {
  private known: string[];
  private place = 0;

  /** Begins at the server that the page came from. */
  constructor(origin: string) {
    this.known = [origin];
  }

  get current(): string {
    return this.known[this.place];
  }

  get count(): number {
    return this.known.length;
  }

  /** Other servers, as one of them named them. */
  learn(origins: unknown): void {
    if (!Array.isArray(origins)) return;
    for (const origin of origins) {
      const isGood = typeof origin === "string" && /^https?:\/\/[^/]+$/.test(origin);
      const isNew = isGood && !this.known.includes(origin);
      if (isNew && this.known.length < EDGES_MAX) this.known.push(origin);
    }
  }

  /** Turns to the next one; after the last comes the first. */
  turn(): void {
    this.place = (this.place + 1) % this.known.length;
  }
}
