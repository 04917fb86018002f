//! Two players talk: in the channels, by whisper, with what would be markup, and while walking.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { fits } from "./layout.mjs";
import { Server } from "./server.mjs";
import { Admin } from "./staff.mjs";

const HEARD_MS_MAX = 15_000;
const SIZES = [
  { width: 1280, height: 720 },
  { width: 800, height: 360 },
];
const REPORT_SIZES = [{ width: 390, height: 844 }, ...SIZES];
/** What stands in the place of a line that is no more. */
export const REMOVED = "Removed by a moderator.";
/** As a moderator writes it, and as the muted player reads it. */
const MUTE_REASON = "rude to all";
const MUTED_WITH_REASON = "A moderator muted you: Rude to all. You may speak again in";
const MARKUP = "<img src=x onerror=\"window.pwned = 1\"> & <b>bold</b>";

export async function chat(report, browser) {
  const server = await Server.start(20);
  const players = [];
  try {
    for (const [house, name] of ["Bera", "Ivar the Bold"].entries()) {
      const player = await Player.open(browser, server.url, name);
      players.push(player);
      await player.join(house);
      await player.joined();
    }
    const [bera, ivar] = players;
    await report.check("two pages talk", () => talk(bera, ivar));
    await report.check("markup stays text", () => markup(bera, ivar));
    await report.check("a whisper reaches one", () => whisper(bera, ivar));
    const admin = await Admin.appoint(server);
    await report.check("a line is reported by the keyboard", () => reported(admin, bera, ivar));
    await report.check("a report that cannot be told says so", () => reportRefused(ivar));
    await report.check("typing moves no body", () => still(bera));
    await report.check("what a moderator removes goes from open pages", () => removed(admin, bera, ivar));
    await report.check("a slow channel refuses a second line and says why", () => slowed(admin, bera));
    await report.check("a moderator mutes", () => muted(admin, ivar, bera));
    await report.check("a flood is refused and told", () => flood(bera));
    await report.check("the window leaves the rest room", () => room(bera));
    for (const player of players) assert.deepEqual(player.errors, []);
  } catch (error) {
    report.broke("chat", error);
  } finally {
    for (const player of players) await player.close();
    await server.dispose();
  }
}

export async function say(player, text) {
  await player.page.keyboard.press("Enter");
  await player.page.fill("#chat-input", text);
  await player.page.keyboard.press("Enter");
}

export function heard(player, text) {
  const isThere = (wanted) =>
    [...document.querySelectorAll(".chat-text")].some((line) => line.textContent === wanted);
  return player.until(`hears ${text}`, isThere, HEARD_MS_MAX, text);
}

/** Whether it was heard so long ago that the closed window shows it no more: who waits for it speaks never too fast. */
export function faded(player, text) {
  const isGone = (wanted) =>
    [...document.querySelectorAll(".chat-text")].every((line) => line.textContent !== wanted);
  return player.until(`${text} fades`, isGone, HEARD_MS_MAX, text);
}

async function talk(bera, ivar) {
  await say(bera, "To the banner!");
  await heard(ivar, "To the banner!");
  await heard(bera, "To the banner!");
  await say(ivar, "Never!");
  await heard(bera, "Never!");
}

async function markup(bera, ivar) {
  await say(bera, MARKUP);
  await heard(ivar, MARKUP);
  const found = await ivar.evaluate(() => ({
    elements: document.querySelectorAll(".chat-text *").length,
    pwned: "pwned" in window,
  }));
  assert.deepEqual(found, { elements: 0, pwned: false });
}

async function whisper(bera, ivar) {
  await say(bera, "/w ivar the bold only you");
  await heard(ivar, "only you");
  await ivar.screenshot("chat-closed");
}

/** Enter opens the chat, the arrow up finds the newest line of another, Enter reports it. */
async function reported(admin, bera, ivar) {
  await say(bera, "You are all cowards");
  await heard(ivar, "You are all cowards");
  await ivar.page.keyboard.press("Enter");
  await ivar.page.keyboard.press("ArrowUp");
  assert.match(await focusedLabel(ivar), /^Report what Bera said: You are all cowards$/);
  await ivar.screenshot("chat-flag");
  await ivar.page.keyboard.press("Escape");
  assert.equal(await ivar.evaluate(() => document.activeElement.id), "chat-input");
  await ivar.page.keyboard.press("ArrowUp");
  await ivar.page.keyboard.press("Enter");
  await ivar.page.keyboard.type("Insults");
  for (const size of REPORT_SIZES) {
    await ivar.page.setViewportSize(size);
    await ivar.screenshot(`chat-report-${size.width}`);
    assert.deepEqual(await ivar.evaluate(findOverflow), []);
  }
  await ivar.page.setViewportSize(SIZES[0]);
  await sendReport(ivar);
  assert.equal(await ivar.evaluate(() => document.activeElement.id), "chat-input");
  await ivar.screenshot("chat-reported");
  const reports = await admin.reports();
  assert.deepEqual(reports.map(({ reason, context }) => [reason, context.at(-1).text]), [
    ["Insults", "You are all cowards"],
  ]);
  await ivar.page.keyboard.press("Escape");
}

