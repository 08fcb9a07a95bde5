import { defineConfig } from 'vitest/config';

const SECOND = 1_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Processes, never threads: Temporal's native module crashes when several worker threads load it.
    pool: 'forks',
    // Every file with workflows brings a worker of its own, and all share one Temporal server.
    maxWorkers: 2,
    testTimeout: 60 * SECOND,
    // The first hook may have to wait for the server to be downloaded or built, which happens once per machine.
    hookTimeout: 30 * 60 * SECOND,
    teardownTimeout: 30 * SECOND,
  },
});
