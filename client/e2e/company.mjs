//! Whom players know and belong to: friends, a party, a guild and leaderboards, between two pages; and an account's
//! characters and settings, from one browser to another.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { heard, say } from "./chat.mjs";
import { fits, holdsAll } from "./layout.mjs";
import { newestLink } from "./mailbox.mjs";
import { Server } from "./server.mjs";

const DEED_MS_MAX = 30_000;
const DESK = { width: 1_280, height: 720 };
const SIZES = [{ width: 640, height: 360 }, { width: 390, height: 844 }, { width: 1_920, height: 1_080 }];
const TABS = ["Friends", "Party", "Guild", "Boards", "Character"];
const UNREACHABLE = "cannot be reached just now";
const PICK_SLOT = 3;
const ANN = { email: "ann@example.org", password: "three quiet ravens" };

export async function company(report, browser) {
  const check = (name, work) => report.check(`company: ${name}`, work);
  const server = await Server.start(20);
  const players = [];
  const open = async (name) => {
    const player = await Player.open(browser, server.url, name, { viewport: DESK });
    players.push(player);
    return player;
  };
  try {
    const [bera, ivar] = [await open("Bera"), await open("Ivar the Bold")];
    for (const [house, player] of [bera, ivar].entries()) {
      await player.join(house);
      await player.joined();
    }
    await check("O opens it, its keys move no body, and it closes", () => openAndClose(bera));
    await check("a friend is asked by name, says yes, and is seen to be there", () => befriend(bera, ivar));
    await check("a party of two is made by an invitation, and its leader changes", () =>
      party(bera, ivar),
    );
    await check("a guild is founded, joined, and says something", () => guild(bera, ivar));
    await check("who digs is on the boards", () => boards(bera));
    await check("a service that is away is told, and found again", () => withoutService(bera));
    await check("everything has room at every size", () => room(bera));
    await check("what the party and the guild said is there after a reload", () => recall(bera, ivar));
    await check("one leaves the party, and the guild ends for both", () => part(bera, ivar));
    await check("who is blocked is heard no more, after a reload neither", () => block(bera, ivar));
    // A machine that draws without a card has enough with two pages.
    for (const player of players) await player.close();
    const ann = await open("Ann");
    await check("an account creates a character, changes it, and plays it", () => characters(server, ann));
    await check("settings come along to another browser", () =>
      settings(ann, () => open("Ann")),
    );
    await check("no page met an error", () => {
      for (const player of players) assert.deepEqual(player.errors, []);
    });
  } catch (error) {
    report.broke("company", error);
  } finally {
    for (const player of players) await player.close();
    await server.dispose();
  }
}

async function openAndClose(bera) {
  await open(bera);
  const before = await bera.evaluate(() => window.voxelheim.own.position);
  await bera.page.keyboard.press("KeyW", { delay: 400 });
  const after = await bera.evaluate(() => window.voxelheim.own.position);
  assert.ok(Math.hypot(after.x - before.x, after.z - before.z) < 0.01, "keys of the window move no body");
  await bera.page.keyboard.press("ArrowRight");
  await bera.says('[aria-selected="true"]', "Party");
  await bera.page.keyboard.press("KeyO");
  await closed(bera);
  await open(bera, "Friends");
  await bera.says(".company-tab", "Nobody yet");
}

async function befriend(bera, ivar) {
  await byName(bera, "#friend-name", "Njal");
  await bera.says(".word-line.refused", "Nobody has this name");
  await byName(bera, "#friend-name", "Bera");
  await bera.says(".word-line.refused", "That is you.");
  await byName(bera, "#friend-name", "ivar the bold");
  await bera.says(person("Ivar the Bold"), "has not answered yet");
  await bera.screenshot("company-asked");
  await ivar.says(".company-notice", "Bera asks to be your friend.");
  await fits(ivar, SIZES);
  await ivar.page.setViewportSize(DESK);
  await open(ivar);
  await ivar.says('[aria-selected="true"]', "Friends");
  await press(ivar, "Bera", "Accept");
  await ivar.says(".word-line.done", "Bera and you are friends now.");
  for (const [player, friend] of [[bera, "Ivar the Bold"], [ivar, "Bera"]]) {
    await player.says(person(friend), "in the battle");
    await player.page.waitForSelector(`${person(friend)} .presence.there`);
  }
  await bera.screenshot("company-friends");
  await shut(ivar);
}

