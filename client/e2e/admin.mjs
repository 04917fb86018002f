//! The operators' panel, as staff use it at night: sign in with a second factor, watch, act, read it in the log.

import { strict as assert } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { Player } from "./browser.mjs";
import { codeOf } from "./one_time_code.mjs";
import { Server } from "./server.mjs";
import { Admin } from "./staff.mjs";
import { until } from "./waiting.mjs";

const SOLDIERS = 100;
const SHARDS = 3;
const DEED_MS_MAX = 30_000;
/** A line a second is sent, and after four the panel says that it is old. */
const STALE_MS_MAX = 15_000;
const DESK = { width: 1_440, height: 900 };
const TELEPHONE = { width: 390, height: 844 };
const OPERATOR = { email: "olga@example.org", role: "operator" };
const MODERATOR = { email: "mo@example.org", role: "moderator" };
const MOVE_REASON = "Hot at the bridge, players lag";
const BAN_REASON = "Aim assistance, seen by two moderators";
const TICK = ".head-figures li:last-child b";
const PAGES = [
  "map",
  "world",
  "plan",
  "players",
  "reports",
  "message",
  "backends",
  "economy",
  "config",
  "audit",
  "environments",
];

export async function admin(report, browser) {
  const check = (name, work) => report.check(`admin: ${name}`, work);
  const server = await Server.start(SOLDIERS, ["--accounts", "required", "--shards", String(SHARDS)]);
  const operator = await Admin.appoint(server, OPERATOR);
  const moderator = await Admin.appoint(server, MODERATOR);
  const cheat = await Player.open(browser, server.url, "Cheat");
  const panel = await Panel.open(browser, server, operator);
  try {
    await check("the door asks for the second factor, and says what is wrong", () => door(panel));
    await check("the operator sees whose each region is, live", () => watchesTheMap(panel));
    await check("the map is walked by keys, and pages are reached by them", () => walksByKeys(panel));
    await check("a region is moved while a page plays in it", () => moves(panel, cheat));
    await check("what is refused is told with its reason", () => isRefused(panel));
    await check("a cheater is found and banned, and is told why", () => bans(panel, cheat));
    await check("the audit log tells who did what, and why", () => readsTheLog(panel));
    await check("an old picture is not taken for the world", () => survivesSilence(panel, server));
    await check("every page fits a desk and a telephone, dark and light", () => looks(panel));
    await check("a moderator cannot do what only an operator may", () =>
      moderates(browser, server, moderator),
    );
    await check("no page met an error", () => assert.deepEqual([...panel.errors, ...cheat.errors], []));
  } finally {
    await panel.close();
    await cheat.close();
    await server.dispose();
  }
}

/** The panel in a browser of its own. */
class Panel extends Player {
  static async open(browser, server, staff) {
    const context = await browser.newContext({ viewport: DESK, colorScheme: "dark" });
    const panel = new Panel(await context.newPage(), staff.email);
    panel.staff = staff;
    await panel.page.goto(`${server.url}/admin/`);
    await panel.page.waitForSelector(".door-card");
    return panel;
  }

  async signIn(code) {
    const { email, password } = this.staff;
    for (const [name, value] of Object.entries({ email, password, code })) {
      await this.page.fill(`.door-card [name=${name}]`, value);
    }
    await this.page.keyboard.press("Enter");
  }

  /** With the code that comes next: that of now was used when the factor was set up. */
  async enter() {
    await this.signIn(codeOf(this.staff.secret, 1));
    await this.says(".pulse", "Live");
  }

  async go(hash) {
    await this.evaluate((wanted) => (location.hash = wanted), hash);
    const [page] = hash.split("/");
    await this.page.waitForSelector(`.pages a[href="#${page}"][aria-current]`);
  }

  press(words) {
    return this.page.getByRole("button", { name: words, exact: true }).first().click();
  }

