import { describe, expect, it } from "vitest";
import { Ghosts } from "./ghosts";

const PLANK = 6;
const nothing = () => 0;
const at = (x: number) => ({ x, y: 1, z: 1 });

describe("ghosts", () => {
  it("go when the edit arrives", () => {
    const ghosts = new Ghosts();
    ghosts.place(at(1), PLANK, 10, 0);
    ghosts.settle(nothing, 100);
    expect(ghosts.all).toHaveLength(1);
    ghosts.settle(() => PLANK, 200);
    expect(ghosts.all).toHaveLength(0);
    expect(ghosts.rolledBackCount).toBe(0);
  });

  it("are rolled back when the input was refused or nobody answers", () => {
    const ghosts = new Ghosts();
    ghosts.place(at(1), PLANK, 10, 0);
    ghosts.place(at(2), PLANK, 14, 300);
    ghosts.refuse([10, 11]);
    expect(ghosts.all.map((ghost) => ghost.block.x)).toEqual([2]);
    ghosts.settle(nothing, 5_000);
    expect(ghosts.all).toHaveLength(0);
    expect(ghosts.rolledBackCount).toBe(2);
  });

  it("come no faster than the server builds, and once a place", () => {
    const ghosts = new Ghosts();
    ghosts.place(at(1), PLANK, 10, 0);
    ghosts.place(at(2), PLANK, 11, 50);
    ghosts.place(at(1), PLANK, 16, 400);
    expect(ghosts.all).toHaveLength(1);
  });
});
