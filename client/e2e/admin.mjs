//! The operators' panel, as staff use it at night: sign in with a second factor, watch, act, read it in the log.

import { strict as assert } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { moderatesChat, REMOVE_REASON } from "./admin_chat.mjs";
import { heedsReport, tellsOfTheDay, unbans } from "./admin_people.mjs";
import { Player } from "./browser.mjs";
import { DEED_MS_MAX, DESK, Panel, PAUSE } from "./panel.mjs";
import { Server } from "./server.mjs";
import { Admin } from "./staff.mjs";
import { until } from "./waiting.mjs";

const SOLDIERS = 100;
const SHARDS = 3;
/** Before it says something of a region, the controller leaves it alone for half a minute. */
const SAID_MS_MAX = 90_000;
/** A line a second is sent, and after four the panel says that it is old. */
const STALE_MS_MAX = 15_000;
const TELEPHONE = { width: 390, height: 844 };
const OPERATOR = { email: "olga@example.org", role: "operator" };
const MODERATOR = { email: "mo@example.org", role: "moderator" };
const MOVE_REASON = "Hot at the bridge, players lag";
const SHAPE_REASON = "To see that regions can be shaped";
const BATTLE = "The siege of the keep";
const CONFIG_LINE = "sessions_max = 1234";
const NEWCOMER = { email: "nina@example.org", role: "player" };
const ROLE_REASON = "Knows the rules, and keeps calm";
const KICK_REASON = "To see who is here";
const BAN_REASON = "Aim assistance, seen by two moderators";
const TICK = ".head-figures li:last-child b";
/** Those that an operator sees; the configuration is an admin's. */
const PAGES = [
  "map",
  "world",
  "plan",
  "players",
  "sessions",
  "reports",
  "chat",
  "message",
  "battles",
  "backends",
  "economy",
  "audit",
  "environments",
];

