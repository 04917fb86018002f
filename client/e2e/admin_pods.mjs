//! The operators' panel over a world of two pods: a region in which players fight goes from one to the other, and a
//! pod is emptied, ends, and takes regions again.

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
      server = await Server.start(1);
      await world.start(server);
      player = await Player.open(browser, world.edges[0].url, "Pods");
      await ofServices(player, server);
      await player.join(0);
      await player.joined();
      world.startBots(BOTS);
      const players = () => world.ctl(1, "shards").shards.reduce((sum, shard) => sum + shard.players, 0);
      await until("all are there", () => players() === BOTS + 1, DEED_MS_MAX * 2);
    });
    await check("an operator sees both pods", async () => {
      const operator = await Admin.appoint(server, OPERATOR);
      await world.startAdmin(server);
      panel = await Panel.open(browser, server, operator, (page) => ofWorld(page, world));
      await panel.enter();
      await panel.go("world");
      for (const pod of [1, 2]) await panel.says("main h2", `Pod ${pod}`);
    });
    await check("what both pods and the edges are busy with is seen from either", () => seesPhases(panel, world));
    await check("who is connected is seen, whatever the edge", () => seesSessions(panel, world));
    await check("a region goes from pod to pod while they fight in it, and its pause is told", () => moves(panel, player, world));
    await check("a pod is drained and ends, and started again takes regions", () => drains(panel, world));
    await check("an admin changes what all pods and edges go by, and undoes it", () => configures(browser, server, world));
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

/** What a gateway does: a page of an edge asks services elsewhere who it is. */
async function ofServices({ page }, { url }) {
  await page.route("**/api/**", (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.continue({ url: `${url}${pathname}${search}` });
  });
  await page.reload();
  await page.waitForFunction(() => "voxelheim" in window);
}

/** What is asked of staff's service is asked of the one beside the pods. */
function ofWorld(page, { admin }) {
  return page.route("**/api/admin/**", (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.continue({ url: `${admin.url}${pathname.replace("/api", "")}${search}` });
  });
}

async function seesPhases(panel, world) {
  for (const shard of ["1/0", "2/0"]) {
    await panel.says("main h3", `Tick of shard ${shard}`);
    const row = panel.page.locator(".phases-shard", { hasText: shard }).locator("tr", { hasText: "gather" });
    assert.match(await row.textContent(), /\d+ µs/);
  }
  for (const { url } of world.edges) {
    const send = panel.page.locator("main section", { hasText: `Edge ${url}` }).locator("tr", { hasText: "send" });
    await until("its threads' work is told", async () => /[1-9]/.test(await send.textContent()), DEED_MS_MAX);
  }
  await panel.screenshot("admin-pods-phases");
  for (const pod of [1, 2]) {
    const { shards } = world.ctl(pod, "shards");
    for (const { shard, phases } of shards) assert.ok(phases.length > 0, `pod ${pod} of ${shard}`);
  }
}

/** More than one page of them would be a hundred. */
async function seesSessions(panel, world) {
  await panel.go("sessions");
  for (const { url } of world.edges) await panel.says("main td", url);
  const rows = panel.page.locator("main tbody tr");
  await until("all are there", async () => (await rows.count()) === BOTS + 1, DEED_MS_MAX);
  await panel.screenshot("admin-pods-sessions");
  await panel.page.fill("main [name=words]", "pods");
  await panel.page.keyboard.press("Enter");
  await until("one is found", async () => (await rows.count()) === 1, DEED_MS_MAX);
  const told = await rows.first().textContent();
  assert.ok(told.startsWith("Pods") && told.endsWith(world.edges[0].url) && !told.includes("none"), told);
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

/** The one beside which staff's service is not, of all regions, a pinned one among them, and in a dry run. */
async function drains(panel, world) {
  await world.moveAll(2, () => {});
  const { region } = fullest(world);
  await panel.choose(region);
  await panel.act("Pin…", "Pin it", REASON, `Pin region ${region}`);
  await panel.go("world");
  await panel.page.locator(".section", { hasText: "Pod 2" }).getByRole("button", { name: "Drain…" }).click();
  await panel.do("Drain it", REASON);
  await panel.says(".deed.done", "Drain pod 2");
  await panel.screenshot("admin-drained");
  assert.equal(await world.pods[1].ended(), 0, "emptied, it ends well");
  assert.ok(world.ctl(1, "regions").regions.every(({ owner }) => owner === "1/0"));
  await world.pods[1].run();
  const isBack = () => world.ctl(1, "shards").shards.some((row) => row.shard === "2/0" && !row.is_draining);
  await until("it is back", isBack, DEED_MS_MAX);
  await panel.choose(region);
  await panel.move(region, REASON);
  assert.equal(world.ctl(1, "regions").regions.find((row) => row.region === region).owner, "2/0");
  await panel.freeController(REASON);
}

/** Both edges say that they are full, and later that they are not: who is in stays. */
async function configures(browser, server, world) {
  const desk = await Panel.open(browser, server, await Admin.appoint(server), (page) => ofWorld(page, world));
  try {
    await desk.enter();
    const full = (isFull) =>
      until(`edges are ${isFull ? "full" : "open"}`, () => allAre(world, isFull), DEED_MS_MAX);
    await full(false);
    await desk.configure("sessions_max = 1", () => full(true));
    await full(false);
    assert.deepEqual(desk.errors, []);
  } finally {
    await desk.close();
  }
}

async function allAre({ edges }, isFull) {
  const statuses = edges.map(async ({ url }) => (await fetch(`${url}/status`)).json());
  return (await Promise.all(statuses)).every(({ sessions_max }) => (sessions_max === 1) === isFull);
}

/** The region in which most players are. */
function fullest(world) {
  const { regions } = world.ctl(1, "regions");
  return regions.sort((one, other) => other.players - one.players || other.bodies - one.bodies)[0];
}
