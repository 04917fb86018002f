//! Holds events back until the tick at which others are shown, so that an arrow leaves the hand that
//! looses it. What concerns the own player is told at once.

import type { GameEvent } from "./state";

/** Events older than this are told however late the clock is. */
const WAIT_TICKS_MAX = 10;

export class EventQueue {
  private waiting: { tick: number; event: GameEvent }[] = [];
  private due: GameEvent[] = [];

  reset(): void {
    this.waiting = [];
    this.due = [];
  }

  add(tick: number, events: readonly GameEvent[], ownId: number): void {
    for (const event of events) {
      if (concerns(event, ownId)) this.due.push(event);
      else this.waiting.push({ tick, event });
    }
  }

  /** Those due by `renderTick`, each once. */
  take(renderTick: number): GameEvent[] {
    const due = this.due;
    this.due = [];
    if (this.waiting.length === 0) return due;
    const later: { tick: number; event: GameEvent }[] = [];
    for (const entry of this.waiting) {
      const isDue = entry.tick <= renderTick || entry.tick > renderTick + WAIT_TICKS_MAX;
      if (isDue) due.push(entry.event);
      else later.push(entry);
    }
    this.waiting = later;
    return due;
  }
}

/** Whether the player did it, suffered it, or sees the ground change, which is shown at once too. */
function concerns(event: GameEvent, ownId: number): boolean {
  switch (event.kind) {
    case "hurt":
      return event.attacker === ownId || event.target === ownId;
    case "healed":
      return event.target === ownId;
    case "arrowLoosed":
      return event.shooter === ownId;
    case "bombThrown":
      return event.thrower === ownId;
    case "hornBlown":
      return event.body === ownId;
    case "explosion":
    case "blockBroken":
    case "blockPlaced":
      return true;
    default:
      return false;
  }
}