async function party(bera, ivar) {
  await press(bera, "Ivar the Bold", "To my party");
  await bera.says(".word-line.done", "Ivar the Bold is invited.");
  await ivar.says(".company-notice", "Bera invites you to a party.");
  await ivar.screenshot("company-notice");
  await open(ivar);
  await ivar.says('[aria-selected="true"]', "Party");
  await press(ivar, "Bera", "Join");
  await tab(bera, "Party");
  for (const player of [bera, ivar]) await player.says(".company-tab", "2 of 8");
  await bera.screenshot("company-party");
  // What cannot be taken back is pressed twice.
  await press(bera, "Ivar the Bold", "Make leader");
  await press(bera, "Ivar the Bold", "Really make leader");
  await bera.says(person("Ivar the Bold"), "leads");
  await ivar.says(person("Ivar the Bold"), "leads");
}

async function guild(bera, ivar) {
  await tab(bera, "Guild");
  await bera.page.fill("#guild-name", "Quiet Ravens");
  await bera.page.fill("#guild-tag", "x");
  await bera.page.keyboard.press("Enter");
  await bera.says(".word-line.refused", "2 to 5 letters");
  await bera.page.fill("#guild-tag", "RAV");
  await bera.page.keyboard.press("Enter");
  await bera.says(".guild-head", "Quiet Ravens");
  await byName(bera, "#guild-invite", "Ivar the Bold");
  await tab(ivar, "Guild");
  await press(ivar, "Bera", "Join");
  await ivar.says(".guild-head", "2 members");
  await press(bera, "Ivar the Bold", "Make member");
  await bera.says(person("Ivar the Bold"), "member");
  await press(bera, "Ivar the Bold", "Make officer");
  await ivar.says(person("Ivar the Bold"), "officer");
  await ivar.page.getByRole("button", { name: "Write one" }).click();
  await ivar.page.fill("#guild-message", "Tonight: the <b>ford</b>");
  await ivar.page.keyboard.press("Enter");
  await bera.says(".guild-message", "Tonight: the <b>ford</b>");
  await bera.screenshot("company-guild");
  await shut(ivar);
}

async function boards(bera) {
  await shut(bera);
  await dig(bera);
  await open(bera, "Boards");
  await bera.page.getByRole("radio", { name: "Level" }).click();
  await bera.says(".ranks tr.own", "Bera");
  await bera.page.getByRole("radio", { name: "Around me" }).click();
  await bera.page.getByRole("radio", { name: "All time" }).click();
  await bera.says(".ranks tr.own", "Bera");
  await bera.screenshot("company-boards");
  await tab(bera, "Character");
  await bera.says(".experience", "Level 1");
  await bera.says(".character-words", "leader of Quiet Ravens");
  await bera.screenshot("company-character");
}

async function block(bera, ivar) {
  await say(ivar, "Before the block");
  await heard(bera, "Before the block");
  await open(bera, "Friends");
  await press(bera, "Ivar the Bold", "Block");
  await press(bera, "Ivar the Bold", "Really block");
  await bera.says(person("Ivar the Bold"), "is not heard");
  await bera.screenshot("company-blocked");
  await shut(bera);
  const forgets = (text) => bera.until(`hears ${text} no more`, isUnheard, DEED_MS_MAX, text);
  await forgets("Before the block");
  for (const [spoken, shown] of [["/w bera Only you", "Only you"], ["All of you", "All of you"]]) {
    await say(ivar, spoken);
    await heard(ivar, shown);
  }
  // The server tells in order: what Ivar said would be there.
  await say(bera, "It is quiet");
  await heard(bera, "It is quiet");
  for (const text of ["Only you", "All of you"]) assert.ok(await bera.evaluate(isUnheard, text), text);
  await again(bera);
  await heard(bera, "It is quiet");
  await forgets("All of you");
}

/** In the page. */
function isUnheard(text) {
  return ![...document.querySelectorAll(".chat-text")].some((line) => line.textContent === text);
}

