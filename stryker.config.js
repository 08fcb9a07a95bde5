/**
 * `npm run mutation`: changes the rules about money one by one and runs the tests that reach each change. A change that
 * no test notices survives, and is listed. All of it takes hours; some files, with the tests that concern them:
 * `MUTATION_TESTS=test/domain/verdict.test.ts npm run mutation -- --mutate src/domain/verdict.ts`.
 *
 * The code of workflows is left out: it runs in a sandbox of Temporal's, which the switch between mutants does not reach.
 */
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
const config = {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: true },
  mutate: ['src/domain/**/*.ts', 'activities/**/*.ts', 'src/ledger/**/*.ts', '!src/ledger/postgres.ts'],
  ignorePatterns: ['docs', 'bench', 'deploy', 'dist', 'test-results', '.data', 'test/replay/histories'],
  // Only what runs during a test is judged: texts and tables that are made when a file is loaded are not.
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  // Words for people may be put better at any time.
  mutator: { excludedMutations: ['StringLiteral'] },
  concurrency: 1,
  timeoutMS: 10_000,
  // The sandbox of the tests reads no type declarations.
  disableTypeChecks: false,
  tempDirName: 'test-results/stryker',
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: 'test-results/mutation/index.html' },
  jsonReporter: { fileName: 'test-results/mutation/report.json' },
  allowEmpty: true,
};

export { config as default };
