//! A player with nothing but fingers: taps on Fight, walks with one thumb, draws the bow with the
//! other.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { fits } from "./layout.mjs";
import { Server } from "./server.mjs";

const DEED_MS_MAX = 30_000;
const TELEPHONE = { width: 844, height: 390 };
const UPRIGHT = { width: 390, height: 844 };
const SMALL_UPRIGHT = { width: 360, height: 640 };
const SOLDIERS = 50;
const DRAW_TICKS_FULL = 20;

export async function fingers(report, browser) {
  await report.check("fingers join, walk, draw the bow and reach for food, and the screen fits a telephone", async () => {
    const server = await Server.start(SOLDIERS);
    const player = await Player.open(browser, server.url, "Thumbs", {
      viewport: TELEPHONE,
      hasTouch: true,
    });
    try {
      await player.page.fill("#name", player.name);
      await player.page.tap("#fight");
      await player.joined();
      const hands = await player.page.context().newCDPSession(player.page);
      await walk(player, hands);
      await drawBow(player, hands);
      await bite(player);
      await fits(player, [TELEPHONE, UPRIGHT, SMALL_UPRIGHT]);
      assert.deepEqual(player.errors, []);
    } finally {
      await player.close();
      await server.dispose();
    }
  });
}

function touch(hands, type, ...touchPoints) {
  return hands.send("Input.dispatchTouchEvent", { type, touchPoints });
}

/** Forwards, and where there is no way on, backwards: some rise before a wall. */
async function walk(player, hands) {
  await player.until("stands", () => window.voxelheim.own.grounded, DEED_MS_MAX);
  const from = await player.evaluate(() => window.voxelheim.own.position);
  await touch(hands, "touchStart", { x: 150, y: 280, id: 1 });
  await touch(hands, "touchMove", { x: 150, y: 190, id: 1 });
  await player.until("walked 2 m, or met a wall", isFarOrStuck, DEED_MS_MAX, from);
  await touch(hands, "touchMove", { x: 150, y: 370, id: 1 });
  await player.until("walked 2 m", isFar, DEED_MS_MAX, from);
  await player.screenshot("fingers");
  await touch(hands, "touchEnd");
}

/** In the page. */
function isFar({ x, z }) {
  const { position } = window.voxelheim.own;
  return Math.hypot(position.x - x, position.z - z) > 2;
}

/** In the page; stuck is whom 20 inputs did not move. */
function isFarOrStuck({ x, z }) {
  const { sequence, position } = window.voxelheim.told;
  const last = window.lastMove;
  if (last?.x !== position.x || last.z !== position.z) {
    window.lastMove = { sequence, x: position.x, z: position.z };
  }
  const isStuck = sequence > window.lastMove.sequence + 20;
  return isStuck || Math.hypot(position.x - x, position.z - z) > 2;
}

async function drawBow(player, hands) {
  await player.page.tap(".slot:nth-child(2)");
  const { x, y, width, height } = await player.page.locator(".touch-primary").boundingBox();
  await touch(hands, "touchStart", { x: x + width / 2, y: y + height / 2, id: 2 });
  const isDrawn = (ticks) => window.voxelheim.own.drawTicks >= ticks;
  await player.until("a drawn bow", isDrawn, DEED_MS_MAX, DRAW_TICKS_FULL);
  await touch(hands, "touchEnd");
  await player.until("loosed", () => window.voxelheim.own.drawTicks === 0, DEED_MS_MAX);
}

/** Whether hurt or not, there is nothing in the bag: what matters is that one is told. */
async function bite(player) {
  await player.page.tap(".touch-eat");
  await player.until("a word on it", () => document.querySelector(".word-notice")?.textContent, DEED_MS_MAX);
}
