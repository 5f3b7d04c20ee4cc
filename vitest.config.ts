import { defineConfig } from 'vitest/config';

/** `unit` stands beside the code and needs nothing; the others cross walls and use real engines, sockets, browsers. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,coordinator,probe-agent}/src/**/*.test.ts', 'deploy/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
    ],
  },
});
