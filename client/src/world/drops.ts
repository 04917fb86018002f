//! What lies on the ground around the own body, as the server told it last, and what the player has
//! just picked up of it.

import type { Drop, FindNotice, Stack } from "./state";
import { thingOf } from "./things";

const NOTICES_LENGTH = 4;
const NOTICE_LIFE_MS = 4_000;

export class Drops {
  /** A new list whenever it changes. */
  lying: readonly Drop[] = [];
  /** Times the player picked something up. */
  findsCount = 0;
  private notices: FindNotice[] = [];

  reset(): void {
    this.lying = [];
    this.notices = [];
  }

  replace(drops: readonly Drop[]): void {
    this.lying = drops;
  }

  find(found: readonly Stack[], nowMs: number): void {
    if (found.length === 0) return;
    this.findsCount += 1;
    const notice = {
      number: this.findsCount,
      text: findText(found),
      item: thingOf(found[0].thing).item,
      atMs: nowMs,
    };
    this.notices = [...this.notices, notice].slice(-NOTICES_LENGTH);
  }

  freshNotices(nowMs: number): readonly FindNotice[] {
    this.notices = this.notices.filter((notice) => nowMs - notice.atMs < NOTICE_LIFE_MS);
    return this.notices;
  }
}

/** "+3 Gold coin, +1 Bread": each thing once, in the order in which it was picked up. */
export function findText(found: readonly Stack[]): string {
  const counts = new Map<number, number>();
  for (const { thing, count } of found) counts.set(thing, (counts.get(thing) ?? 0) + count);
  return Array.from(counts, ([thing, count]) => `+${count} ${thingOf(thing).title}`).join(", ");
}
