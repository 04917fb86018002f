//! A machine too small for its battle, made out of one that is not: it gives the server moments only, as a
//! hypervisor does, with ever longer pauses between them until the server says that it is too little. The
//! moments are shorter than a tick is on any machine, so that each tick takes several.

import { setImmediate, setTimeout } from "node:timers/promises";

const LOOK_MS = 1_000;
const PAUSE_MS = { least: 1, most: 200 };
/** Of the pauses, from look to look. */
const LONGER = 1.25;
const SHORTER = 0.8;
/** Time slows, but not so far that newcomers wait. */
const RATE_PERMILLE = { least: 600, most: 900 };

export class SmallMachine {
  #server;
  #pauseMs = PAUSE_MS.least;
  #isSmall = false;
  #work = [];

  constructor(server) {
    this.#server = server;
  }

  start() {
    this.#isSmall = true;
    this.#work = [this.#holdUp(), this.#adjust()];
  }

  /** All of the time is the server's again. */
  async end() {
    this.#isSmall = false;
    await Promise.all(this.#work);
    this.#server.hold(false);
  }

  async #holdUp() {
    while (this.#isSmall) {
      this.#server.hold(true);
      await setTimeout(this.#pauseMs);
      this.#server.hold(false);
      await setImmediate();
    }
  }

  async #adjust() {
    while (this.#isSmall) {
      await setTimeout(LOOK_MS);
      const rate = await this.#ratePermille();
      if (rate > RATE_PERMILLE.most) this.#pauseMs = Math.min(PAUSE_MS.most, this.#pauseMs * LONGER);
      if (rate < RATE_PERMILLE.least) this.#pauseMs = Math.max(PAUSE_MS.least, this.#pauseMs * SHORTER);
    }
  }

  /** What the server says, if it finds the time; otherwise it has too little. */
  async #ratePermille() {
    try {
      return (await this.#server.status()).overload.time_rate_permille;
    } catch {
      return 0;
    }
  }
}
