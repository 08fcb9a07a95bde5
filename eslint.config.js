import { builtinModules } from 'node:module';
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The arrows between the folders. Each is a pattern for `no-restricted-imports`; a config object replaces the rule
 * as a whole for its files, so each lists all that hold there.
 */
const noSandbox = {
  regex: '(^|/)sandbox/',
  message: 'Only sandbox/, tests, benchmarks and the programs that start it import the sandbox.',
};
const noHttp = {
  regex: '(^|/)http/',
  message: 'The HTTP layer is on the outside: nothing below imports it.',
};
const noActivities = {
  regex: '(^|/)activities/',
  message: 'Activities are run by the worker alone. Ask the workflow by a message.',
};
const workflowMessagesOnly = {
  regex: '(^|/)workflows/(?!(messages|search-attributes)(/|\\.js$))',
  allowTypeImports: true,
  message:
    'Outside workflows/, its messages, search attributes and types are known, but not the workflow code.',
};

const deterministicOnly = [
  {
    regex: '^(\\.\\./)+(src|activities|sandbox|test|bench)/',
    allowTypeImports: true,
    message: 'Workflow code imports types only from outside workflows/: it must be deterministic.',
  },
  {
    regex: `^(node:.*|(${builtinModules.join('|')})(/.*)?)$`,
    message: "Workflow code has none of Node's modules.",
  },
  {
    regex: '^@temporalio/(activity|client|worker|testing|core-bridge)(/|$)',
    message: 'Workflow code uses @temporalio/workflow and @temporalio/common.',
  },
  {
    regex: '^(?!\\.|node:|@temporalio/)',
    allowTypeImports: true,
    message: 'Workflow code imports no packages but @temporalio/workflow and @temporalio/common.',
  },
];

/** The rule for some files; with it, the same arrows for `import()`. */
function arrows(files, patterns, ignores = []) {
  const name = '@typescript-eslint/no-restricted-imports';
  const dynamic = patterns.map(({ regex, message }) => ({
    selector: `ImportExpression > Literal[value=/${regex.replaceAll('/', '\\/')}/]`,
    message,
  }));
  return {
    files,
    ignores,
    rules: { [name]: ['error', { patterns }], 'no-restricted-syntax': ['error', ...dynamic] },
  };
}

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'test-results/', '.data/']),
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // `== null` is for null and undefined alike.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      // Handlers and stand-ins are async because their callers await them.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    // Some run in Node and some in the browser.
    rules: { 'no-undef': 'off' },
  },
  {
    // Tools look for a default export in these.
    files: ['*.config.{js,ts}', 'test/support/global-setup.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },

  arrows(['workflows/**'], deterministicOnly),
  arrows(['activities/**'], [noSandbox, noHttp, workflowMessagesOnly]),
  arrows(['src/**'], [noSandbox], ['src/start*', 'src/start/**', 'src/demo*', 'src/demo/**']),
  arrows(['src/http/**'], [noSandbox, noActivities, workflowMessagesOnly]),
  arrows(
    ['src/dodo/**', 'src/ledger/**', 'src/catalog/**', 'src/reports/**'],
    [noSandbox, noHttp, noActivities, workflowMessagesOnly],
  ),
  {
    // The bundler must be seen to refuse it.
    files: ['test/temporal/probe-offender.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
);
