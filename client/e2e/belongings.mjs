//! What two players have: their first things, crafting, equipment, the chest, and trades between them, all by
//! keyboard and mouse in the page; and what they are told when something cannot be.

import { strict as assert } from "node:assert";
import { belongingsClosed, openBelongings } from "./belongings_window.mjs";
import { Player } from "./browser.mjs";
import { fits, holdsAll } from "./layout.mjs";
import { Server } from "./server.mjs";

const DEED_MS_MAX = 30_000;
const DESK = { width: 1_280, height: 720 };
const SIZES = [{ width: 640, height: 360 }, { width: 390, height: 844 }, { width: 1_920, height: 1_080 }];
const TABS = ["Bag", "Crafting", "Chest", "Trade"];
const UNREACHABLE = "cannot be reached just now";

export async function belongings(report, browser) {
  const check = (name, work) => report.check(`belongings: ${name}`, work);
  const server = await Server.start(20);
  const players = [];
  try {
    for (const [house, name] of ["Bera", "Ivar the Bold"].entries()) {
      const player = await Player.open(browser, server.url, name, { viewport: DESK });
      players.push(player);
      await player.join(house);
      await player.joined();
    }
    const [bera, ivar] = players;
    await check("I opens the bag with what one begins with, and closes it", () => openAndClose(bera));
    await check("planks are crafted out of logs by keyboard", () => craft(bera));
    await check("boots are made, put on, taken off and put on again", () => wear(bera));
    await check("things go into the chest and out of it", () => store(bera));
    await check("a service that is away is told, and the wish is done once it is back", () =>
      withoutService(bera),
    );
    await check("all of it is there after a reload", () => reload(bera));
    await check("who is not there is told by name", () => tradeWithNobody(bera));
    await check("two players trade once both agreed to the same", () => trade(bera, ivar));
    await check("a trade is declined, and nothing changes hands", () => decline(bera, ivar));
    await check("everything has room at every size", () => room(bera));
    await check("no page met an error", () => {
      for (const player of players) assert.deepEqual(player.errors, []);
    });
  } catch (error) {
    report.broke("belongings", error);
  } finally {
    for (const player of players) await player.close();
    await server.dispose();
  }
}

async function openAndClose(bera) {
  await open(bera);
  await has(bera, ".item-grid.bag", { oak_log: 12, leather: 5, bread: 3 });
  const before = await bera.evaluate(() => window.voxelheim.own.position);
  await bera.page.keyboard.press("KeyW", { delay: 400 });
  const after = await bera.evaluate(() => window.voxelheim.own.position);
  assert.ok(Math.hypot(after.x - before.x, after.z - before.z) < 0.01, "keys of the window move no body");
  await bera.screenshot("belongings-first");
  await bera.page.keyboard.press("KeyI");
  await belongingsClosed(bera);
  await open(bera);
  await bera.page.keyboard.press("Escape");
  await belongingsClosed(bera);
}

async function craft(bera) {
  await open(bera, "Bag");
  await bera.page.keyboard.press("ArrowRight");
  await bera.says('[aria-selected="true"]', "Crafting");
  await bera.page.getByRole("searchbox").focus();
  await bera.page.keyboard.type("plank");
  await bera.page.keyboard.press("Tab");
  await bera.page.keyboard.press("Tab");
  assert.equal(await focused(bera), "oak_planks");
  await bera.page.keyboard.press("Enter");
  assert.equal(await focused(bera), "craft");
  await bera.screenshot("belongings-bench");
  await bera.page.getByRole("button", { name: "One more" }).press("Enter");
  await bera.page.locator("#craft").press("Enter");
  await bera.says(".word-line", "Made 8 × Oak planks.");
  await tab(bera, "Bag");
  await has(bera, ".item-grid.bag", { oak_log: 10, oak_planks: 8 });
}

