/** Kills a worker at every step of an attempt. */
import { eventually } from '../../support/eventually.js';
import { postgresForTests } from '../../support/postgres.js';
import { withKillableWorker } from './worker-kill.js';
import { NotMeasured, outOf, type Row } from './row.js';
import type { InProcessSystem } from './in-process-system.js';
import { inBatches } from '../../support/batches.js';
import { countBy, describeCounts } from '../../support/counting.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** More than an attempt has. The surplus ones go through, which shows that there were no more steps. */
const STEPS = 28;
const AT_ONCE = 8;

const KINDS = {
  'a charge by checkout': 'prod_starter_course',
  'a charge by payment': 'prod_team_license',
  'a plan change': 'prod_basic_plan',
};

export const killedAtEveryStep: Row = {
  id: 'R15',
  title: 'kill -9 at every await of the charge path',
  target: 'no double charge, nothing stuck',
  how:
    'one attempt is held at each moment before and after a request to Dodo or a statement of the ledger, all at once; ' +
    'then the worker process is killed, and another one takes over',
  async measure(system, long) {
    const postgres = await postgresForTests();
    if (!postgres.available) throw new NotMeasured(postgres.reason);
    try {
      const results: Killed[] = [];
      for (const [kind, product] of Object.entries(KINDS).slice(0, long ? undefined : 1)) {
        results.push(...(await killEverywhere(system, postgres.url, kind, product)));
      }
      const wrong = results.flatMap(({ wrong }) => wrong ?? []);
      const { figure, met } = outOf(results.length - wrong.length, results.length);
      const ends = describeCounts(countBy(results, ({ outcome }) => outcome)) ?? 'none';
      return {
        figure: `${figure} steps left one charge: ${ends}${wrong.map((one) => `; ${one}`).join('')}`,
        met: met && results.length > 2,
      };
    } finally {
      await postgres.stop();
    }
  },
};

interface Killed {
  outcome: string;
  wrong?: string;
}

/** Runs one kind of attempt in one system. Returns a result for each step after the worker was replaced. */
function killEverywhere(
  system: InProcessSystem,
  databaseUrl: string,
  kind: string,
  product: string,
): Promise<Killed[]> {
  return withKillableWorker(system, databaseUrl, async (killable) => {
    const bought = await inBatches(STEPS, AT_ONCE, async () => {
      const one = await killable.buy(product);
      killable.accept(one);
      return one;
    });
    await eventually(
      `every attempt of ${kind} is held or paid`,
      async () => {
        const runs = new Set(killable.held().map(({ workflowId }) => workflowId));
        const open = bought.filter(({ run }) => !runs.has(run));
        const paid = await Promise.all(open.map((one) => killable.isSettled(one)));
        return paid.every(Boolean) || undefined;
      },
      MINUTE,
    );
    const points = killable.held();
    await killable.replaceWorker();

    const results = await Promise.all(
      points.map(async ({ workflowId, where, step }): Promise<Killed> => {
        const one = bought.find(({ run }) => run === workflowId);
        if (!one) throw new Error(`${workflowId} belongs to none of the purchases.`);
        const outcome = await killable.carryThrough(one);
        const kept = killable.keptCharges(one);
        return {
          outcome,
          ...(kept !== 1 && { wrong: `${kind}, ${where} (step ${step}): ${kept} charges` }),
        };
      }),
    );
    const broken = await killable.violations();
    return [
      ...results,
      ...broken.map(({ rule, what }) => ({ outcome: 'broken', wrong: `[${rule}] ${what}` })),
      // Without an end, there were more steps than attempts.
      ...(points.length < STEPS
        ? []
        : [{ outcome: 'endless', wrong: `${kind} has more than ${STEPS} steps` }]),
    ];
  });
}
