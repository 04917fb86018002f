//! A machine too small for its battle, made out of one that is not: it gives the server a share of the
//! time only, as a hypervisor does, and ever less until the server says that it is too little.

const PERIOD_MS = 40;
/** Of a second; what the share is after each look. */
const LOOK_MS = 1_000;
const SHARE_MIN = 0.05;
const LESS = 0.8;
const MORE = 1.25;
/** Time slows, but not so far that newcomers wait. */
const RATE_PERMILLE = { least: 600, most: 900 };

export class SmallMachine {
  #server;
  #share = 0.5;
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
      await pause(PERIOD_MS * (1 - this.#share));
      this.#server.hold(false);
      await pause(PERIOD_MS * this.#share);
    }
  }

  async #adjust() {
    while (this.#isSmall) {
      await pause(LOOK_MS);
      const { time_rate_permille: rate } = (await this.#server.status()).overload;
      if (rate > RATE_PERMILLE.most) this.#share = Math.max(SHARE_MIN, this.#share * LESS);
      if (rate < RATE_PERMILLE.least) this.#share = Math.min(1, this.#share * MORE);
    }
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