/** One block below the feet: what is dug is worth experience. */
async function dig(bera) {
  await bera.evaluate((slot) => {
    const { test } = window.voxelheim;
    test.selectSlot(slot);
    test.look(0, -1.5);
  }, PICK_SLOT);
  const block = await bera.until("sees the ground", () => window.voxelheim.aim?.block, DEED_MS_MAX);
  await bera.evaluate(() => window.voxelheim.test.press("primary"));
  try {
    const isDug = ({ x, y, z }) => window.voxelheim.blockAt(x, y, z) === 0;
    await bera.until("the block is gone", isDug, DEED_MS_MAX, block);
  } finally {
    await bera.evaluate(() => window.voxelheim.test.release("primary"));
  }
}

async function withoutService(bera) {
  await bera.page.route("**/api/player/**", (route) => route.abort());
  await bera.says(".trouble-line", UNREACHABLE);
  await tab(bera, "Friends");
  await byName(bera, "#friend-name", "Njal");
  await bera.says(".word-line.away", "cannot be reached");
  await bera.screenshot("company-away");
  assert.equal(await bera.evaluate(() => window.voxelheim.phase), "joined");
  await bera.page.unroute("**/api/player/**");
  await bera.page.getByRole("button", { name: "Try now" }).click();
  await bera.page.waitForSelector(".trouble-line", { state: "detached" });
}

async function room(bera) {
  for (const size of SIZES) {
    for (const name of TABS) {
      await tab(bera, name);
      await holdsAll(bera, ".panel.company", [size]);
    }
  }
  await bera.page.setViewportSize(DESK);
}

/** Each line once and in order, also what is said meanwhile; from a service that is away, nothing, and no word. */
async function recall(bera, ivar) {
  await shut(bera);
  for (const [speaker, spoken] of [[bera, "/p Hold the ford"], [ivar, "/p I come"], [bera, "/gu Feast tonight"]]) {
    await say(speaker, spoken);
    for (const player of [bera, ivar]) await heard(player, spoken.replace(/^\/\w+ /, ""));
  }
  await bera.page.route("**/chat/channels/**", (route) => route.abort());
  await again(bera);
  await say(ivar, "/p Where are you?");
  await heard(bera, "Where are you?");
  await bera.page.keyboard.press("Enter");
  assert.deepEqual(await groupLines(bera), ["Where are you?"]);
  await bera.page.unroute("**/chat/channels/**");
  await again(bera);
  await say(ivar, "/p There you are");
  await heard(bera, "There you are");
  await bera.page.keyboard.press("Enter");
  const all = ["Hold the ford", "I come", "Feast tonight", "Where are you?", "There you are"];
  const isThere = (count) => document.querySelectorAll(".chat-line.recalled").length >= count;
  await bera.until("has the lines", isThere, DEED_MS_MAX, all.length - 1);
  assert.deepEqual(await groupLines(bera), all);
  await bera.screenshot("company-recalled");
  await fits(bera, SIZES);
  await bera.page.setViewportSize(DESK);
  await bera.page.keyboard.press("Escape");
  await open(bera);
}

async function again(bera) {
  await bera.page.reload();
  await bera.page.waitForFunction(() => "voxelheim" in window);
  await bera.join();
  await bera.joined();
}

/** What players said in the party's and the guild's channel, as the open chat shows it. */
function groupLines(bera) {
  return bera.page.locator(".chat-line:is(.channel-3, .channel-4):has(b) .chat-text").allTextContents();
}

async function part(bera, ivar) {
  await tab(bera, "Party");
  await twice(bera, "Leave the party", "Really leave");
  await bera.says(".company-tab", "You are in no party.");
  await tab(bera, "Guild");
  await twice(bera, "Disband the guild", "Really end Quiet Ravens for all");
  await bera.says(".company-tab", "Found a guild");
  await open(ivar, "Guild");
  await ivar.says(".company-tab", "Found a guild");
  for (const player of [bera, ivar]) await shut(player);
}

