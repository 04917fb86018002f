//! A battle that is full: who comes next is shown a place in the line, and comes in when one leaves.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { Server } from "./server.mjs";

const DEED_MS_MAX = 30_000;

export async function line(report, browser) {
  await report.check("who finds the battle full waits in line and comes in", async () => {
    const server = await Server.start(10, ["--sessions-max", "1"]);
    const inside = await Player.open(browser, server.url, "First");
    const next = await Player.open(browser, server.url, "Second");
    try {
      await inside.join();
      await inside.joined();
      await next.join();
      const isTold = () => document.getElementById("position")?.textContent === "Position 1 in the queue";
      await next.until("its place in the line", isTold, DEED_MS_MAX);
      await next.screenshot("line");
      assert.equal((await server.status()).sessions_waiting_for_room, 1);
      await inside.evaluate(() => document.exitPointerLock());
      await inside.page.click(".pause-bar .quiet");
      await next.joined();
      assert.deepEqual([...inside.errors, ...next.errors], []);
    } finally {
      await inside.close();
      await next.close();
      await server.dispose();
    }
  });
}
