//! The operators' panel in a browser of its own, as staff have it.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { codeOf } from "./one_time_code.mjs";

export const DEED_MS_MAX = 30_000;
export const DESK = { width: 1_440, height: 900 };
/** What an effect says of a region that has come where it was to go. */
export const PAUSE = /went from \d+\/\d+ to \d+\/\d+ with (\d+) bodies: a pause of \d+ ticks?, \d+ ms/;

export class Panel extends Player {
  /** `prepare` is given the page before anything is asked. */
  static async open(browser, server, staff, prepare = async () => {}) {
    const context = await browser.newContext({ viewport: DESK, colorScheme: "dark" });
    const panel = new Panel(await context.newPage(), staff.email);
    panel.staff = staff;
    await prepare(panel.page);
    await panel.page.goto(`${server.url}/admin/`);
    await panel.page.waitForSelector(".door-card");
    return panel;
  }

  async signIn(code) {
    const { email, password } = this.staff;
    for (const [name, value] of Object.entries({ email, password, code })) {
      await this.page.fill(`.door-card [name=${name}]`, value);
    }
    await this.page.keyboard.press("Enter");
  }

  /** With the code that comes next: that of now was used when the factor was set up. */
  async enter() {
    await this.signIn(codeOf(this.staff.secret, 1));
    await this.says(".pulse", "Live");
  }

  async go(hash) {
    await this.evaluate((wanted) => (location.hash = wanted), hash);
    const [page] = hash.split("/");
    await this.page.waitForSelector(`.pages a[href="#${page}"][aria-current]`);
  }

  press(words) {
    return this.page.getByRole("button", { name: words, exact: true }).first().click();
  }

  /** Gives the reason in the dialog that is open, and presses its button. */
  async do(words, reason) {
    await this.page.fill("dialog [name=reason]", reason);
    await this.page.locator("dialog").getByRole("button", { name: words, exact: true }).click();
  }

  owners() {
    return this.page
      .locator(".square")
      .evaluateAll((squares) =>
        squares.map((it) => [it.dataset.region, it.querySelector(".square-owner").textContent]),
      );
  }

  /** Presses a button that asks for a reason, gives one, and says what came of it. */
  async act(words, verb, reason, title) {
    await this.press(words);
    await this.do(verb, reason);
    await this.page.waitForSelector(`.deed.done :text("${title}"), dialog .failure`);
    const failures = await this.page.locator("dialog .failure").allTextContents();
    if (failures.length > 0) throw new Error(`${title}: ${failures.join("; ")}`);
    await this.page.waitForSelector("dialog", { state: "detached" });
    return this.page.locator(".deed.done .deed-effect").first().textContent();
  }

  /** Adds a line to the configuration with the difference in sight, and undoes that; `between` sees what it does. */
  async configure(line, between = async () => {}) {
    await this.go("config");
    const text = this.page.getByRole("textbox", { name: "Configuration" });
    const before = await text.inputValue();
    await text.fill(`${before}${line}\n`);
    await this.press("Show the difference");
    await this.says(".diff .new", line);
    await this.screenshot("admin-config-difference");
    await this.act("Change it…", "Change it", "To see it", "Change the configuration");
    await this.says(".cards li", "To see it");
    assert.equal(await text.inputValue(), `${before}${line}\n`);
    await between();
    await this.act("Undo the newest…", "Undo it", "It was a test", "Undo the last change");
    await this.says(".cards li", "undid: It was a test");
    assert.equal(await text.inputValue(), before);
  }

  /** A controller that acts may divide the very region that an operator is about to move. */
  async stillController(reason) {
    await this.go("plan");
    await this.act("Switch to dry run…", "Switch to dry run", reason, "Only say plans");
    // What the page asks for when it is opened anew is of after that.
    await this.go("map");
    await this.go("plan");
    await this.says("main h2", "The controller only says");
    const isStill = () => document.querySelector(".state.under-way") === null;
    await this.until("nothing is under way", isStill, DEED_MS_MAX);
  }

  async freeController(reason) {
    await this.go("plan");
    await this.act("Let it act…", "Let it act", reason, "Carry plans out");
  }

  /** Shows a region's card. */
  async choose(region) {
    await this.go(`map/${region}`);
    await this.says(".map-side h2", `Region ${region}`);
  }

  /** Moves the region whose card is shown, and tells what its effect says of the pause. */
  async move(region, reason) {
    const effect = await this.act("Move…", "Move it", reason, `Move region ${region}`);
    const pause = PAUSE.exec(effect);
    if (pause === null) throw new Error(`no pause is told: ${effect}`);
    await this.says(".map-side dt", "Its pause");
    return { effect, bodies: Number(pause[1]) };
  }
}
