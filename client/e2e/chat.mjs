//! Two players talk: in the channels, by whisper, with what would be markup, and while walking.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { fits } from "./layout.mjs";
import { Server } from "./server.mjs";

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

async function room(bera) {
  await bera.page.keyboard.press("Enter");
  await fits(bera, SIZES);
  await bera.page.keyboard.press("Escape");
}
