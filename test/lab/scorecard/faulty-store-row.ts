/** Runs purchases on Temporal's production server, whose database fails on purpose. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { playCustomer } from '../chaos/customer.js';
import { planCampaign } from '../chaos/plan.js';
import { OPERATOR_KEY } from '../chaos/product-env.js';
import { settle } from '../chaos/settle.js';
import { describeViolations } from '../invariants/check.js';
import type { Evidence, Witnessed } from '../invariants/evidence.js';
import { NoPostgres, startTemporalOnPostgres, type Faults } from '../../support/postgres-temporal.js';
import { builtServer, buildServer, type ServerPrograms } from '../../support/temporal-server.js';
import { NotMeasured, type Row } from './row.js';
import { openInProcessSystem } from './in-process-system.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Nobody stays on the page of 3-D Secure for longer. */
const ACTION_WINDOW = '6s';
const SEED = 18;
/** Long enough for customers whose clicks are lost a few times. */
const WINDOW = '1m';
const AT_ONCE = 50;
/** The work of a lost write comes back after up to a minute, and may be lost again. */
const PATIENCE = 10 * MINUTE;

/** Half of the failed writes take effect all the same. */
const ON_WRITE = { ResourceExhausted: 0.05, Timeout: 0.05, ExecuteAndTimeout: 0.1 };
const ON_READ = { Timeout: 0.02 };
const FAULTS: Faults = {
  CreateWorkflowExecution: ON_WRITE,
  UpdateWorkflowExecution: ON_WRITE,
  GetWorkflowExecution: ON_READ,
  GetCurrentExecution: ON_READ,
  ReadHistoryBranch: ON_READ,
};

export const faultyStore: Row = {
  id: 'R18',
  title: "Temporal's own fault injection on PostgreSQL",
  target: '1,000 purchases, nothing lost or doubled',
  how:
    "Temporal's production server on PostgreSQL; 20 % of its writes to the store of runs fail, half of them after they were made, " +
    `and 2 % of its reads; customers click, decline and pay fallbacks, half of the charges meet a faulty Dodo; seed ${SEED}`,
  async measure(_system, long) {
    const purchases = long ? 1_000 : 12;
    const temporal = await startTemporalOnPostgres(await programs(long), {
      faults: FAULTS,
      seed: SEED,
    }).catch((error: unknown) => {
      throw error instanceof NoPostgres ? new NotMeasured(error.message) : error;
    });
    const folder = await makeTemporaryFolder('catalog');
    try {
      const catalog = join(folder, 'offers.yaml');
      const offers = await readFile('offers.yaml', 'utf8');
      await writeFile(catalog, offers.replaceAll(/window: \w+/g, `window: ${WINDOW}`));
      const system = await openInProcessSystem(temporal, {
        CATALOG: catalog,
        OPERATOR_KEYS: OPERATOR_KEY,
        ACTION_WINDOW,
      });
      try {
        const witnessed: Witnessed = { answers: [], strangers: [] };
        const waiting = planCampaign({ seed: SEED, purchases, minutes: 1 }).purchases;
        const customers = Array.from({ length: AT_ONCE }, async () => {
          for (let next = waiting.shift(); next; next = waiting.shift()) {
            // An ignored offer would stay open for the whole window.
            const clicks = next.clicks.map((click) => (click === 'ignore' ? 'decline' : click));
            await playCustomer(
              { sandbox: system.sandbox, http: system.backend, ...witnessed },
              { ...next, clicks: clicks as typeof next.clicks },
            );
          }
        });
        await Promise.all(customers);
        const place = { ...system, apiUrl: system.url, temporal: system };
        const { evidence, violations } = await settle(place, witnessed, PATIENCE, () => undefined);
        return {
          figure:
            violations.length === 0
              ? `${summary(evidence)}; the server complained of its store ${temporal.faultsSeen()} times: 0 violations`
              : describeViolations(violations),
          met: violations.length === 0 && temporal.faultsSeen() > 0,
        };
      } finally {
        await system.close();
      }
    } finally {
      await temporal.stop();
      await removeFolder(folder);
    }
  },
};

async function programs(long: boolean): Promise<ServerPrograms> {
  const built = await builtServer();
  if (built) return built;
  if (!long) {
    throw new NotMeasured(
      'the server is not built yet, which takes minutes and happens once: npm run scorecard -- --long',
    );
  }
  return await buildServer().catch((error: unknown) => {
    throw new NotMeasured(`Temporal's server could not be built: ${String(error)}`);
  });
}

function summary({ books, runs, ledger }: Evidence): string {
  const purchases = runs.filter(({ type }) => type === 'purchase').length;
  const charged = books.payments.filter(
    ({ status, metadata }) => status === 'succeeded' && metadata.upsell_attempt_id !== undefined,
  ).length;
  const settled = ledger.purchases.filter(({ status }) => status === 'settled').length;
  return (
    `${purchases} purchases, ${settled} of them settled and the others with a fallback to pay, ` +
    `${charged} charges, ${books.refunds.length} second payments given back`
  );
}
