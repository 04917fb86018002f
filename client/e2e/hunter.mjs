//! A fighter that runs in a page: goes for the nearest living foe and strikes it, and fetches what lies
//! around if it is to. It moves the same controls as a hand does.

/** Starts hunting in the page; `window.hunter.stop()` ends it. */
export function startHunting({ gathers }) {
  const { voxelheim } = window;
  const { test } = voxelheim;
  const REACH_METRES = 2.6;
  const SIGHT_METRES = 400;
  let before = voxelheim.own.position;
  let stuckCount = 0;

  const strike = () => {
    test.press("primary");
    setTimeout(() => test.release("primary"), 60);
  };
  const climb = (position) => {
    const moved = Math.hypot(position.x - before.x, position.z - before.z);
    stuckCount = moved < 0.3 ? stuckCount + 1 : 0;
    before = position;
    test.release("jump");
    test.release("left");
    test.release("right");
    if (stuckCount > 1) test.press("jump");
    if (stuckCount > 6) test.press(stuckCount % 40 < 20 ? "left" : "right");
  };
  const metresTo = ({ x, y, z }) => {
    const { position } = voxelheim.own;
    return Math.hypot(x - position.x, y - position.y, z - position.z);
  };
  /** The nearest that it may take. */
  const find = () => {
    const free = voxelheim.drops.filter(({ isKept }) => !isKept);
    return free.sort((one, other) => metresTo(one.position) - metresTo(other.position))[0];
  };
  const step = () => {
    const own = voxelheim.own;
    if (!own.alive) return;
    const drop = gathers ? find() : undefined;
    if (drop) {
      test.aimAt(drop.position.x, drop.position.y + 1, drop.position.z);
      test.press("forward");
      return climb(own.position);
    }
    const foes = voxelheim.bodiesWithin(SIGHT_METRES);
    const foe = foes.find((body) => body.house !== own.house && body.health > 0 && !body.isPlayer);
    if (!foe) return test.press("forward");
    const { x, y, z } = foe.position;
    test.aimAt(x, y + 1, z);
    if (metresTo(foe.position) < REACH_METRES) {
      test.release("forward");
      strike();
      return;
    }
    test.press("forward");
    test.press("run");
    climb(own.position);
  };
  test.selectSlot(0);
  const timer = setInterval(step, 120);
  window.hunter = {
    stop: () => {
      clearInterval(timer);
      for (const action of ["forward", "run", "jump", "left", "right"]) test.release(action);
    },
  };
}
