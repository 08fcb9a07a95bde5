import { defineConfig } from 'vitest/config';

const SECOND = 1_000;

/** Folders of tests that leave nothing behind in their process, so that its modules are loaded once for all of them. */
const SHARING =
  'test/{activities,catalog,client,config,contract,dashboard,dodo,domain,experiments,http,invariants,ledger,reports,webhooks}/**/*.test.ts';

const common = {
  // Processes, never threads: Temporal's native module crashes when several worker threads load it.
  pool: 'forks',
  testTimeout: 60 * SECOND,
  // The first hook may have to wait for the server to be downloaded or built, which happens once per machine.
  hookTimeout: 30 * 60 * SECOND,
  teardownTimeout: 30 * SECOND,
} as const;

export default defineConfig({
  test: {
    // Once for both projects.
    globalSetup: ['test/support/global-setup.ts'],
    // Every file with workflows brings a worker of its own, and all share one Temporal server.
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'parts', include: [SHARING], isolate: false } },
      { test: { ...common, name: 'whole', include: ['test/**/*.test.ts'], exclude: [SHARING] } },
    ],
  },
});
