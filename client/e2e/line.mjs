//! A battle that is full: who comes next is shown a place in the line, keeps it over a reload of the page, and comes in
//! when one leaves.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { Server } from "./server.mjs";

const DEED_MS_MAX = 30_000;

export async function line(report, browser) {
  await report.check("who finds the battle full waits in line and comes in", () =>
    withFullBattle(browser, async (server, inside, [next]) => {
      await next.join();
      await atPosition(next, 1);
      await next.screenshot("line");
      assert.equal((await server.status()).sessions_waiting_for_room, 1);
      await leave(inside);
      await next.joined();
    }),
  );
  await report.check("who waits keeps its place over a reload", () =>
    withFullBattle(browser, async (server, inside, [next, later]) => {
      await next.join();
      await atPosition(next, 1);
      await later.join();
      await atPosition(later, 2);
      await next.page.reload();
      await next.page.waitForFunction(() => "voxelheim" in window);
      await next.page.click("#fight");
      await atPosition(next, 1);
      await atPosition(later, 2);
      assert.equal((await server.status()).sessions_waiting_for_room, 2);
      await leave(inside);
      await next.joined();
      await atPosition(later, 1);
      assert.equal(await next.evaluate(() => sessionStorage.getItem("voxelheim.line")), null);
    }),
  );
}

/** A battle for one, who is in it, and two more pages. */
async function withFullBattle(browser, work) {
  const server = await Server.start(10, ["--sessions-max", "1"]);
  const [inside, ...others] = await Promise.all(
    ["First", "Second", "Third"].map((name) => Player.open(browser, server.url, name)),
  );
  try {
    await inside.join();
    await inside.joined();
    await work(server, inside, others);
    assert.deepEqual([inside, ...others].flatMap(({ errors }) => errors), []);
  } finally {
    await Promise.all([inside, ...others].map((player) => player.close()));
    await server.dispose();
  }
}

async function atPosition(player, position) {
  const isTold = (words) => document.getElementById("position")?.textContent === words;
  const words = `Position ${position} in the queue`;
  await player.until(words, isTold, DEED_MS_MAX, words);
}

async function leave(player) {
  await player.evaluate(() => document.exitPointerLock());
  await player.page.click(".pause-bar .quiet");
}
