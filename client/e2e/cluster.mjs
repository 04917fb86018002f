//! A page and two hundred players in a world of several processes: what happens to those, the players hardly
//! notice.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { Cluster } from "./processes.mjs";
import { until } from "./waiting.mjs";

const DEED_MS_MAX = 60_000;
/** Inputs that must be applied after each deed: three seconds of them, or a moment's. */
const INPUTS = 60;
const INPUTS_BETWEEN = 10;
const JUMP_METRES = 0.2;
/** Beside the page, on both edges. */
const BOTS = 200;

export async function cluster(report, browser) {
  const check = (name, work) => report.check(`cluster: ${name}`, work);
  const world = new Cluster();
  let player = null;
  try {
    await check("a page joins a world of two pods by one of two edges", async () => {
      await world.start();
      player = await Player.open(browser, world.edges[0].url, "Cluster");
      await player.join(0);
      await player.joined();
      await until("both pods are waited for", () => world.ctl(1, "shards").shards.length === 2, DEED_MS_MAX);
      // From here on to the end, so that whoever applies its inputs moves its body.
      await player.evaluate(() => window.voxelheim.test.press("jump"));
      await playsOn(player, INPUTS);
    });
    await check(`${BOTS} players join by both edges`, async () => {
      world.startBots(BOTS);
      const players = () => world.ctl(1, "shards").shards.reduce((sum, shard) => sum + shard.players, 0);
      await until("all are there", () => players() === BOTS + 1, DEED_MS_MAX);
    });
    await check("all regions move while it plays, and its link stays", () => undisturbed(player, () => world.moveAll(2, () => playsOn(player, INPUTS_BETWEEN))));
    await check("a pod is killed and comes back, and its link stays", () =>
      undisturbed(player, async () => {
        await world.pods[1].kill();
        await world.pods[1].run();
      }),
    );
    await check("a pod is emptied and leaves, and its link stays", () => undisturbed(player, () => world.pods[1].end()));
    await check("its edge goes away, and it goes on at the other in the same body", () => handOver(world, player));
    await check("its edge is killed, and it goes on at the other in the same body", () => lose(world, player));
    await check("no player was dropped, and all were told in time", async () => {
      const told = await world.bots.finish();
      const { joined, dropped, staleness_broken: broken } = told;
      assert.deepEqual({ joined, dropped, broken }, { joined: BOTS, dropped: 0, broken: 0 }, JSON.stringify(told));
    });
    await check("no page met an error", () => assert.deepEqual(player.errors, []));
  } finally {
    await player?.close();
    await world.dispose();
  }
}

/** The server applies what the page sends: so many inputs more, and by its word the body moves. */
async function playsOn(player, count) {
  // Who has just come to an edge has not heard of its body there.
  await player.until("hears of its body", () => window.voxelheim.told !== null, DEED_MS_MAX);
  const { told } = await state(player);
  const isApplied = ([sequence, height, metres]) => {
    const { told } = window.voxelheim;
    return told !== null && told.sequence >= sequence && Math.abs(told.position.y - height) > metres;
  };
  const aim = [told.sequence + count, told.position.y, JUMP_METRES];
  await player.until(`${count} inputs are applied`, isApplied, DEED_MS_MAX, aim);
}

/** Its inputs are applied, on the same link and to the same body. */
async function undisturbed(player, deed) {
  const before = await state(player);
  await deed();
  await playsOn(player, INPUTS);
  const after = await state(player);
  assert.deepEqual([after.body, after.welcomes, after.phase], [before.body, before.welcomes, "joined"]);
}

async function handOver(world, player) {
  const before = await state(player);
  await world.edges[0].end();
  await goesOnElsewhere(player, before);
  await player.screenshot("cluster-handed-over");
  await world.edges[0].run();
}

async function lose(world, player) {
  const before = await state(player);
  await until("the edges know of each other", () => world.knowsSiblings(1), DEED_MS_MAX);
  // What the page heard of it by its own edge, it heard when it came.
  await world.edges[1].kill();
  await goesOnElsewhere(player, before);
}

async function goesOnElsewhere(player, before) {
  const isBack = (count) => window.voxelheim.welcomesCount > count && window.voxelheim.phase === "joined";
  await player.until("goes on elsewhere", isBack, DEED_MS_MAX, before.welcomes);
  assert.equal((await state(player)).body, before.body);
  await playsOn(player, INPUTS);
}

function state(player) {
  return player.evaluate(() => ({
    body: window.voxelheim.own.id,
    welcomes: window.voxelheim.welcomesCount,
    phase: window.voxelheim.phase,
    told: window.voxelheim.told,
  }));
}
