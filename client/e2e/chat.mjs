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
    await report.check("typing moves no body", () => still(bera));
    await report.check("a moderator mutes", () => muted(server, ivar, bera));
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

async function say(player, text) {
  await player.page.keyboard.press("Enter");
  await player.page.fill("#chat-input", text);
  await player.page.keyboard.press("Enter");
}

function heard(player, text) {
  const isThere = (wanted) =>
    [...document.querySelectorAll(".chat-text")].some((line) => line.textContent === wanted);
  return player.until(`hears ${text}`, isThere, HEARD_MS_MAX, text);
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

async function flood(bera) {
  for (let number = 0; number < 8; number++) await say(bera, `again ${number}`);
  const isTold = () =>
    [...document.querySelectorAll(".chat-line.note")].some((line) =>
      line.textContent.includes("too fast"),
    );
  await bera.until("is told to wait", isTold, HEARD_MS_MAX);
}

/** By HTTP; the player is told on the page and cannot speak until the mute ends. */
async function muted(server, ivar, bera) {
  const admin = await Admin.appoint(server);
  const account = await ivar.evaluate(
    () => JSON.parse(localStorage.getItem("voxelheim.account")).account,
  );
  await admin.mute(account, "rude to all", Date.now() + 600_000);
  await ivar.until("is told of the mute", toldOfMute, HEARD_MS_MAX, 1);
  await say(ivar, "can you hear me?");
  await ivar.until("is refused", toldOfMute, HEARD_MS_MAX, 2);
  await admin.unmute(account);
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
  return notes.filter((line) => line.textContent.includes("A moderator muted you.")).length >= count;
}

/** On the page: whether the last try was taken, or refused once more. */
function settled(count) {
  const lines = [...document.querySelectorAll(".chat-line")];
  const notes = lines.filter((line) => line.textContent.includes("A moderator muted you."));
  const isHeard = lines.some((line) => line.textContent.includes("and speaks again"));
  return isHeard || notes.length >= count;
}

async function room(bera) {
  await bera.page.keyboard.press("Enter");
  await fits(bera, SIZES);
  await bera.page.keyboard.press("Escape");
}
