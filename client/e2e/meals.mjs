//! Food: eaten by a key in the battle and in the window, it heals who is hurt, now and then; and what is thrown away
//! out of the bag.

import { strict as assert } from "node:assert";
import { bagOf, belongingsClosed, openBelongings } from "./belongings_window.mjs";
import { Player } from "./browser.mjs";
import { Server } from "./server.mjs";

const DEED_MS_MAX = 30_000;
const SLOT_BOMB = 2;
const BOMBS_MAX = 12;
/** Two pieces of bread heal no more than was lost. */
const WOUNDED_HEALTH_MAX = 70;
const DESK = { width: 1_280, height: 720 };

export async function meals(report, browser) {
  const check = (name, work) => report.check(`meals: ${name}`, work);
  // Nobody else is to hurt anybody.
  const server = await Server.start(0);
  const dora = await Player.open(browser, server.url, "Dora", { viewport: DESK });
  try {
    await dora.join(0);
    await dora.joined();
    await dora.evaluate(noteNotices);
    await check("one who is whole eats nothing", () => eatWhole(dora));
    await check("F eats and gives health back, and not again at once", () => eatHurt(dora));
    await check("food is used in the window, too, once some seconds have passed", () => eatInWindow(dora));
    await check("what is in the bag is thrown away after a second press", () => throwAway(dora));
    assert.deepEqual(dora.errors, []);
  } catch (error) {
    report.broke("meals", error);
  } finally {
    await dora.close();
    await server.dispose();
  }
}

async function eatWhole(dora) {
  // Who comes in is dead until there is a place to stand; what the page takes for its own before is nobody's word.
  const isWhole = () => {
    const { own, told } = window.voxelheim;
    return told !== null && own.alive && own.health === own.healthMax;
  };
  await dora.until("whole", isWhole, DEED_MS_MAX);
  // The first pictures of a battle take software seconds: a word that nobody could see yet may be over by then.
  await dora.page.waitForSelector(".hud-middle");
  await dora.page.keyboard.press("KeyF");
  await notices(dora, "You are not hurt.");
}

async function eatHurt(dora) {
  const before = await hurt(dora);
  await dora.page.keyboard.press("KeyF");
  await notices(dora, "Bread: 15 points of health.");
  await dora.screenshot("meals-eaten");
  await isHealedTo(dora, before + 15);
  await dora.page.keyboard.press("KeyF");
  await notices(dora, "Wait a few seconds");
  await openBelongings(dora);
  await has(dora, "bread", 2);
}

async function eatInWindow(dora) {
  const before = await dora.evaluate(() => window.voxelheim.own.health);
  await dora.page.click('.item-grid.bag [data-item="bread"]');
  await dora.says(".item-words", "It gives 15 points of health back.");
  await dora.screenshot("meals-bread");
  const use = dora.page.getByRole("button", { name: "Use" });
  // The service says when.
  for (let tries = 0; (await bagOf(dora)).get("bread") === 2; tries++) {
    assert.ok(tries < 40, "it may be eaten at last");
    await use.click();
    await dora.until("an answer", () => document.querySelector(".word-line")?.textContent !== "", DEED_MS_MAX);
    await dora.page.waitForTimeout(500);
  }
  await isHealedTo(dora, before + 15);
}

async function throwAway(dora) {
  await dora.page.click('.item-grid.bag [data-item="stone"]');
  await dora.page.getByRole("button", { name: "Throw away" }).click();
  await has(dora, "stone", 8);
  await dora.page.getByRole("button", { name: "Gone for good?" }).click();
  await dora.says(".word-line", "8 × Stone: thrown away.");
  assert.equal((await bagOf(dora)).get("stone"), undefined);
  await dora.page.keyboard.press("Escape");
  await belongingsClosed(dora);
}

/** In the page, for whoever looks seldom: a notice stands for seconds. */
function noteNotices() {
  window.noticed = [];
  const note = () => {
    const text = document.querySelector(".word-notice")?.textContent;
    if (text && window.noticed.at(-1) !== text) window.noticed.push(text);
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}

async function notices(dora, words) {
  const isNoticed = (wanted) => window.noticed.some((text) => text.includes(wanted));
  try {
    await dora.until(`a notice: ${words}`, isNoticed, DEED_MS_MAX, words);
  } catch (error) {
    const noticed = await dora.evaluate(() => window.noticed);
    throw new Error(`${error.message}; noticed: ${JSON.stringify(noticed)}`);
  }
}

/** By bombs of its own at its feet, one after the other: one may roll away, or find who is still safe. Health left. */
async function hurt(dora) {
  for (let thrown = 0; thrown < BOMBS_MAX; thrown++) {
    const { health, bombsCount } = await dora.evaluate(() => window.voxelheim.own);
    if (health <= WOUNDED_HEALTH_MAX) return health;
    await dora.evaluate(throwAtFeet, SLOT_BOMB);
    const isThrown = (before) => window.voxelheim.own.bombsCount < before;
    await dora.until("a bomb is thrown", isThrown, DEED_MS_MAX, bombsCount);
    await dora.evaluate(() => window.voxelheim.test.release("primary"));
    // Its fuse is shorter than the time until there is another.
    const isOver = ([healthBefore, bombsBefore]) =>
      window.voxelheim.own.health < healthBefore || window.voxelheim.own.bombsCount >= bombsBefore;
    await dora.until("its blast", isOver, DEED_MS_MAX, [health, bombsCount]);
  }
  throw new Error(`${BOMBS_MAX} bombs at one's feet do not wound`);
}

function throwAtFeet(slot) {
  const { test } = window.voxelheim;
  test.look(0, -1.5);
  test.selectSlot(slot);
  test.press("primary");
}

/** Nobody and nothing else heals there. */
function isHealedTo(dora, health) {
  const isThere = (wanted) => window.voxelheim.own.health === wanted;
  return dora.until(`a health of ${health}`, isThere, DEED_MS_MAX, health);
}

async function has(player, item, count) {
  await player.page.waitForSelector(`.item-grid.bag [data-item="${item}"]`);
  assert.equal((await bagOf(player)).get(item), count);
}
