//! Headless Chromium and the pages of players in it.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { until } from "./waiting.mjs";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-angle=gl-egl",
  "--ignore-gpu-blocklist",
  // A busy machine is not a hung GPU.
  "--disable-gpu-watchdog",
];
const JOIN_MS_MAX = 30_000;
const SAID_MS_MAX = 30_000;
/** What Chromium says where a page's own policy stops it. */
const REFUSED_BY_POLICY = /content security policy|cross-origin-embedder-policy/i;
const VIEWPORT = { width: 640, height: 360 };
/** What software rendering can carry for two pages at once. */
export const FRUGAL = { quality: "low", viewDistanceBlocks: 256 };

/** `draws: false` makes Mesa take all calls and draw nothing, so that script alone sets the pace. */
export async function openBrowser({ draws = true } = {}) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: install chromium`);
  const env = draws ? process.env : { ...process.env, GALLIUM_NOOP: "1" };
  return chromium.launch({ executablePath, args: FLAGS, env });
}

/** A page with a player's own settings and nothing of another's. */
export class Player {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.errors = [];
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (REFUSED_BY_POLICY.test(message.text())) this.errors.push(message.text());
    });
  }

  static async open(browser, url, name, choice = {}) {
    const { settings = FRUGAL, viewport = VIEWPORT, hasTouch = false } = choice;
    const context = await browser.newContext({ viewport, hasTouch });
    await context.addInitScript((stored) => {
      localStorage.setItem("voxelheim.settings", JSON.stringify(stored));
    }, settings);
    const player = new Player(await context.newPage(), name);
    await player.page.goto(url);
    await player.page.waitForFunction(() => "voxelheim" in window);
    return player;
  }

  /** As a guest does: types a name, clicks Fight. */
  async join(house) {
    await this.page.fill("#name", this.name);
    if (house !== undefined) await this.page.click(`.segment.house-${house}`);
    await this.page.click("#fight");
  }

  async joined() {
    await this.until("joined", () => window.voxelheim.phase === "joined", JOIN_MS_MAX);
  }

  evaluate(work, argument) {
    return this.page.evaluate(work, argument);
  }

  until(what, condition, timeoutMs, argument) {
    return until(`${this.name}: ${what}`, () => this.page.evaluate(condition, argument), timeoutMs);
  }

  /** Until one of these elements has these words. */
  says(selector, words) {
    const isSaid = ([where, what]) =>
      [...document.querySelectorAll(where)].some(({ textContent }) => textContent.includes(what));
    return this.until(`${selector} says ${words}`, isSaid, SAID_MS_MAX, [selector, words]);
  }

  /** For a person to look at, where VOXELHEIM_SCREENSHOTS names a folder. */
  async screenshot(name) {
    const folder = process.env.VOXELHEIM_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), timeout: 60_000 });
  }

  async close() {
    await this.page.context().close();
  }
}