async function wear(bera) {
  await tab(bera, "Crafting");
  await bera.page.click('[data-recipe="leather_boots"]');
  await bera.page.click("#craft");
  await bera.says(".word-line", "Made 1 × Leather boots.");
  await bera.page.click('[data-recipe="iron_helmet"]');
  await bera.says(".bench-lack", "You lack");
  assert.equal(await bera.page.locator("#craft").isDisabled(), true);
  await tab(bera, "Bag");
  await bera.page.locator('.item-grid.bag [data-item="leather_boots"]').press("Enter");
  await has(bera, ".figure-slot.feet", { leather_boots: 1 });
  await bera.says(".word-line", "Leather boots: put on.");
  await bera.screenshot("belongings-worn");
  // The first press shows what it is, the next takes it off.
  await bera.page.click(".figure-slot.feet button");
  await bera.says(".item-words", "Made for long marches. Worn on the feet, it keeps 3 % of every blow, arrow and blast off.");
  await bera.page.click(".figure-slot.feet button");
  await has(bera, ".item-grid.bag", { leather_boots: 1 });
  await bera.page.click('.item-grid.bag [data-item="leather_boots"]');
  await bera.page.getByRole("button", { name: "Put on" }).click();
  await has(bera, ".figure-slot.feet", { leather_boots: 1 });
}

async function store(bera) {
  await tab(bera, "Chest");
  await bera.page.click('.item-grid.bag [data-item="oak_log"]');
  await bera.page.getByRole("button", { name: "One less" }).click();
  await bera.page.getByRole("button", { name: "Into the chest" }).click();
  await bera.says(".word-line", "9 × Oak log: into the chest.");
  await has(bera, ".item-grid.chest", { oak_log: 9 });
  await has(bera, ".item-grid.bag", { oak_log: 1 });
  await bera.screenshot("belongings-chest");
  await bera.page.locator('.item-grid.chest [data-item="oak_log"]').press("Enter");
  await has(bera, ".item-grid.bag", { oak_log: 10 });
  assert.equal(await bera.page.locator(".item-grid.chest [data-item]").count(), 0);
}

async function withoutService(bera) {
  await bera.page.route("**/api/inventory/**", (route) => route.abort());
  try {
    await bera.page.locator('.item-grid.bag [data-item="bread"]').press("Enter");
    await has(bera, ".item-grid.chest", { bread: 3 });
    await bera.says(".trouble-line", UNREACHABLE);
    await bera.screenshot("belongings-away");
    assert.equal(await bera.evaluate(() => window.voxelheim.phase), "joined");
  } finally {
    await bera.page.unroute("**/api/inventory/**");
  }
  await bera.says(".word-line", "3 × Bread: into the chest.");
  await bera.page.waitForSelector(".trouble-line", { state: "detached" });
}

async function reload(bera) {
  await bera.page.reload();
  await bera.page.waitForSelector("#fight");
  await bera.join(0);
  await bera.joined();
  await open(bera, "Chest");
  await has(bera, ".item-grid.chest", { bread: 3 });
  await has(bera, ".item-grid.bag", { oak_log: 10, oak_planks: 8 });
  await tab(bera, "Bag");
  await has(bera, ".figure-slot.feet", { leather_boots: 1 });
}

async function tradeWithNobody(bera) {
  await tab(bera, "Trade");
  await bera.page.fill("#trade-name", "Njal");
  await bera.page.keyboard.press("Enter");
  await bera.says(".word-line.refused", "Nobody called Njal is here");
  await bera.page.fill("#trade-name", "Bera");
  await bera.page.keyboard.press("Enter");
  await bera.says(".word-line.refused", "You cannot trade with yourself.");
  await bera.screenshot("belongings-nobody");
}

