import { describe, expect, it } from "vitest";
import { EventQueue } from "./event_queue";
import type { GameEvent } from "./state";

const OWN = 5;
const place = { x: 0, y: 0, z: 0 };

function hornOf(body: number): GameEvent {
  return { kind: "hornBlown", body, position: place };
}

describe("event queue", () => {
  it("tells others' deeds when the clock reaches them, once, in order", () => {
    const queue = new EventQueue();
    queue.add(12, [hornOf(2)], OWN);
    queue.add(11, [hornOf(1)], OWN);
    expect(queue.take(10.9)).toEqual([]);
    expect(queue.take(12.1)).toEqual([hornOf(2), hornOf(1)]);
    expect(queue.take(13)).toEqual([]);
  });

  it("tells at once what the player did or felt", () => {
    const queue = new EventQueue();
    const wound: GameEvent = {
      kind: "hurt",
      target: OWN,
      attacker: 9,
      weapon: 0,
      damage: 3,
      position: place,
    };
    queue.add(12, [hornOf(OWN), wound, hornOf(3)], OWN);
    expect(queue.take(10)).toEqual([hornOf(OWN), wound]);
  });

  it("does not wait for ever when the clock was reset", () => {
    const queue = new EventQueue();
    queue.add(90_000, [hornOf(2)], OWN);
    expect(queue.take(5)).toEqual([hornOf(2)]);
  });
});
