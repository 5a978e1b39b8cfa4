import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** A worker loads the system once, rather than for each file: no test changes a module that another one sees. */
const SHARED_MODULES = { isolate: false };

/**
 * unit: no service needed, runs in `npm run check`. database: `*.database.test.ts` beside their file, and end to end:
 * `test/`; both on a real PostgreSQL that test/support/servers/postgres-setup.ts finds or starts. console:
 * `test/console/`, in a real browser, on the whole of Roundtrip with 10,000 orders, a copy for each file; left out, with a
 * message, where there is no Chromium.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
    projects: [
      {
        test: {
          name: 'unit',
          ...SHARED_MODULES,
          include: ['src/**/*.test.ts', 'faults/**/*.test.ts'],
          exclude: ['src/**/*.database.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'database',
          ...SHARED_MODULES,
          include: ['src/**/*.database.test.ts', 'bench/**/*.database.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/console/**'],
          globalSetup: ['test/support/servers/postgres-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'console',
          ...SHARED_MODULES,
          include: ['test/console/**/*.test.ts'],
          globalSetup: ['test/console/support/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