async function characters(server, ann) {
  await register(server, ann);
  await ann.page.click("#characters");
  await ann.page.fill("#character-name", "Ivar the Bold");
  await ann.page.keyboard.press("Enter");
  await ann.says(".characters .word-line", "Somebody else has this name.");
  await ann.page.fill("#character-name", "Astrid");
  await ann.page.getByRole("button", { name: "Hair after" }).click();
  await ann.page.locator(".characters").getByRole("radio", { name: "House Tide" }).click();
  await ann.page.getByRole("button", { name: "Create", exact: true }).click();
  await ann.says(".characters .character-list", "Astrid");
  await holdsAll(ann, ".panel.characters", SIZES);
  await ann.page.setViewportSize(DESK);
  await ann.page.click("#new-character");
  await ann.page.fill("#character-name", "Nobody Long");
  await ann.page.getByRole("button", { name: "Create", exact: true }).click();
  await ann.says(".characters .character-list", "Nobody Long");
  await twice(ann, "Delete", "Really delete, for good");
  await ann.says(".characters .word-line", "Nobody Long is gone for good.");
  await ann.page.fill("#character-name", "Astrid the Red");
  await ann.page.getByRole("button", { name: "Save" }).click();
  await ann.says(".characters .character-list", "Astrid the Red");
  await ann.screenshot("company-characters");
  await ann.page.getByRole("button", { name: "Done" }).click();
  await ann.screenshot("company-title");
  await ann.page.click("#fight");
  await ann.joined();
  assert.equal(await ann.evaluate(() => window.voxelheim.own.house), 1);
  await open(ann, "Character");
  await ann.says(".character-words", "Astrid the Red");
  await shut(ann);
}

async function settings(ann, openOther) {
  const saved = ann.page.waitForResponse(
    (response) => response.url().endsWith("/player/settings") && response.request().method() === "PUT",
  );
  await ann.evaluate(() => window.voxelheim.test.changeSettings({ sensitivity: 2.5 }));
  assert.equal((await saved).status(), 200);
  await ann.close();
  const other = await openOther();
  // As a guest left it; who signs in is offered a character of the account.
  await other.page.fill("#name", "Last Guest");
  await other.page.click("#sign-in");
  await fill(other, ANN);
  await other.says(".account-line", ANN.email);
  const isThere = () => JSON.parse(localStorage.getItem("voxelheim.settings")).sensitivity === 2.5;
  await other.until("the settings came", isThere, DEED_MS_MAX);
  const quality = () => JSON.parse(localStorage.getItem("voxelheim.settings")).quality;
  assert.equal(await other.evaluate(quality), "low");
  await other.says(".character-choice", "Astrid the Red");
  assert.equal(await other.page.inputValue("#name"), "Astrid the Red");
}

async function register(server, ann) {
  await ann.page.click("#sign-in");
  await ann.page.getByRole("button", { name: "Make an account" }).click();
  await fill(ann, ANN);
  await ann.says("#account-title", "Read your mail");
  await ann.page.goto(await newestLink(server, ANN.email));
  await ann.says("#account-title", "Confirm your account");
  await fill(ann, { password: ANN.password });
  await ann.says("#account-title", "Welcome");
  await ann.page.getByRole("button", { name: "To the battle" }).click();
  await ann.says(".account-line", ANN.email);
}

/** By the key; a tab by the mouse. */
async function open(player, name) {
  await player.page.keyboard.press("KeyO");
  await player.page.waitForSelector("dialog.company .company-tab");
  if (name) await tab(player, name);
}

async function shut(player) {
  await player.page.keyboard.press("Escape");
  await closed(player);
}

async function closed(player) {
  await player.page.waitForSelector("dialog.company", { state: "detached" });
}

async function tab(player, name) {
  await player.page.getByRole("tab", { name }).click();
  await player.says('[aria-selected="true"]', name);
}

function person(name) {
  return `.person[data-name="${name}"]`;
}

/** A button in somebody's line. */
async function press(player, name, words) {
  const button = player.page.locator(person(name)).getByRole("button", { name: words, exact: true });
  await button.click();
}

async function twice(player, words, sure) {
  for (const name of [words, sure]) await player.page.getByRole("button", { name, exact: true }).click();
}

async function byName(player, selector, name) {
  await player.page.fill(selector, name);
  await player.page.keyboard.press("Enter");
}

/** Fills the fields of the account's dialog and presses Enter in the last one. */
async function fill(player, values) {
  for (const [name, value] of Object.entries(values)) {
    await player.page.fill(`.account [name="${name}"]`, value);
  }
  await player.page.keyboard.press("Enter");
}
