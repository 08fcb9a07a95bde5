/**
 * The one direction of imports. From the inside outwards:
 *
 *   domain < contract, catalog, experiments < ledger, webhooks < dodo, temporal, config, reports < http < processes
 *
 * Workflows stand on domain and contract alone; activities on everything below the API; the sandbox on everything.
 * `test/architecture.test.ts` proves that each rule bites.
 */

/** Forbids files matching `from` to import anything of ours but what matches `allowed`. */
function onlyImports(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: { path: '^(src|workflows|activities|sandbox|test|bench|tools)/', pathNot: allowed },
  };
}

const BELOW_CATALOG = '^src/(domain|contract|experiments)/';
const BELOW_LEDGER = '^src/(domain|contract|catalog|experiments)/';
const BELOW_EDGES =
  '^src/(domain|contract|catalog|experiments|ledger|webhooks)/|^src/(log|html|metrics|tracing|ids-in-log)[.]ts$';
const PURE_WORKFLOW_PACKAGES = '^node_modules/@temporalio/(workflow|common)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Files that import one another cannot be read one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain imports nothing of ours but itself, no package and nothing of Node.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'contract-is-pure',
      comment: "The contract is made of the domain and Temporal's definitions.",
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: `^src/(contract|domain)/|${PURE_WORKFLOW_PACKAGES}` },
    },
    onlyImports(
      'experiments-on-domain',
      '^src/experiments/',
      '^src/(experiments|domain)/',
      'Experiments are rules: they stand on the domain alone.',
    ),
    onlyImports(
      'catalog-on-domain',
      '^src/catalog/',
      `^src/catalog/|${BELOW_CATALOG}`,
      'The catalog knows nothing of the ledger, of Dodo, of Temporal or of the API.',
    ),
    onlyImports(
      'ledger-on-domain',
      '^src/ledger/',
      `^src/ledger/|${BELOW_LEDGER}`,
      'The ledger records; it asks nobody outside.',
    ),
    {
      name: 'ledger-has-one-entrance',
      comment: 'Outside, the ledger is known by its index; only its own tests look inside.',
      severity: 'error',
      from: { pathNot: '^(src|test)/ledger/' },
      to: { path: '^src/ledger/', pathNot: '^src/ledger/index[.]ts$' },
    },
    onlyImports(
      'webhooks-on-contract',
      '^src/webhooks/',
      `^src/webhooks/|${BELOW_LEDGER}`,
      'A webhook is verified and routed by what the domain, the contract and the catalog say.',
    ),
    onlyImports('dodo-below-the-api', '^src/dodo/', `^src/dodo/|${BELOW_EDGES}`, 'Dodo is an edge.'),
    onlyImports(
      'temporal-below-the-api',
      '^src/temporal/',
      `^src/temporal/|^workflows/index[.]ts$|${BELOW_EDGES}`,
      'Temporal is an edge.',
    ),
    onlyImports(
      'config-below-the-api',
      '^src/config/',
      `^src/config/|^src/dodo/client[.]ts$|${BELOW_EDGES}`,
      'So is the environment.',
    ),
    onlyImports(
      'reports-below-the-api',
      '^src/reports/',
      `^src/reports/|${BELOW_EDGES}`,
      'Reports read the ledger; the API shows them.',
    ),
    {
      name: 'http-is-outermost',
      comment: 'The HTTP layer decides nothing and nothing below imports it.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/', pathNot: '^src/(http/|dashboard/|service[.]ts$)' },
      to: { path: '^src/http/' },
    },
    onlyImports(
      'http-on-src',
      '^src/http/',
      `^src/(http|dodo|temporal|config|reports)/|${BELOW_EDGES}`,
      'The API asks runs by messages; it loads neither workflows nor activities.',
    ),
    {
      name: 'dashboard-is-a-leaf',
      comment: 'The dashboard shows what the API knows; only the service mounts it.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/', pathNot: '^src/(dashboard/|service[.]ts$)' },
      to: { path: '^src/dashboard/' },
    },
    onlyImports(
      'dashboard-on-the-api',
      '^src/dashboard/',
      `^src/(dashboard|http|dodo|temporal|config|reports)/|${BELOW_EDGES}`,
      'The dashboard asks and orders through the same functions as the API.',
    ),
    {
      name: 'activities-in-the-worker',
      comment: 'Only the worker loads activities; the service knows the type of their context.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/worker[.]ts$' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'activity-types-in-the-service',
      comment: 'Nothing in src but the processes knows of activities.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(worker|service)[.]ts$' },
      to: { path: '^activities/' },
    },
    onlyImports(
      'activities-below-the-api',
      '^activities/',
      `^activities/|^src/dodo/|${BELOW_EDGES}`,
      'Activities use Dodo, the ledger, the catalog, webhooks and the domain.',
    ),
    {
      name: 'workflows-are-deterministic',
      comment: 'Workflow code takes its values from the domain and the contract, and nothing else of ours.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: `^workflows/|^src/(domain|contract)/|${PURE_WORKFLOW_PACKAGES}`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workflow-types-of-activities',
      comment: 'Of everything else, workflow code knows the types of activities alone.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: `^workflows/|^activities/|^src/(domain|contract)/|${PURE_WORKFLOW_PACKAGES}` },
    },
    {
      name: 'workflow-code-stays-inside',
      comment: 'Outside, workflows are known by the contract; the bundle is made from their index.',
      severity: 'error',
      from: { path: '^(src|activities)/' },
      to: { path: '^workflows/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sandbox-is-the-developers',
      comment: 'Production loads nothing of the sandbox.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/' },
      to: { path: '^(sandbox|test|bench|tools)/' },
    },
    {
      name: 'tests-stay-outside',
      comment: 'Nothing that is shipped or run imports tests, except the benchmarks their helpers.',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^test/' },
    },
    {
      name: 'not-found',
      comment: 'What is imported exists.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Types are arrows too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Files that break the rules on purpose.
    exclude: { path: '^test/architecture/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
