//! A moderator at the panel's page of chat, beside a page where somebody talks.

import { faded, heard, REMOVED, say } from "./chat.mjs";
import { DEED_MS_MAX } from "./panel.mjs";

export const REMOVE_REASON = "Insults the other house";
const RUDE = "Red is for cowards";
const SLOW_REASON = "Everybody shouts";
const FILTER_REASON = "A new insult";
const INSULT = "dunghead";

export async function moderatesChat(panel, player) {
  await say(player, RUDE);
  await heard(player, RUDE);
  await panel.go("chat");
  await removes(panel, player);
  await slows(panel);
  await filters(panel, player);
}

async function removes(panel, player) {
  await panel.says(".talk-line", RUDE);
  const line = panel.page.locator(".talk-line", { hasText: RUDE });
  await line.getByRole("button", { name: "Remove…" }).click();
  await panel.do("Remove it", REMOVE_REASON);
  await panel.page.waitForSelector("dialog", { state: "detached" });
  await panel.says(".talk-line.removed", RUDE);
  await panel.screenshot("admin-chat");
  await player.page.keyboard.press("Enter");
  await heard(player, REMOVED);
  await player.page.keyboard.press("Escape");
}

async function slows(panel) {
  const row = panel.page.locator("tr", { hasText: "guild" });
  await row.getByRole("button", { name: "Slow down…" }).click();
  await panel.page.selectOption("dialog [name=seconds]", { label: "a minute" });
  await panel.do("Slow it down", SLOW_REASON);
  await panel.page.waitForSelector("dialog", { state: "detached" });
  await panel.says("tr", "60 s");
  await row.getByRole("button", { name: "Let go…" }).click();
  await panel.do("Let it go", SLOW_REASON);
  await panel.says(".deed.done", "Let guild go");
}

/** Edges learn of it a moment later; until then the word is read as it is. */
async function filters(panel, player) {
  await panel.press("Add words…");
  await panel.page.fill("dialog [name=words]", INSULT.toUpperCase());
  await panel.do("Add them", FILTER_REASON);
  await panel.page.waitForSelector("dialog", { state: "detached" });
  await panel.page.fill("#filter-start", INSULT.slice(0, 4));
  await panel.says(".filter-words li:first-child", INSULT);
  await reads(player, "What a", "*".repeat(INSULT.length));
  await panel.act("Take out…", "Take it out", FILTER_REASON, "out of the filter");
  await reads(player, "No", INSULT);
}

/** Says the insult behind some words until it is read as wanted. */
async function reads(player, words, wanted) {
  for (let number = 1, read; read !== wanted; number++) {
    await say(player, `${words} ${INSULT} ${number}`);
    const form = `^${words} (\\S+) ${number}$`;
    read = await player.until("it is read", readIn, DEED_MS_MAX, form);
    if (read !== wanted) await faded(player, `${words} ${read} ${number}`);
  }
}

/** In the page: the word that is looked for in a line of this form; none until it is there. */
function readIn(form) {
  const texts = [...document.querySelectorAll(".chat-text")].map(({ textContent }) => textContent);
  return texts.map((text) => text.match(form)?.[1]).find((word) => word !== undefined);
}
