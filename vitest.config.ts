import { defineConfig } from 'vitest/config';
import { ClosingLine } from './tests/support/closing-line.js';

const exclude = ['**/node_modules/**', '**/dist/**'];
const globalSetup = ['tests/support/global-setup.ts'];

/**
 * `unit` stands beside the code and needs nothing; the others cross walls and use real engines, sockets, packets and
 * browsers. They run one project after another; tests of `qa`, `e2e` and `browser` also one file after another,
 * because they build whole networks, or start whole coordinators and agents.
 */
export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine({ noSkips: process.env.NO_SKIPS === '1' })],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{shared,coordinator,probe-agent}/src/**/*.test.ts',
            'coordinator/dashboard/src/**/*.test.ts',
            'deploy/**/*.test.ts',
            'tests/architecture.test.ts',
          ],
          exclude,
          // Only for what hangs: a busy machine is no failure.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/**/*.test.ts'],
          exclude: [
            ...exclude,
            'tests/architecture.test.ts',
            'tests/e2e/**',
            'tests/browser/**',
            'tests/qa/**',
          ],
          globalSetup,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'qa',
          include: ['tests/qa/**/*.test.ts'],
          exclude,
          globalSetup,
          testTimeout: 180_000,
          // Rows that wait or creep, side by side.
          maxConcurrency: 4,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude,
          globalSetup,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          exclude,
          globalSetup,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 4 },
          fileParallelism: false,
        },
      },
    ],
  },
});