async function trade(bera, ivar) {
  await bera.page.fill("#trade-name", "ivar the bold");
  await bera.page.keyboard.press("Enter");
  await bera.says(".trade-offers", "Ivar the Bold gives");
  await ivar.says(".trade-notice", "Bera wants to trade with you.");
  await ivar.screenshot("belongings-asked");
  await fits(ivar, SIZES);
  await ivar.page.setViewportSize(DESK);
  await open(ivar);
  await ivar.says(".trade-offers", "Bera gives");
  await offer(bera, "oak_planks");
  await has(ivar, ".item-grid.got", { oak_planks: 8 });
  await offer(ivar, "coal");
  await has(bera, ".item-grid.got", { coal: 4 });
  await press(bera, "#agree");
  await ivar.says(".trade-offers", "✓ agreed");
  // Who changes an offer withdraws what both agreed to.
  await offer(ivar, "stone");
  await has(bera, ".item-grid.got", { coal: 4, stone: 8 });
  await bera.page.waitForSelector(".trade-offers:not(:has(.agreed))");
  await press(bera, "#agree");
  await ivar.says(".trade-offers", "✓ agreed");
  await ivar.screenshot("belongings-trade");
  await holdsAll(ivar, ".panel.belongings", SIZES);
  await ivar.page.setViewportSize(DESK);
  await press(ivar, "#agree");
  for (const player of [bera, ivar]) await player.says(".trade-end", "The trade is done.");
  for (const player of [bera, ivar]) await player.page.getByRole("button", { name: "Good" }).click();
  await tab(bera, "Bag");
  await has(bera, ".item-grid.bag", { coal: 8, stone: 16 });
  assert.equal(await bera.page.locator('.item-grid.bag [data-item="oak_planks"]').count(), 0);
  await tab(ivar, "Bag");
  await has(ivar, ".item-grid.bag", { oak_planks: 8 });
  await ivar.page.keyboard.press("Escape");
  await belongingsClosed(ivar);
}

async function decline(bera, ivar) {
  await tab(bera, "Trade");
  await bera.page.fill("#trade-name", "Ivar the Bold");
  await bera.page.keyboard.press("Enter");
  await bera.says(".trade-offers", "Ivar the Bold gives");
  await offer(bera, "stone");
  await ivar.says(".trade-notice", "Bera wants to trade with you.");
  await open(ivar);
  await has(ivar, ".item-grid.got", { stone: 16 });
  await ivar.page.getByRole("button", { name: "Decline" }).click();
  for (const player of [bera, ivar]) await player.says(".trade-end", "The trade was cancelled.");
  await bera.page.getByRole("button", { name: "Good" }).click();
  await tab(bera, "Bag");
  await has(bera, ".item-grid.bag", { stone: 16 });
  await ivar.page.keyboard.press("Escape");
  await belongingsClosed(ivar);
}

async function room(bera) {
  for (const name of TABS) {
    await tab(bera, name);
    await holdsAll(bera, ".panel.belongings", SIZES);
  }
  await bera.page.setViewportSize(DESK);
  await bera.page.keyboard.press("Escape");
  await belongingsClosed(bera);
}

/** By the key; a tab by the mouse. */
async function open(player, name) {
  await openBelongings(player);
  if (name) await tab(player, name);
}

async function tab(player, name) {
  await player.page.getByRole("tab", { name }).click();
  await player.says('[aria-selected="true"]', name);
}

/** All there is of a thing in the bag. */
async function offer(player, item) {
  await player.page.locator(`.item-grid.bag [data-item="${item}"]`).press("Enter");
  await player.page.waitForSelector(`.item-grid.given [data-item="${item}"]`);
}

/** Once it can be. */
async function press(player, selector) {
  await player.page.locator(`${selector}:not(:disabled)`).click();
}

/** The name of what has the keyboard. */
function focused(player) {
  return player.evaluate(() => {
    const { dataset, id } = document.activeElement;
    return dataset.recipe ?? id;
  });
}

/** So many of each in all places of a grid together. */
function has(player, selector, counts) {
  const isThere = ([where, wanted]) => {
    const sums = {};
    for (const place of document.querySelectorAll(`${where} [data-item]`)) {
      const count = Number(place.querySelector(".item-count")?.textContent ?? 1);
      sums[place.dataset.item] = (sums[place.dataset.item] ?? 0) + count;
    }
    return Object.entries(wanted).every(([item, count]) => sums[item] === count);
  };
  const words = `${selector} has ${JSON.stringify(counts)}`;
  return player.until(words, isThere, DEED_MS_MAX, [selector, counts]);
}
