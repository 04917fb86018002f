//! The operators' panel over a world of two pods: a region in which players fight goes from one to the other, and a
//! pod is emptied and takes regions again.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { DEED_MS_MAX, Panel } from "./panel.mjs";
import { Cluster } from "./processes.mjs";
import { Server } from "./server.mjs";
import { Admin } from "./staff.mjs";
import { until } from "./waiting.mjs";

const OPERATOR = { email: "olga@example.org", role: "operator" };
/** Who fight beside the page, on both edges. */
const BOTS = 40;
const REASON = "To see how the pods take it";

export async function adminPods(report, browser) {
  const check = (name, work) => report.check(`admin of pods: ${name}`, work);
  const world = new Cluster();
  let [server, player, panel] = [null, null, null];
  try {
    await check("a page and bots fight in a world of two pods", async () => {
      await world.start();
      player = await Player.open(browser, world.edges[0].url, "Pods");
      await player.join(0);
      await player.joined();
      world.startBots(BOTS);
      const players = () => world.ctl(1, "shards").shards.reduce((sum, shard) => sum + shard.players, 0);
      await until("all are there", () => players() === BOTS + 1, DEED_MS_MAX * 2);
    });
    await check("an operator sees both pods", async () => {
      server = await Server.start(1);
      const operator = await Admin.appoint(server, OPERATOR);
      await world.startAdmin(server);
      panel = await Panel.open(browser, server, operator, (page) => ofWorld(page, world));
      await panel.enter();
      await panel.go("world");
      for (const pod of [1, 2]) await panel.says("main h2", `Pod ${pod}`);
    });
    await check("a region goes from pod to pod while they fight in it, and its pause is told", () => moves(panel, player, world));
    await check("a pod is drained, and takes regions again", () => drains(panel, world));
    await check("nobody was dropped", async () => {
      assert.equal(await player.evaluate(() => window.voxelheim.phase), "joined");
      const { joined, dropped } = await world.bots.finish();
      assert.deepEqual({ joined, dropped }, { joined: BOTS, dropped: 0 });
    });
    await check("no page met an error", () => assert.deepEqual([...panel.errors, ...player.errors], []));
  } finally {
    await panel?.close();
    await player?.close();
    await world.dispose();
    await server?.dispose();
  }
}

/** What is asked of staff's service is asked of the one beside the pods. */
function ofWorld(page, { admin }) {
  return page.route("**/api/admin/**", (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.continue({ url: `${admin.url}${pathname.replace("/api", "")}${search}` });
  });
}

async function moves(panel, player, world) {
  await panel.stillController(REASON);
  const { region, owner } = fullest(world);
  await panel.go("map");
  await panel.page.waitForSelector(`.square[data-region="${region}"]`);
  await panel.choose(region);
  const { bodies } = await panel.move(region, REASON);
  assert.ok(bodies > 1, "they fight in it");
  const told = world.ctl(1, "regions").regions.find((row) => row.region === region);
  assert.notEqual(told.owner.split("/")[0], owner.split("/")[0]);
  assert.ok(told.moved.pause_ticks >= 1 && told.moved.from === owner, JSON.stringify(told));
  await panel.screenshot("admin-moved-between-pods");
  assert.equal(await player.evaluate(() => window.voxelheim.phase), "joined");
}

/** What is pinned stays, so that the pod is never quite empty and goes on as a part of the world. */
async function drains(panel, world) {
  const { region, owner } = fullest(world);
  const [pod] = owner.split("/");
  const shard = () => world.ctl(1, "shards").shards.find((row) => row.shard === owner);
  await panel.choose(region);
  await panel.act("Pin…", "Pin it", REASON, `Pin region ${region}`);
  await panel.freeController(REASON);
  await panel.go("world");
  await panel.page.locator(".section", { hasText: `Pod ${pod}` }).getByRole("button", { name: "Drain…" }).click();
  await panel.do("Drain it", REASON);
  await panel.says(".deed.done", `Drain pod ${pod}`);
  await panel.says("main h2", `Pod ${pod}, draining`);
  await until("all but the pinned one have left", () => shard().regions === 1, DEED_MS_MAX * 2);
  await panel.screenshot("admin-drained");
  await panel.act("Stop draining…", "Stop draining", REASON, `Stop draining pod ${pod}`);
  await until("it takes regions again", () => !shard().is_draining, DEED_MS_MAX);
}

/** The region in which most players are. */
function fullest(world) {
  const { regions } = world.ctl(1, "regions");
  return regions.sort((one, other) => other.players - one.players || other.bodies - one.bodies)[0];
}