export async function admin(report, browser) {
  const check = (name, work) => report.check(`admin: ${name}`, work);
  const server = await Server.start(SOLDIERS, ["--accounts", "required", "--shards", String(SHARDS)]);
  const operator = await Admin.appoint(server, OPERATOR);
  const moderator = await Admin.appoint(server, MODERATOR);
  const boss = await Admin.appoint(server);
  const newcomer = await Admin.appoint(server, NEWCOMER);
  const cheat = await Player.open(browser, server.url, "Cheat");
  const panel = await Panel.open(browser, server, operator);
  /** Of the boss. */
  let desk = null;
  try {
    await check("the door asks for the second factor, and says what is wrong", () => door(panel));
    await check("the operator sees whose each region is, live", () => watchesTheMap(panel));
    await check("the map is walked by keys, and pages are reached by them", () => walksByKeys(panel));
    await check("the controller is told to say only what it would do", () => panel.stillController(SHAPE_REASON));
    await check("a region is moved while a page plays in it", () => moves(panel, cheat));
    await check("a region is pinned, split and merged again", () => shapes(panel));
    await check("what the controller only says is approved, and done", () => approves(panel));
    await check("the controller acts by itself again", () => panel.freeController(SHAPE_REASON));
    await check("a battle is scheduled and cancelled, and players hear of it", () => schedules(panel, cheat));
    await check("a battle is started now", () => startsBattle(panel));
    await check("a rollback is looked at first, and done", () => rollsBack(panel, cheat));
    await check("what is refused is told with its reason", () => isRefused(panel));
    await check("a line is removed, a channel slowed and the filter edited", () => moderatesChat(panel, cheat));
    await check("a report is read, its speaker warned and muted, and it is closed", () =>
      heedsReport(browser, server, panel, cheat),
    );
    await check("all are told the message of the day", () => tellsOfTheDay(panel, cheat));
    await check("who is connected is found, and sent away from there", () => kicks(browser, server, panel));
    await check("a cheater is found and banned, and is told why", () => bans(panel, cheat));
    await check("a ban is lifted", () => unbans(panel, cheat));
    await check("the audit log tells who did what, and why", () => readsTheLog(panel));
    await check("an old picture is not taken for the world", () => survivesSilence(panel, server));
    await check("every page fits a desk and a telephone, dark and light", () => looks(panel, PAGES));
    await check("the configuration is changed with its difference in sight, and that is undone", async () => {
      desk = await Panel.open(browser, server, boss);
      await desk.enter();
      await configures(desk);
    });
    await check("an admin makes somebody a moderator, who learns it, and the log has it", () =>
      promotes(desk, newcomer),
    );
    await check("a moderator cannot do what only an operator may", () =>
      moderates(browser, server, moderator),
    );
    await check("no page met an error", () => {
      const errors = [panel, desk, cheat].flatMap((page) => page?.errors ?? []);
      assert.deepEqual(errors, []);
    });
  } finally {
    await panel.close();
    await desk?.close();
    await cheat.close();
    await server.dispose();
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

/** Soldiers fight in the region, and the page has its body there. */
async function moves(panel, cheat) {
  await cheat.join();
  await cheat.joined();
  const region = await fullestOf(panel.staff);
  await panel.choose(region);
  const owner = async () => new Map(await panel.owners()).get(region);
  const before = await owner();
  await panel.press("Move…");
  await panel.screenshot("admin-move");
  await panel.page.keyboard.press("Escape");
  const { bodies } = await panel.move(region, MOVE_REASON);
  assert.ok(bodies > 1, "the region has more than the page's body");
  await until(`${region} is not ${before}'s`, async () => (await owner()) !== before, DEED_MS_MAX);
  await panel.screenshot("admin-moved");
  assert.equal(await cheat.evaluate(() => window.voxelheim.phase), "joined");
}

/** The controller leaves what is pinned as it is; its eighths are one region again at the end. */
async function shapes(panel) {
  const region = await panel.page.locator(".square.chosen").getAttribute("data-region");
  await panel.act("Pin…", "Pin it", SHAPE_REASON, `Pin region ${region}`);
  await panel.says(".map-side dd", "yes: the controller leaves it");
  await panel.act("Unpin…", "Unpin it", SHAPE_REASON, `Unpin region ${region}`);
  const known = async () => (await regionsOf(panel.staff)).map(({ region }) => region);
  const before = await known();
  await panel.choose(region);
  await panel.act("Split…", "Split it", SHAPE_REASON, `Split region ${region}`);
  await until("it is eight", async () => (await known()).length === before.length + 7, DEED_MS_MAX);
  const child = (await known()).find((name) => !before.includes(name));
  await panel.page.waitForSelector(`.square[data-region="${child}"]`);
  await panel.choose(child);
  await panel.act("Merge…", "Merge it", SHAPE_REASON, `Merge region ${child}`);
  await until("it is one", async () => (await known()).length === before.length, DEED_MS_MAX);
}

/** A region that somebody split though nobody is there: what comes of it is the controller's own to see. */
async function approves(panel) {
  const before = await regionsOf(panel.staff);
  const [{ region }] = before.sort((one, other) => one.bodies - other.bodies);
  await panel.choose(region);
  await panel.act("Split…", "Split it", SHAPE_REASON, `Split region ${region}`);
  await panel.go("plan");
  const said = panel.page.locator(".card", { hasText: `merge ${region}` }).getByRole("button", { name: "Approve…" });
  await said.first().click({ timeout: SAID_MS_MAX });
  await panel.do("Approve it", SHAPE_REASON);
  await panel.says(".deed.done", `Approve: merge region ${region}`);
  const isOne = async () => (await regionsOf(panel.staff)).length === before.length;
  await until("it is one", isOne, DEED_MS_MAX);
}

/** Near enough that players are told at once. */
async function schedules(panel, cheat) {
  await panel.go("battles");
  await panel.says("main h2", "Battle 1");
  await panel.page.fill("#battle-title", BATTLE);
  await panel.page.fill("#battle-note", "Bring planks.");
  await panel.page.fill("#battle-start", await panel.evaluate(inMinutes, 5));
  await panel.act("Schedule it…", "Schedule it", "As every week", `Schedule “${BATTLE}”`);
  await panel.says("main th", BATTLE);
  await hears(cheat, `"${BATTLE}" begins in`);
  await panel.screenshot("admin-battles-scheduled");
  await panel.act("Cancel…", "Cancel the battle", "It rains", `Cancel “${BATTLE}”`);
  await panel.says("main td", "cancelled");
  await hears(cheat, `"${BATTLE}" does not take place.`);
}

async function startsBattle(panel) {
  const effect = await panel.act("Start a new battle…", "Start it", "Nobody came", "Start a new battle");
  assert.match(effect, /battle 1 has ended; House Ember \d+, House Tide \d+; the next begins in \d+ s/);
  await panel.says("main dd", "over; the next begins in");
  await panel.says("main h2", "Battle 2");
}

/** To before it made planks out of its logs. */
async function rollsBack(panel, cheat) {
  await cheat.page.keyboard.press("KeyI");
  await cheat.page.getByRole("tab", { name: "Crafting" }).click();
  await cheat.page.click('[data-recipe="oak_planks"]');
  await cheat.page.click("#craft");
  await cheat.page.waitForSelector("text=Made 4 × Oak planks.");
  await cheat.page.keyboard.press("Escape");
  await find(panel, "Cheat");
  await panel.press("Ledger");
  await panel.says(".ledger td", "oak_planks");
  await panel.page.getByRole("button", { name: "Back to here?" }).last().click();
  await panel.says(".preview th", "oak_planks");
  await panel.screenshot("admin-rollback");
  await panel.act("Roll back…", "Roll back", "A duplication bug", "Roll Cheat back");
  await cheat.page.keyboard.press("KeyI");
  await cheat.page.getByRole("tab", { name: "Bag" }).click();
  const isAsBefore = () =>
    document.querySelector('.item-grid.bag [data-item="oak_log"] .item-count')?.textContent === "12" &&
    document.querySelector('.item-grid.bag [data-item="oak_planks"]') === null;
  await cheat.until("has its logs again, and no planks", isAsBefore, DEED_MS_MAX);
  await cheat.page.keyboard.press("Escape");
}

async function configures(panel) {
  await panel.configure(CONFIG_LINE);
  await looks(panel, ["config"]);
}

/** Found by the mail address, for who never played has no name. */
async function promotes(panel, newcomer) {
  const { status } = await newcomer.operate("GET", "/me");
  assert.equal(status, 403);
  await panel.go("players");
  await panel.page.fill("main [name=words]", newcomer.email);
  await panel.page.keyboard.press("Enter");
  await panel.page.getByRole("link", { name: "no character" }).click();
  await panel.says(".facts dd", newcomer.email);
  await panel.press("Role…");
  await panel.page.selectOption("dialog [name=role]", "moderator");
  await panel.screenshot("admin-role");
  await panel.do("Change it", ROLE_REASON);
  await panel.says(".deed.done", "and is moderator now");
  await panel.says(".facts dd", "moderator");
  await looks(panel, [await panel.evaluate(() => location.hash.slice(1))]);
  const ended = await newcomer.operate("GET", "/me");
  assert.equal(ended.status, 401, "whoever changes is signed out");
  await panel.go("audit");
  const line = await panel.page.locator("tr", { hasText: "player.role" }).first().textContent();
  for (const part of [ROLE_REASON, "done", "admin", "was player and is moderator now"]) {
    assert.ok(line.includes(part), `${line} has no ${part}`);
  }
}

/** From the list of all. */
async function kicks(browser, server, panel) {
  const idler = await Player.open(browser, server.url, "Idler");
  try {
    await idler.join();
    await idler.joined();
    await panel.go("sessions");
    for (const name of ["Cheat", "Idler"]) await panel.says("main th", name);
    await looks(panel, ["sessions"]);
    await panel.page.fill("main [name=words]", "DLE");
    await panel.page.keyboard.press("Enter");
    const rows = panel.page.locator("main tbody tr");
    await until("one is found", async () => (await rows.count()) === 1, DEED_MS_MAX);
    const told = await rows.first().textContent();
    assert.match(told, /^IdlerKick…\d+ (s|min)(webtransport|websocket)\d+http:\/\/127\.0\.0\.1:\d+$/);
    await panel.act("Kick…", "Kick", KICK_REASON, "Kick Idler");
    const isTold = () => document.querySelector("#refusal")?.textContent.includes("sent away");
    await idler.until("told that it was sent away", isTold, DEED_MS_MAX);
    await panel.says("main p", "Nobody is.");
    assert.deepEqual(idler.errors, []);
  } finally {
    await idler.close();
  }
}

async function isRefused(panel) {
  await panel.go("map");
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
  await find(panel, "Cheat");
  await panel.press("Ban…");
  await panel.page.selectOption("dialog [name=span]", { label: "for ever" });
  await panel.do("Ban", BAN_REASON);
  await panel.says(".deed.done", "Ban Cheat");
  const isTold = (reason) => document.querySelector("#refusal")?.textContent.includes(reason);
  await cheat.until("told why", isTold, DEED_MS_MAX, BAN_REASON);
  await panel.says("td", "in force");
  await panel.screenshot("admin-banned");
}

/** By the keyboard, as far as there is one way to do it. */
async function find(panel, name) {
  await panel.go("players");
  await panel.page.keyboard.press("/");
  await panel.page.keyboard.press("Control+A");
  await panel.page.keyboard.type(name);
  await panel.page.keyboard.press("Enter");
  await panel.page.getByRole("link", { name }).click();
  await panel.says(".section h2", name);
}

function hears(player, words) {
  const isThere = (wanted) =>
    [...document.querySelectorAll(".chat-text")].some(({ textContent }) => textContent.includes(wanted));
  return player.until(`hears ${words}`, isThere, DEED_MS_MAX, words);
}

async function readsTheLog(panel) {
  await panel.go("audit");
  for (const [action, reason, outcome] of [
    ["region.move", MOVE_REASON, "done"],
    ["region.split", SHAPE_REASON, "done"],
    ["battle.start", "Nobody came", "done"],
    ["inventory.rollback", "A duplication bug", "done"],
    ["chat.remove", REMOVE_REASON, "done"],
    ["region.merge", "To see what it says", "failed"],
    ["player.kick", KICK_REASON, "done"],
    ["player.ban", BAN_REASON, "done"],
  ]) {
    const line = panel.page.locator("tr", { hasText: action }).first();
    const text = await line.textContent({ timeout: DEED_MS_MAX });
    for (const part of [reason, outcome, "operator", "127.0.0.1"]) {
      assert.ok(text.includes(part), `${action}: ${text} has no ${part}`);
    }
  }
  assert.match(await panel.page.locator("tr", { hasText: "region.move" }).first().textContent(), PAUSE);
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

async function looks(panel, pages) {
  for (const [size, scheme] of [
    [DESK, "dark"],
    [DESK, "light"],
    [TELEPHONE, "dark"],
  ]) {
    await panel.page.setViewportSize(size);
    await panel.page.emulateMedia({ colorScheme: scheme });
    for (const name of pages) {
      await panel.go(name);
      await panel.until(`${name} is there`, isFilled, DEED_MS_MAX);
      const excess = await panel.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} at ${size.width} is ${excess} too wide`);
      await panel.until(`${name} is in sight among the pages at ${size.width}`, isItsNameInSight, DEED_MS_MAX);
      await panel.screenshot(`admin-${name.replace("/", "-")}-${size.width}-${scheme}`);
    }
  }
  await panel.page.setViewportSize(DESK);
}

function isItsNameInSight() {
  const { left, right } = document.querySelector(".pages [aria-current]").getBoundingClientRect();
  return left >= 0 && right <= innerWidth;
}

async function moderates(browser, server, moderator) {
  const panel = await Panel.open(browser, server, moderator);
  try {
    await panel.enter();
    const pages = await panel.page.locator(".pages a").evaluateAll((links) => links.map((it) => it.hash));
    assert.ok(pages.includes("#reports"));
    for (const hidden of ["#audit", "#config", "#economy"]) assert.ok(!pages.includes(hidden), hidden);
    const [{ region }] = await regionsOf(panel.staff);
    await panel.choose(region);
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

/** In the page: what was asked for is answered, however that is. */
function isFilled() {
  const waiting = [...document.querySelectorAll("main [role=status]")];
  return !waiting.some(({ textContent }) => textContent.startsWith("Asking")) && document.querySelector("main h2") !== null;
}

async function regionsOf(staff) {
  return (await staff.operate("GET", "/overview")).body.regions;
}

/** Of the regions in which a player is, the one with most bodies. */
async function fullestOf(staff) {
  let fullest;
  const isThere = async () => {
    const regions = (await regionsOf(staff)).filter(({ players }) => players > 0);
    fullest = regions.sort((one, other) => other.bodies - one.bodies)[0]?.region;
    return fullest !== undefined;
  };
  await until("a player is in the world", isThere, DEED_MS_MAX);
  return fullest;
}

/** In the page: for its field of a time. */
function inMinutes(minutes) {
  const at = new Date(Date.now() + minutes * 60_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
