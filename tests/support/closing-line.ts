import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Says in the last line of the output how many tests ran and how many did not: `12 passed, 0 failed, 3 skipped`.
 * With `noSkips` a skipped test fails the run.
 */
export class ClosingLine implements Reporter {
  readonly #noSkips: boolean;

  constructor(options: { noSkips: boolean }) {
    this.#noSkips = options.noSkips;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failures = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'failed') failures += 1;
        else if (state === 'passed') count.passed += 1;
        else count.skipped += 1;
      }
      // A file that could not even be loaded has no tests, and is a failure all the same.
      count.failed += failures === 0 && module.state() === 'failed' ? 1 : failures;
    }
    // When the process ends: whatever else is printed comes before.
    process.once('exit', () => {
      const refused = this.#noSkips && count.skipped > 0;
      if (refused) process.exitCode = 1;
      const why = refused ? 'A run of test:all may not skip anything.\n' : '';
      writeSync(1, `${why}${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
    });
  }
}
