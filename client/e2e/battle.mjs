//! Two players in one battle over one transport: what each does, the other sees.

import { strict as assert } from "node:assert";
import { bagOf, belongingsClosed, openBelongings } from "./belongings_window.mjs";
import { Player } from "./browser.mjs";
import { startHunting } from "./hunter.mjs";
import { Server } from "./server.mjs";
import { until } from "./waiting.mjs";

const OTHERS_MIN = 500;
const OTHERS_MS_MAX = 10_000;
const DEED_MS_MAX = 30_000;
const KILL_MS_MAX = 240_000;
const PLANK = 6;
const SLOT_BOMB = 2;
const SLOT_PICK = 3;
const SLOT_PLANK = 4;
const AIR = 0;
const WATER = 12;
/** Words of the server compared: 5 s of them, and 2 s more in which a doubt may arise. */
const CONFIRMED_MIN = 100;
const SETTLING_CONFIRMED = 40;
const VOID = 65_535;

/** `kind` is what the page must report: webtransport or websocket. */
export async function battle(report, browser, kind) {
  const server = await Server.start();
  const url = kind === "websocket" ? `${server.url}/?transport=ws` : server.url;
  const ann = await Player.open(browser, url, `Ann ${kind.slice(0, 5)}`);
  const ben = await Player.open(browser, url, `Ben ${kind.slice(0, 5)}`);
  const check = (name, work) => report.check(`${kind}: ${name}`, work);
  try {
    await check("two pages join and each sees 500 others within 10 s", () =>
      joinBoth(ann, ben, kind),
    );
    await check("one walks and the other sees it", () => walk(ann, ben));
    await check("one kills a soldier and is credited", () => kill(ben));
    await check("what the fallen had is taken up from the ground, and is in the bag", () => gather(ben));
    await check("one digs and the other sees the same hole", () => dig(ann, ben));
    await check("one builds and the other sees the same block", () => build(ann, ben));
    await check("one bombs and the other sees the same crater", () => bomb(ann, ben));
    await check("no prediction was ever corrected", () => noCorrections(ann, ben));
    // Software draws one page at a time: what follows starts a page anew and needs no second one.
    await ben.close();
    await check("a broken link comes back to the same body", () => comeBack(ann));
    await check("a reloaded page comes back to the same body", () => reload(ann));
    await check("a server restart shows the overlay and the page comes back", () =>
      restart(server, ann),
    );
    await check("no page met an error", () => {
      assert.deepEqual([...ann.errors, ...ben.errors], []);
    });
  } finally {
    await ann.close();
    await ben.close();
    await server.dispose();
  }
}

/** A page of another protocol version is told so in words. */
export async function wrongVersion(report, browser) {
  await report.check("a wrong protocol version is refused in words", async () => {
    const server = await Server.start(10);
    const old = await Player.open(browser, `${server.url}/?protocol=999`, "Old Page");
    try {
      await old.join();
      await old.until("refused", () => window.voxelheim.phase === "refused", DEED_MS_MAX);
      const isSaid = () => /version/i.test(document.getElementById("hud").textContent);
      await old.until("the refusal in words", isSaid, DEED_MS_MAX);
      await old.screenshot("refused");
    } finally {
      await old.close();
      await server.dispose();
    }
  });
}

/** A page that stays open while the server gets another. */
export async function newerPage(report, browser) {
  await report.check("an old page says that a newer one is there", async () => {
    const server = await Server.start(10);
    const player = await Player.open(browser, server.url, "Old Page");
    try {
      const isSaid = () => /newer version/i.test(document.getElementById("hud").textContent);
      assert.equal(await player.evaluate(isSaid), false);
      const other = { version: "another", protocol: 0, files: {} };
      await player.page.route("**/manifest.json", (route) => route.fulfill({ json: other }));
      await player.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await player.until("it says so", isSaid, DEED_MS_MAX);
      await player.screenshot("newer-page");
      assert.deepEqual(player.errors, []);
    } finally {
      await player.close();
      await server.dispose();
    }
  });
}

async function joinBoth(ann, ben, kind) {
  for (const player of [ann, ben]) {
    await player.join(0);
    await seesOthers(player);
    await player.joined();
  }
  assert.equal((await ann.evaluate(() => window.voxelheim.net)).transport, kind);
  for (const player of [ann, ben]) {
    await player.until("stands on terrain", standsOnTerrain, DEED_MS_MAX, VOID);
  }
  await ann.screenshot(`${kind}-joined`);
}

/** From now on: a newcomer's ten seconds begin with the click. */
async function seesOthers(player) {
  const enough = (least) =>
    window.voxelheim.phase === "joined" && window.voxelheim.bodiesCount >= least;
  await player.until(`${OTHERS_MIN} others`, enough, OTHERS_MS_MAX, OTHERS_MIN);
}

