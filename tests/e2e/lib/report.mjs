// What the run says: a line for each step and case, and the count of both.

/** A step failed without which nothing that follows can be judged. */
export class Stop extends Error {}

export class Report {
  passed = 0;
  failed = 0;

  /** Runs a step; a text that it gives back is printed. */
  async step(name, act) {
    const started = Date.now();
    const took = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    try {
      const note = await act();
      this.passed++;
      console.log([`ok ${name}, ${took()}`, note].filter(Boolean).join(": "));
      return true;
    } catch (error) {
      this.failed++;
      console.log(`FAIL ${name}, ${took()}: ${error.message}`);
      return false;
    }
  }

  async must(name, act) {
    if (!(await this.step(name, async () => void (await act())))) throw new Stop(name);
  }

  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 || this.passed === 0 ? 1 : 0;
  }
}
