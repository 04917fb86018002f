//! A server with too much to do: its players are told, and play on in slower time.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { fits } from "./layout.mjs";
import { Server } from "./server.mjs";
import { SmallMachine } from "./small_machine.mjs";

const DEED_MS_MAX = 30_000;
/** Until the machine is small enough, however fast it is; and back. */
const LADDER_MS_MAX = 180_000;
/** Inputs that must be applied in slower time. */
const INPUTS = 100;
const SIGN = '.net-signs [data-step="time_dilation"]';
const SIZES = [
  { width: 1_280, height: 720 },
  { width: 640, height: 360 },
];

export async function overload(report, browser) {
  const check = (name, work) => report.check(`overload: ${name}`, work);
  const server = await Server.start();
  const machine = new SmallMachine(server);
  const players = [];
  try {
    await check("two pages join while there is time", async () => {
      for (const name of ["Early", "Late"]) {
        players.push(await Player.open(browser, server.url, name));
        await players.at(-1).join(0);
        await players.at(-1).joined();
      }
    });
    machine.start();
    await check("both are told that time runs slower, and how slow", async () => {
      for (const player of players) await player.until("the sign", isTold, LADDER_MS_MAX, SIGN);
    });
    await check("the signs leave the rest of the screen free", () => fits(players[0], SIZES));
    await check("both play on in slower time, and nothing is corrected", () =>
      Promise.all(players.map(playsOn)),
    );
    await machine.end();
    await check("the sign goes when the server has time again", async () => {
      const isGone = (sign) => document.querySelector(sign) === null;
      for (const player of players) await player.until("no sign", isGone, LADDER_MS_MAX, SIGN);
      assert.deepEqual(players.flatMap(({ errors }) => errors), []);
    });
  } finally {
    await machine.end();
    for (const player of players) await player.close();
    await server.dispose();
  }
}

/** Runs in the page: the sign names a rate that the ladder allows. */
function isTold(sign) {
  const words = document.querySelector(sign)?.textContent ?? "";
  const [, percent] = /Time runs at (\d+) %/.exec(words) ?? [];
  return percent !== undefined && Number(percent) >= 10 && Number(percent) < 100;
}

/** Runs and jumps: the server applies it, the link stays, and every prediction was right. */
async function playsOn(player) {
  const before = await state(player);
  const least = before.told.sequence + INPUTS;
  await player.evaluate(() => ["forward", "jump"].forEach((deed) => window.voxelheim.test.press(deed)));
  const isApplied = (sequence) => window.voxelheim.told.sequence >= sequence;
  await player.until(`${INPUTS} inputs are applied`, isApplied, LADDER_MS_MAX, least);
  await player.evaluate(() => ["forward", "jump"].forEach((deed) => window.voxelheim.test.release(deed)));
  await player.until("doubts settled", () => window.voxelheim.doubtsCount === 0, DEED_MS_MAX);
  await player.until("time is still slow", isTold, LADDER_MS_MAX, SIGN);
  await player.screenshot(`overload-${player.name}`);
  const after = await state(player);
  assert.notDeepEqual(after.told.position, before.told.position);
  const { phase, welcomes, body, corrections } = after;
  assert.deepEqual(
    { phase, welcomes, body, corrections },
    { phase: "joined", welcomes: before.welcomes, body: before.body, corrections: 0 },
  );
}

function state(player) {
  return player.evaluate(() => {
    const { told, phase, own, net, welcomesCount: welcomes } = window.voxelheim;
    return { told, phase, welcomes, body: own.id, corrections: net.corrections };
  });
}