function standsOnTerrain(nothing) {
  const { x, y, z } = window.voxelheim.own.position;
  return window.voxelheim.own.grounded && window.voxelheim.blockAt(x, y - 0.5, z) !== nothing;
}

async function walk(ann, ben) {
  await ben.until("sees Ann", (name) => window.voxelheim.findPlayer(name), DEED_MS_MAX, ann.name);
  const start = await ann.evaluate(() => window.voxelheim.own.position);
  await ann.page.keyboard.down("KeyW");
  await ann.evaluate(turnWhenStuck);
  const isFar = (from) => {
    const { x, z } = window.voxelheim.own.position;
    return Math.hypot(x - from.x, z - from.z) > 3;
  };
  await ann.until("walked 3 m", isFar, DEED_MS_MAX, start);
  await ann.page.keyboard.up("KeyW");
  await ann.evaluate(() => clearInterval(window.turning));
  await until(
    "Ben sees Ann where she is",
    async () => {
      const own = await ann.evaluate(() => window.voxelheim.own.position);
      const seen = await ben.evaluate((name) => window.voxelheim.findPlayer(name), ann.name);
      return seen && Math.hypot(seen.position.x - own.x, seen.position.z - own.z) < 0.5;
    },
    DEED_MS_MAX,
  );
}

/** Looks elsewhere whenever something is in the way of the feet. */
function turnWhenStuck() {
  const { voxelheim } = window;
  let before = voxelheim.own.position;
  let yaw = 0;
  window.turning = setInterval(() => {
    const now = voxelheim.own.position;
    if (Math.hypot(now.x - before.x, now.z - before.z) < 0.2) voxelheim.test.look((yaw += 1), 0);
    before = now;
  }, 500);
}

/** Aims at ground near the feet; gives back what is aimed at. */
async function aimAtGround(player) {
  return player.until("aims at ground", aimAfterTurning, DEED_MS_MAX);
}

/** Turns a little, waits until that look was drawn, and tells the top of a block under it. */
async function aimAfterTurning() {
  const { test } = window.voxelheim;
  window.aimYaw = (window.aimYaw ?? 0) + 0.4;
  test.look(window.aimYaw, -0.8);
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  const { aim } = window.voxelheim;
  return aim && aim.face === 2 ? aim : null;
}

async function useSlot(player, slot) {
  await player.evaluate((chosen) => {
    window.voxelheim.test.selectSlot(chosen);
    window.voxelheim.test.press("primary");
  }, slot);
}

async function letGo(player) {
  await player.evaluate(() => window.voxelheim.test.release("primary"));
}

async function bothHave(ann, ben, block, id) {
  const has = ([x, y, z, wanted]) => window.voxelheim.blockAt(x, y, z) === wanted;
  const place = [block.x, block.y, block.z, id];
  await ann.until(`block ${place}`, has, DEED_MS_MAX, place);
  await ben.until(`block ${place}`, has, DEED_MS_MAX, place);
}

async function dig(ann, ben) {
  const aim = await aimAtGround(ann);
  await useSlot(ann, SLOT_PICK);
  try {
    await bothHave(ann, ben, aim.block, AIR);
  } finally {
    await letGo(ann);
  }
}

async function build(ann, ben) {
  const aim = await aimAtGround(ann);
  await useSlot(ann, SLOT_PLANK);
  try {
    const { x, y, z } = aim.block;
    await bothHave(ann, ben, { x, y: y + 1, z }, PLANK);
    await ann.screenshot("built");
  } finally {
    await letGo(ann);
  }
}

async function bomb(ann, ben) {
  await aimAtGround(ann);
  const centre = await ann.evaluate(() => window.voxelheim.own.position);
  const before = await ann.evaluate(groundAround, centre);
  const bombsCount = await ann.evaluate(() => window.voxelheim.own.bombsCount);
  await useSlot(ann, SLOT_BOMB);
  await letGo(ann);
  const hasThrown = (had) => window.voxelheim.own.bombsCount < had;
  await ann.until("a bomb less in the bag", hasThrown, DEED_MS_MAX, bombsCount);
  const solidCount = solidIn(before);
  await until(
    "the bomb breaks blocks",
    async () => solidIn(await ann.evaluate(groundAround, centre)) < solidCount,
    DEED_MS_MAX,
  );
  await ann.screenshot("bombed");
  await until(
    "both see the same ground",
    async () => {
      const [ofAnn, ofBen] = await Promise.all([
        ann.evaluate(groundAround, centre),
        ben.evaluate(groundAround, centre),
      ]);
      return ofAnn === ofBen && ofAnn !== before;
    },
    DEED_MS_MAX,
  );
}