  /** Gives the reason in the dialog that is open, and presses its button. */
  async do(words, reason) {
    await this.page.fill("dialog [name=reason]", reason);
    await this.page.locator("dialog").getByRole("button", { name: words, exact: true }).click();
  }

  says(selector, words) {
    const isSaid = ([where, what]) =>
      [...document.querySelectorAll(where)].some(({ textContent }) => textContent.includes(what));
    return this.until(`${selector} says ${words}`, isSaid, DEED_MS_MAX, [selector, words]);
  }

  owners() {
    return this.page
      .locator(".square")
      .evaluateAll((squares) =>
        squares.map((it) => [it.dataset.region, it.querySelector(".square-owner").textContent]),
      );
  }
}

async function door(panel) {
  await panel.screenshot("admin-door");
  await panel.signIn("000000");
  await panel.says(".door .failure", "wrong");
  await panel.enter();
}

async function watchesTheMap(panel) {
  await panel.page.waitForSelector(".square");
  // Both may be of two moments between which the controller divides a region; soon they are not.
  const deadlineMs = performance.now() + DEED_MS_MAX;
  for (;;) {
    const { body } = await panel.staff.operate("GET", "/overview");
    const shown = new Map(await panel.owners());
    const known = body.regions.map(({ region }) => region).sort();
    if (isDeepStrictEqual([...shown.keys()].sort(), known)) break;
    assert.ok(performance.now() < deadlineMs, "the map does not show the world's regions");
  }
  const before = await panel.page.locator(TICK).textContent();
  const hasMoved = ([where, was]) => document.querySelector(where).textContent !== was;
  await panel.until("the tick goes on", hasMoved, DEED_MS_MAX, [TICK, before]);
}

