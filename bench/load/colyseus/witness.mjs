// One client of the Colyseus peer by its own library: checks that each patch told it of every body that it
// sees, at its right place. Arguments: port, bodies that it sees, patches to check. Ends with an error when
// one is wrong.

import { Client } from "colyseus.js";
import { State, place } from "./room.mjs";

const [port, seenCount, patchesCount] = process.argv.slice(2).map(Number);

const client = new Client(`ws://127.0.0.1:${port}`);
const room = await client.joinOrCreate("battle", {}, State);
let checkedCount = 0;

function assert(holds, text) {
  if (!holds) {
    console.error(`the Colyseus peer does not tell what it should: ${text}`);
    process.exit(1);
  }
}

room.onStateChange((state) => {
  if (checkedCount === patchesCount) {
    return;
  }
  assert(state.bodies.size === seenCount, `${state.bodies.size} bodies, not ${seenCount}`);
  for (const [name, body] of state.bodies) {
    const { x, y, z, yaw } = place(Number(name), state.tick);
    const isRight = body.x === x && body.y === y && body.z === z && body.yaw === yaw;
    assert(isRight, `body ${name} is not where it is at tick ${state.tick}`);
  }
  checkedCount += 1;
  if (checkedCount === patchesCount) {
    room.leave().then(() => process.exit(0));
  }
});
