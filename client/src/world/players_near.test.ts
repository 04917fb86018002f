import { describe, expect, it } from "vitest";
import { playersNear } from "./players_near";
import type { FrameView } from "./state";

/** Bodies in a row to the east, at so many metres; names are their numbers. */
function view(metres: readonly number[], players: readonly number[], aimBody = 0): FrameView {
  const bodies = {
    count: metres.length,
    id: Uint32Array.from(metres, (_, row) => row + 1),
    newer: Float32Array.from(metres.flatMap((x) => [x, 0, 0, 0])),
    isPlayer: (id: number) => players.includes(id),
    nameOf: (id: number) => `n${id}`,
  };
  const own = { id: 99, position: { x: 0, y: 0, z: 0 } };
  return { bodies, own, aimBody } as unknown as FrameView;
}

describe("players near", () => {
  it("are named nearest first, soldiers and those far off left out", () => {
    expect(playersNear(view([30, 5, 1, 49], [1, 2, 4]))).toEqual(["n2", "n1"]);
  });

  it("begin with who is looked at, and are no more than a glance takes in", () => {
    const metres = [1, 2, 3, 4, 5, 6, 7, 8];
    const names = playersNear(view(metres, [1, 2, 3, 4, 5, 6, 7, 8], 8));
    expect(names).toEqual(["n8", "n1", "n2", "n3", "n4", "n5"]);
  });
});