/** Until the service has put the words down, it does not know them. */
export async function sendReport(player) {
  const isTold = () => document.querySelector(".chat-hint")?.textContent.includes("Moderators will look");
  const deadlineMs = performance.now() + HEARD_MS_MAX;
  while (!(await player.evaluate(isTold))) {
    assert.ok(performance.now() < deadlineMs, "the report was not taken");
    await player.page.keyboard.press("Enter");
    await player.until("has an answer", reportAnswered, HEARD_MS_MAX);
  }
}

/** On the page: whether the last try was taken or refused. */
function reportAnswered() {
  const form = document.querySelector(".chat-report");
  return form === null || (form.ariaBusy !== "true" && form.querySelector(".refusal").textContent !== "");
}

async function reportRefused(ivar) {
  await ivar.page.keyboard.press("Enter");
  await ivar.page.locator(".chat-line", { hasText: "You are all cowards" }).click({ button: "right" });
  await ivar.page.route("**/chat/reports", (route) => route.fulfill({ status: 503, body: "{}" }));
  await ivar.page.fill("#report-reason", "Insults again");
  await ivar.page.keyboard.press("Enter");
  const isTold = () => document.querySelector(".chat-report .refusal")?.textContent.includes("cannot be told");
  await ivar.until("is told", isTold, HEARD_MS_MAX);
  await ivar.page.unroute("**/chat/reports");
  await ivar.page.keyboard.press("Escape");
  assert.equal(await ivar.page.locator(".chat-report").count(), 0);
  await ivar.page.keyboard.press("Escape");
}

function focusedLabel(player) {
  return player.evaluate(() => document.activeElement.ariaLabel);
}

/** On the page: what of the chat is outside of the screen or of the chat itself. */
async function findOverflow() {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const chat = document.querySelector(".chat").getBoundingClientRect();
  return [...document.querySelectorAll(".chat, .chat-report, .chat-report *")]
    .filter((element) => {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      const isOut = left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1;
      return width > 0 && (isOut || right > chat.right + 1);
    })
    .map(({ tagName, className }) => `${tagName}.${className}`);
}

async function still(bera) {
  const before = await bera.evaluate(() => window.voxelheim.own.position);
  await bera.page.keyboard.press("Enter");
  await bera.page.keyboard.type("wwwwwwww dddd", { delay: 40 });
  const typed = await bera.page.inputValue("#chat-input");
  const after = await bera.evaluate(() => window.voxelheim.own.position);
  assert.equal(typed, "wwwwwwww dddd");
  assert.ok(Math.hypot(after.x - before.x, after.z - before.z) < 0.01);
  await bera.screenshot("chat-open");
  await bera.page.keyboard.press("Tab");
  assert.equal(await bera.page.textContent(".chat-channel"), "Near");
  await bera.page.keyboard.press("Escape");
  assert.equal(await bera.page.locator("#chat-input").count(), 0);
}

/** More than a burst, by far. */
const FLOOD_LINES = 20;

async function flood(bera) {
  await bera.evaluate(sayAtOnce, FLOOD_LINES);
  const isTold = () =>
    [...document.querySelectorAll(".chat-line.note")].some((line) =>
      line.textContent.includes("too fast"),
    );
  await bera.until("is told to wait", isTold, HEARD_MS_MAX);
}

/** On the page, within one task: no machine is so slow that there are pauses between the lines. */
function sayAtOnce(count) {
  const enter = (target) => {
    const key = { code: "Enter", key: "Enter", bubbles: true, cancelable: true };
    target.dispatchEvent(new KeyboardEvent("keydown", key));
  };
  for (let number = 0; number < count; number++) {
    enter(document.body);
    const field = document.querySelector("#chat-input");
    field.value = `again ${number}`;
    enter(field);
  }
}

