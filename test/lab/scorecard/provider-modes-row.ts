/** Combines every behaviour of Dodo with every moment at which our own process may die. */
import { eventually } from '../../support/eventually.js';
import type { FaultInput } from '../../../sandbox/index.js';
import { postgresForTests } from '../../support/postgres.js';
import { withKillableWorker, type Bought, type KillableSystem } from './worker-kill.js';
import { NotMeasured, outOf, type Row } from './row.js';
import type { Moment } from './stepping-worker.js';
import type { InProcessSystem } from './in-process-system.js';
import { CARD } from '../../support/purchases.js';
import { inBatches } from '../../support/batches.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const AT_ONCE = 8;

/** Dodo's behaviours when the offer is charged. */
const MODES: [string, Omit<FaultInput, 'match'> | 'decline' | undefined][] = [
  ['pays', undefined],
  ['declines', 'decline'],
  ['409', { kind: 'status_before', status: 409 }],
  ['422', { kind: 'status_before', status: 422 }],
  ['429', { kind: 'status_before', status: 429, retryAfter: 1 }],
  ['500, nothing happened', { kind: 'status_before', status: 500 }],
  ['500, it happened', { kind: 'status_after', status: 500 }],
  ['hangs up, nothing happened', { kind: 'drop_before' }],
  ['hangs up, it happened', { kind: 'drop_after' }],
  ['a web page', { kind: 'html_200' }],
  ['half an answer', { kind: 'truncate' }],
  ['a late commit', { kind: 'late_commit', delayMs: 1_500 }],
  ['a slow answer', { kind: 'delay', delayMs: 2_000 }],
  ['the webhook before the answer', { kind: 'webhook_first' }],
];

const MOMENTS: Moment[] = [
  'before the request',
  'while Dodo works on it',
  'after the answer is written',
  'never',
];

/** First purchases, and the requests that charge the offers after them. */
const KINDS: { product: string; request(bought: Bought): { path: string; body?: string } }[] = [
  {
    product: 'prod_starter_course',
    request: ({ customerId }) => ({
      path: '^/checkouts$',
      body: `(?=.*"confirm":true)(?=.*"${customerId}")`,
    }),
  },
  {
    product: 'prod_team_license',
    request: ({ customerId }) => ({ path: '^/payments$', body: `"${customerId}"` }),
  },
  {
    product: 'prod_basic_plan',
    request: ({ subscriptionId }) => ({
      path: `^/subscriptions/${subscriptionId}/change-plan$`,
      // Not the payment link that it falls back to.
      body: '^(?!.*collect_via_payment_link)',
    }),
  },
];

export const providerModes: Row = {
  id: 'R14',
  title: `Charge in ${MODES.length} provider modes, with a worker that dies at 3 moments or not at all`,
  target: `${MODES.length * MOMENTS.length} of ${MODES.length * MOMENTS.length} cells charged once, no invariant broken`,
  how:
    'one purchase per cell; the worker is held before the request, while Dodo works on it or after the answer is written, and ' +
    'killed; what is handed over as fallback is paid; the books count the charges. Short: one moment for each mode; ' +
    'long: all cells for each of the three kinds of offers',
  async measure(system, long) {
    const postgres = await postgresForTests();
    if (!postgres.available) throw new NotMeasured(postgres.reason);
    try {
      const wrong: string[] = [];
      let cells = 0;
      for (const kind of long ? KINDS : KINDS.slice(0, 1)) {
        const crossed = MODES.flatMap((mode, row) =>
          MOMENTS.filter((_, column) => long || column === row % MOMENTS.length).map((moment) => ({
            mode,
            moment,
          })),
        );
        cells += crossed.length;
        wrong.push(...(await playCells(system, postgres.url, kind, crossed)));
      }
      return outOf(
        cells - wrong.length,
        cells,
        ` cells charged once${wrong.map((one) => `; ${one}`).join('')}`,
      );
    } finally {
      await postgres.stop();
    }
  },
};

/** Runs all cells of one kind at once, in one system. Returns what went wrong. */
function playCells(
  system: InProcessSystem,
  databaseUrl: string,
  kind: (typeof KINDS)[number],
  cells: { mode: (typeof MODES)[number]; moment: Moment }[],
): Promise<string[]> {
  return withKillableWorker(system, databaseUrl, async (killable) => {
    const bought = await inBatches(cells.length, AT_ONCE, async (index) => {
      const cell = cells[index];
      if (!cell) throw new Error('unreachable: there are as many cells as purchases');
      const [name, mode] = cell.mode;
      const one = await killable.buy(kind.product, mode === 'decline' ? CARD.declinesLater : undefined);
      if (mode !== undefined && mode !== 'decline') {
        killable.sandbox.control.addFault({ match: { method: 'POST', ...kind.request(one) }, ...mode });
      }
      return { ...one, name: `${kind.product} with ${name}, killed: ${cell.moment}`, moment: cell.moment };
    });
    await killable.holdAt(new Map(bought.map(({ run, moment }) => [run, moment])));
    for (const one of bought) killable.accept(one);
    await Promise.all(
      bought.map((one) => eventually(one.name, () => isAsPlanned(killable, kind, one), MINUTE)),
    );
    await killable.replaceWorker();

    const kept = await Promise.all(
      bought.map(async (one) => {
        await killable.carryThrough(one);
        return { ...one, charges: killable.keptCharges(one) };
      }),
    );
    const broken = await killable.violations();
    return [
      ...kept
        .filter(({ charges }) => charges !== 1)
        .map(({ name, charges }) => `${name}: ${charges} charges`),
      ...broken.map(({ rule, what }) => `[${rule}] ${what}`),
    ];
  });
}

/** Returns true once the attempt is held as planned, with the request at Dodo if it was sent, or has ended. */
async function isAsPlanned(
  killable: KillableSystem,
  kind: (typeof KINDS)[number],
  one: Bought & { moment: Moment },
): Promise<true | undefined> {
  if (one.moment === 'never') return (await killable.shownOf(one)) && true;
  const held = killable.held().some(({ workflowId }) => workflowId === one.run);
  return (held && (one.moment === 'before the request' || isSent(killable, kind, one))) || undefined;
}

function isSent({ sandbox }: KillableSystem, kind: (typeof KINDS)[number], one: Bought): boolean {
  const { path, body = '' } = kind.request(one);
  return sandbox.books
    .requests({ method: 'POST', path: new RegExp(path) })
    .some((request) => new RegExp(body).test(JSON.stringify(request.body)));
}
