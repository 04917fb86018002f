//! Runs named checks one after the other and counts them.

export class Report {
  passed = 0;
  failed = 0;

  async check(name, work) {
    const startMs = performance.now();
    try {
      await work();
      this.passed += 1;
      this.#say("ok  ", name, startMs);
    } catch (error) {
      this.failed += 1;
      this.#say("FAIL", name, startMs);
      process.stdout.write(`     ${String(error?.stack ?? error).replaceAll("\n", "\n     ")}\n`);
    }
  }

  /** A suite whose later checks make no sense without the earlier ones. */
  broke(name, reason) {
    this.failed += 1;
    process.stdout.write(`FAIL ${name}: ${reason}\n`);
  }

  end() {
    process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`);
    return this.failed === 0 ? 0 : 1;
  }

  #say(verdict, name, startMs) {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    process.stdout.write(`${verdict} ${name} (${seconds} s)\n`);
  }
}