async function walksByKeys(panel) {
  const { page } = panel;
  const focused = () => panel.evaluate(() => document.activeElement.dataset.region);
  await page.locator(".square[tabindex='0']").focus();
  const first = await focused();
  for (const key of ["ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
  assert.notEqual(await focused(), first);
  await page.keyboard.press("Enter");
  await panel.says(".map-side h2", `Region ${await focused()}`);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.waitForSelector('.pages a[href="#audit"][aria-current]');
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  assert.equal(await panel.evaluate(() => document.activeElement.id), "main");
}

async function moves(panel, cheat) {
  await cheat.join();
  await cheat.joined();
  const region = await busiestOn(panel);
  const owner = async () => new Map(await panel.owners()).get(region);
  const before = await owner();
  await panel.press("Move…");
  await panel.screenshot("admin-move");
  await panel.do("Move it", MOVE_REASON);
  await panel.says(".deed.done", `Move region ${region}`);
  await panel.page.waitForSelector("dialog", { state: "detached" });
  await until(`${region} is not ${before}'s`, async () => (await owner()) !== before, DEED_MS_MAX);
  await panel.screenshot("admin-moved");
  assert.equal(await cheat.evaluate(() => window.voxelheim.phase), "joined");
}

async function isRefused(panel) {
  // Of the largest regions some were split at the start, so that those left cannot be merged.
  const region = await panel.page.locator('[data-region^="5"]').first().getAttribute("data-region");
  await panel.go(`map/${region}`);
  await panel.says(".map-side h2", region);
  await panel.press("Merge…");
  await panel.do("Merge it", "To see what it says");
  await panel.page.waitForSelector("dialog .failure p");
  await panel.screenshot("admin-refused");
  await panel.page.keyboard.press("Escape");
  await panel.page.waitForSelector("dialog", { state: "detached" });
  await panel.says(".deed.failed", `Merge region ${region}`);
}

async function bans(panel, cheat) {
  await panel.go("players");
  await panel.page.keyboard.press("/");
  await panel.page.keyboard.type("Cheat");
  await panel.page.keyboard.press("Enter");
  await panel.page.getByRole("link", { name: "Cheat" }).click();
  await panel.says(".section h2", "Cheat");
  await panel.press("Ban…");
  await panel.page.selectOption("dialog [name=span]", { label: "for ever" });
  await panel.do("Ban", BAN_REASON);
  await panel.says(".deed.done", "Ban Cheat");
  const isTold = (reason) => document.querySelector("#refusal")?.textContent.includes(reason);
  await cheat.until("told why", isTold, DEED_MS_MAX, BAN_REASON);
  await panel.says("td", "in force");
  await panel.screenshot("admin-banned");
}

async function readsTheLog(panel) {
  await panel.go("audit");
  for (const [action, reason, outcome] of [
    ["region.move", MOVE_REASON, "done"],
    ["region.merge", "To see what it says", "failed"],
    ["player.ban", BAN_REASON, "done"],
  ]) {
    const line = panel.page.locator("tr", { hasText: action }).first();
    const text = await line.textContent({ timeout: DEED_MS_MAX });
    for (const part of [reason, outcome, "operator", "127.0.0.1"]) {
      assert.ok(text.includes(part), `${action}: ${text} has no ${part}`);
    }
  }
  await panel.screenshot("admin-audit");
}

async function survivesSilence(panel, server) {
  server.hold(true);
  try {
    const isStale = () => document.querySelector(".pulse.stale")?.textContent.includes("old");
    await panel.until("the picture is called old", isStale, STALE_MS_MAX);
    await panel.screenshot("admin-silent");
  } finally {
    server.hold(false);
  }
  await panel.says(".pulse:not(.stale)", "Live");
}

async function looks(panel) {
  for (const [size, scheme] of [
    [DESK, "dark"],
    [DESK, "light"],
    [TELEPHONE, "dark"],
  ]) {
    await panel.page.setViewportSize(size);
    await panel.page.emulateMedia({ colorScheme: scheme });
    for (const name of PAGES) {
      await panel.go(name);
      await panel.until(`${name} is there`, isFilled, DEED_MS_MAX);
      const excess = await panel.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} at ${size.width} is ${excess} too wide`);
      await panel.screenshot(`admin-${name}-${size.width}-${scheme}`);
    }
  }
  await panel.page.setViewportSize(DESK);
}

async function moderates(browser, server, moderator) {
  const panel = await Panel.open(browser, server, moderator);
  try {
    await panel.enter();
    const pages = await panel.page.locator(".pages a").evaluateAll((links) => links.map((it) => it.hash));
    assert.ok(pages.includes("#reports"));
    for (const hidden of ["#audit", "#config", "#economy"]) assert.ok(!pages.includes(hidden), hidden);
    const region = await busiestOn(panel);
    assert.equal(await panel.page.getByRole("button", { name: "Move…" }).count(), 0);
    await panel.screenshot("admin-moderator");
    const form = { to: "0/1", reason: "because I can" };
    const move = await moderator.operate("POST", `/regions/${region}/move`, form);
    assert.equal(move.status, 403);
    assert.equal((await moderator.operate("GET", "/audit")).status, 403);
    assert.deepEqual(panel.errors, []);
  } finally {
    await panel.close();
  }
}

/** Chooses the region with most bodies on the map. */
async function busiestOn(panel) {
  await panel.go("map");
  await panel.page.waitForSelector(".square");
  const region = await panel.evaluate(busiest);
  await panel.go(`map/${region}`);
  await panel.says(".map-side h2", region);
  return region;
}

/** In the page. */
function busiest() {
  const bodies = (square) => Number(/([\d,]+) bodies/.exec(square.textContent)?.[1].replaceAll(",", "") ?? 0);
  const squares = [...document.querySelectorAll(".square")];
  return squares.sort((one, other) => bodies(other) - bodies(one))[0].dataset.region;
}

/** In the page: what was asked for is answered, however that is. */
function isFilled() {
  const waiting = [...document.querySelectorAll("main [role=status]")];
  return !waiting.some(({ textContent }) => textContent.startsWith("Asking")) && document.querySelector("main h2") !== null;
}