function solidIn(ground) {
  return ground.split(",").filter((id) => id !== String(AIR) && id !== String(WATER)).length;
}

/** All blocks around a place, as one text. */
function groundAround({ x, y, z }) {
  const blocks = [];
  for (let down = -6; down <= 8; down++) {
    for (let east = -24; east <= 24; east++) {
      for (let south = -24; south <= 24; south++) {
        blocks.push(window.voxelheim.blockAt(x + east, y + down, z + south));
      }
    }
  }
  return blocks.join();
}

async function kill(player) {
  const kills = await player.evaluate(() => window.voxelheim.own.kills);
  await player.evaluate(startHunting, { gathers: false });
  const hasMore = (before) => window.voxelheim.own.kills > before;
  try {
    await player.until("credited with a kill", hasMore, KILL_MS_MAX, kills);
    await player.screenshot("killed");
  } finally {
    await player.evaluate(() => window.hunter.stop());
  }
}

/** Words that tell of it: `+3 Gold coin`. */
async function gather(player) {
  const isOnGround = () => window.voxelheim.drops.length > 0;
  const findsText = () => document.querySelector(".finds li")?.textContent ?? "";
  await openBelongings(player);
  const before = await bagOf(player);
  await player.page.keyboard.press("Escape");
  await belongingsClosed(player);
  await player.evaluate(startHunting, { gathers: true });
  let words;
  try {
    await player.until("something lies on the ground", isOnGround, KILL_MS_MAX);
    await player.screenshot("dropped");
    words = await player.until("something is found", findsText, KILL_MS_MAX);
    await player.screenshot("found");
  } finally {
    await player.evaluate(() => window.hunter.stop());
  }
  const [, count, title] = /\+(\d+) ([A-Z][a-z ]+)/.exec(words);
  const item = title.trim().toLowerCase().replaceAll(" ", "_");
  const wanted = (before.get(item) ?? 0) + Number(count);
  const isThere = async () => ((await bagOf(player)).get(item) ?? 0) >= wanted;
  await openBelongings(player);
  await until(`${words} is in the bag`, isThere, DEED_MS_MAX);
  await player.page.keyboard.press("Escape");
  await belongingsClosed(player);
}

async function noCorrections(...players) {
  for (const player of players) {
    const confirmed = await player.evaluate(() => window.voxelheim.confirmedCount);
    assert.ok(confirmed > CONFIRMED_MIN, `${player.name}: ${confirmed} words compared`);
    const isSettled = (least) => window.voxelheim.confirmedCount > least;
    await player.until("more words compared", isSettled, DEED_MS_MAX, confirmed + SETTLING_CONFIRMED);
    await player.until("doubts settled", () => window.voxelheim.doubtsCount === 0, DEED_MS_MAX);
    const { net, corrections } = await player.evaluate(() => {
      const { net, corrections } = window.voxelheim;
      return { net, corrections };
    });
    assert.equal(net.corrections, 0, `${player.name}: ${JSON.stringify({ net, corrections })}`);
  }
}

async function comeBack(player) {
  const body = () => window.voxelheim.own.id;
  const before = await player.evaluate(body);
  const welcomes = await player.evaluate(() => window.voxelheim.welcomesCount);
  await player.evaluate(() => window.voxelheim.test.cutLink());
  const isBack = (count) => window.voxelheim.welcomesCount > count;
  await player.until("welcomed again", isBack, DEED_MS_MAX, welcomes);
  await player.joined();
  assert.equal(await player.evaluate(body), before);
  await player.until("stands on terrain", standsOnTerrain, DEED_MS_MAX, VOID);
  await seesOthers(player);
}

/** The tab keeps its seat; the name stands on the title again. */
async function reload(player) {
  const body = await player.evaluate(() => window.voxelheim.own.id);
  await player.page.reload();
  await player.page.waitForFunction(() => "voxelheim" in window);
  assert.equal(await player.page.inputValue("#name"), player.name);
  await player.page.click("#fight");
  await player.joined();
  assert.equal(await player.evaluate(() => window.voxelheim.own.id), body);
  await player.until("stands on terrain", standsOnTerrain, DEED_MS_MAX, VOID);
  await seesOthers(player);
}

async function restart(server, player) {
  const body = await player.evaluate(() => window.voxelheim.own.id);
  await server.end();
  await player.until("lost", () => window.voxelheim.phase === "lost", DEED_MS_MAX);
  await player.page.waitForSelector("#overlay", { state: "visible", timeout: DEED_MS_MAX });
  await player.screenshot("lost");
  await server.run();
  await player.joined();
  await seesOthers(player);
  assert.equal(await player.evaluate(() => window.voxelheim.own.id), body);
  await player.page.waitForSelector("#overlay", { state: "detached", timeout: DEED_MS_MAX });
}
