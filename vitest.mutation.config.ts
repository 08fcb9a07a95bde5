import { defineConfig } from 'vitest/config';

const SECOND = 1_000;

/** The tests that need neither Temporal nor PostgreSQL, or those of `MUTATION_TESTS`: see `stryker.config.js`. */
export default defineConfig({
  test: {
    include: process.env.MUTATION_TESTS?.split(',') ?? [
      'test/{domain,activities}/**/*.test.ts',
      'test/http/reviews.test.ts',
      'test/ledger/{patch,accounting,attempts,presentations,purchases,limits}.test.ts',
    ],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60 * SECOND,
    hookTimeout: 120 * SECOND,
  },
});