/** Of the speaker and of who heard it; who comes later is not shown that there was anything. */
async function removed(admin, bera, ivar) {
  const rude = "Your mothers are trolls";
  await say(bera, `/all ${rude}`);
  await heard(bera, rude);
  await heard(ivar, rude);
  const message = await admin.lineOf("global", rude);
  for (const { page } of [bera, ivar]) await page.keyboard.press("Enter");
  await admin.act("POST", `/chat/messages/${message}/remove`, { reason: "insults" });
  for (const player of [bera, ivar]) {
    await heard(player, REMOVED);
    const texts = await player.page.locator(".chat-text").allTextContents();
    assert.ok(!texts.includes(rude), texts.join("; "));
    await player.screenshot("chat-removed");
    await player.page.keyboard.press("Escape");
  }
  await ivar.page.reload();
  await ivar.join(1);
  await ivar.joined();
  await say(bera, "/all Who is there?");
  await heard(ivar, "Who is there?");
  await ivar.page.keyboard.press("Enter");
  const texts = await ivar.page.locator(".chat-text").allTextContents();
  assert.ok(!texts.includes(rude) && !texts.includes(REMOVED), texts.join("; "));
  await ivar.page.keyboard.press("Escape");
}

/** Edges learn of both a moment later. What is refused for slow mode counts against no rate. */
async function slowed(admin, bera) {
  await admin.act("PUT", "/chat/channels/house/slow", { seconds: 600, reason: "all shout" });
  for (let number = 0; (await slowNotes(bera)) === 0; number++) {
    const text = `hear me ${number}`;
    await say(bera, `/house ${text}`);
    await bera.until("is heard or slowed", heardOrSlowed, HEARD_MS_MAX, [text, 1]);
    if (number > 0) await faded(bera, text);
  }
  await bera.screenshot("chat-slowed");
  await admin.act("PUT", "/chat/channels/house/slow", { seconds: 0, reason: "they are calm" });
  const isHeard = () =>
    [...document.querySelectorAll(".chat-text")].some((line) => line.textContent === "calm again");
  while (!(await bera.evaluate(isHeard))) {
    const told = (await slowNotes(bera)) + 1;
    await say(bera, "/house calm again");
    await bera.until("is heard or slowed", heardOrSlowed, HEARD_MS_MAX, ["calm again", told]);
  }
}

function slowNotes(player) {
  return player.page.locator(".chat-line.note", { hasText: "This channel is slowed down. Wait" }).count();
}

/** On the page: whether the words were taken, or refused so often. */
function heardOrSlowed([wanted, told]) {
  const lines = [...document.querySelectorAll(".chat-line")];
  const notes = lines.filter(({ textContent }) => textContent.includes("This channel is slowed down. Wait"));
  return notes.length >= told || lines.some(({ textContent }) => textContent.includes(wanted));
}

/** By HTTP; the player is told on the page and cannot speak until the mute ends. */
async function muted(admin, ivar, bera) {
  const account = await ivar.evaluate(
    () => JSON.parse(localStorage.getItem("voxelheim.account")).account,
  );
  await admin.mute(account, MUTE_REASON, Date.now() + 600_000);
  await ivar.until("is told of the mute", toldOfMute, HEARD_MS_MAX, 1);
  await ivar.says(".chat-line.note", MUTED_WITH_REASON);
  await ivar.screenshot("chat-muted");
  await say(ivar, "can you hear me?");
  await ivar.until("is refused", toldOfMute, HEARD_MS_MAX, 2);
  await admin.unmute(account, "calm again");
  // The edge learns of it a moment later; until then each try is refused again.
  for (let refusals = 2; refusals >= 0; ) {
    await say(ivar, "and speaks again");
    const told = refusals + 1;
    await ivar.until("is heard or refused", settled, HEARD_MS_MAX, told);
    refusals = (await ivar.evaluate(toldOfMute, told)) ? told : -1;
  }
  await heard(bera, "and speaks again");
  const lines = await bera.page.locator(".chat-text").allTextContents();
  assert.ok(!lines.includes("can you hear me?"));
}

/** On the page: whether it was said so often that one is muted. */
function toldOfMute(count) {
  const notes = [...document.querySelectorAll(".chat-line.note")];
  return notes.filter((line) => line.textContent.includes("A moderator muted you")).length >= count;
}

/** On the page: whether the last try was taken, or refused once more. */
function settled(count) {
  const lines = [...document.querySelectorAll(".chat-line")];
  const notes = lines.filter((line) => line.textContent.includes("A moderator muted you"));
  const isHeard = lines.some((line) => line.textContent.includes("and speaks again"));
  return isHeard || notes.length >= count;
}

async function room(bera) {
  await bera.page.keyboard.press("Enter");
  await fits(bera, SIZES);
  await bera.page.keyboard.press("Escape");
}
