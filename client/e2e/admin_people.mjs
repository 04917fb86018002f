//! A moderator's evening at the panel: a report is read, who said it warned, muted and let speak again, and the report
//! closed; and what all are told of the day.

import { Player } from "./browser.mjs";
import { heard, say, sendReport } from "./chat.mjs";
import { DEED_MS_MAX } from "./panel.mjs";

const INSULTS = "You are all cowards";
const WARNING = "Be kind to the other house";
const MUTE_REASON = "Rude after a warning";
const CLOSED_BECAUSE = "Warned and muted for a day";
const OF_THE_DAY = "The bridge is rebuilt tonight";
const IT_IS_OVER = "It is over";

/** The witness plays beside whom it reports. */
export async function heedsReport(browser, server, panel, player) {
  const witness = await Player.open(browser, server.url, "Witness");
  try {
    await witness.join();
    await witness.joined();
    await say(player, INSULTS);
    await heard(witness, INSULTS);
    await reports(witness);
    await panel.go("reports");
    await panel.says(".talk-line.reported", INSULTS);
    await panel.screenshot("admin-report");
    await panel.page.locator(".talk-line.reported").getByRole("button").first().click();
    await panel.says(".section h2", player.name);
    await warns(panel, player);
    await mutes(panel, player);
    await closes(panel);
  } finally {
    await witness.close();
  }
}

async function reports(witness) {
  await witness.page.keyboard.press("Enter");
  await witness.page.keyboard.press("ArrowUp");
  await witness.page.keyboard.press("Enter");
  await witness.page.keyboard.type("Insults");
  await sendReport(witness);
  await witness.page.keyboard.press("Escape");
}

async function warns(panel, player) {
  await panel.press("Message…");
  await panel.page.fill("dialog [name=text]", WARNING);
  await panel.do("Send it", "A report");
  await panel.says(".deed.done", `Message ${player.name}`);
  await player.says(".chat-text", WARNING);
}

async function mutes(panel, player) {
  await panel.press("Mute…");
  await panel.page.selectOption("dialog [name=span]", { label: "a day" });
  await panel.do("Mute", MUTE_REASON);
  await panel.says(".facts dd", MUTE_REASON);
  await player.says(".chat-line.note", `A moderator muted you: ${MUTE_REASON}`);
  await panel.act("Unmute…", "Unmute", "It was calm since", `Unmute ${player.name}`);
  await panel.page.getByRole("button", { name: "Mute…", exact: true }).waitFor({ timeout: DEED_MS_MAX });
}

async function closes(panel) {
  await panel.go("reports");
  await panel.act("Close it…", "Close it", CLOSED_BECAUSE, "Close report");
  await panel.says(".cards", "There are none.");
  await panel.press("Show closed ones");
  await panel.says(".card p", CLOSED_BECAUSE);
}

export async function tellsOfTheDay(panel, player) {
  await panel.go("message");
  await panel.page.fill("#daily-message", OF_THE_DAY);
  await panel.act("Tell everybody…", "Tell everybody", "Builders asked", "Set the message of the day");
  await panel.says("blockquote", OF_THE_DAY);
  await player.says(".chat-text", OF_THE_DAY);
  await panel.act("Take it away…", "Take it away", IT_IS_OVER, "Take the message away");
  await panel.says("main p", "There is none.");
}

/** Whoever was banned may come again; nobody does here. */
export async function unbans(panel, player) {
  await panel.act("Unban…", "Unban", "It was another", `Unban ${player.name}`);
  await panel.says("td", "over");
}
