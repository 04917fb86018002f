//! What services tell players of: on the title the next battle, and in the battle a level that was reached.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { heard } from "./chat.mjs";
import { fits, holdsAll } from "./layout.mjs";
import { Server } from "./server.mjs";
import { Admin } from "./staff.mjs";

const DEED_MS_MAX = 30_000;
const HALF_AN_HOUR_MS = 30 * 60_000;
const DESK = { width: 1_280, height: 720 };
const SIZES = [{ width: 640, height: 360 }, { width: 390, height: 844 }, { width: 1_920, height: 1_080 }];
/** As long as staff may make them. */
const SIEGE = { title: "The siege of the crossing, and of both hills", note: "Bring planks. ".repeat(8).trim() };

export async function tidings(report, browser) {
  const check = (name, work) => report.check(`tidings: ${name}`, work);
  const server = await Server.start(20);
  const bera = await Player.open(browser, server.url, "Bera", { viewport: DESK });
  try {
    const admin = await Admin.appoint(server);
    await check("the title says when the next battle begins, and nothing where none does", () =>
      nextBattle(admin, bera),
    );
    await check("a level that was reached is told once, and is seen from then on", () => level(admin, bera));
    assert.deepEqual(bera.errors, []);
  } catch (error) {
    report.broke("tidings", error);
  } finally {
    await bera.close();
    await server.dispose();
  }
}

async function nextBattle(admin, bera) {
  const answered = bera.page.waitForResponse("**/admin/battles/next");
  await bera.page.reload();
  await (await answered).finished();
  assert.equal(await bera.page.locator(".next-battle").count(), 0);
  const startMs = Date.now() + HALF_AN_HOUR_MS;
  const form = { ...SIEGE, start_ms: startMs, reason: "as every week" };
  assert.equal((await admin.operate("POST", "/battles", form)).status, 200);
  await bera.until("the battle is told", seesBattle, DEED_MS_MAX, true);
  const shown = await bera.page.textContent(".next-battle");
  const start = await bera.evaluate(timeOfDay, startMs);
  for (const part of [SIEGE.title, SIEGE.note, start]) assert.ok(shown.includes(part), `${part} in ${shown}`);
  const isLater = (before) => document.querySelector(".next-battle").textContent !== before;
  await bera.until("it counts down", isLater, DEED_MS_MAX, shown);
  await holdsAll(bera, ".next-battle", SIZES);
  await bera.page.setViewportSize(DESK);
  await bera.screenshot("tidings-title");
  const { battles } = (await admin.operate("GET", "/battles")).body;
  const why = { reason: "it rains" };
  assert.equal((await admin.operate("POST", `/battles/${battles[0].battle}/cancel`, why)).status, 200);
  await bera.until("it is taken back", seesBattle, DEED_MS_MAX, false);
}

/** In the page, which looks whenever it comes into view; once a second, for the service has an allowance for each. */
function seesBattle(isThere) {
  const nowMs = performance.now();
  if (nowMs - (window.lookedMs ?? -Infinity) >= 1_000) {
    window.lookedMs = nowMs;
    document.dispatchEvent(new Event("visibilitychange"));
  }
  return (document.querySelector(".next-battle") !== null) === isThere;
}

/** In the page. */
function timeOfDay(atMs) {
  return new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** The deeds that a level takes would take an evening: the page is told that they are done. */
async function level(admin, bera) {
  await bera.join(0);
  await bera.joined();
  await bera.says(".vitals-level", "Level 1");
  let asked = 0;
  await bera.page.route("**/player/profiles/*", async (route) => {
    asked += 1;
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), level: 12 } });
  });
  const account = await bera.evaluate(() => JSON.parse(localStorage.getItem("voxelheim.account")).account);
  const tell = async (text) => {
    const told = await admin.operate("POST", `/players/${account}/message`, { text, reason: "greeting" });
    assert.equal(told.status, 200);
    await heard(bera, text);
  };
  await tell("You have reached level 12.");
  await bera.says(".notices .level", "You have reached level 12");
  await bera.screenshot("tidings-level");
  await bera.says(".vitals-level", "Level 12");
  await tell("Well fought.");
  await bera.until("asked again", () => document.querySelectorAll(".notices .level").length === 0, DEED_MS_MAX);
  assert.equal(asked, 2);
  await fits(bera, SIZES);
}
