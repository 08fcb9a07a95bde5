/** A fault campaign: customers buy while everything fails around them; then the faults stop and the books are checked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonClient } from '../../../sandbox/demo/http.js';
import { ATTEMPT_METADATA_KEY } from '../../../src/domain/ids.js';
import type { Evidence, Violation, Witnessed } from '../invariants/evidence.js';
import { playCustomer } from './customer.js';
import { callNemesis } from './nemesis.js';
import { expireOrphans } from './orphans.js';
import { planCampaign, type CampaignSize } from './plan.js';
import { API_KEY } from './product-env.js';
import { settle } from './settle.js';
import { startProductProcesses, type ProductProcesses } from './product-processes.js';
import { countBy } from '../../support/counting.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface CampaignOptions extends CampaignSize {
  /**
   * Lets activities of killed workers time out at once. Otherwise Temporal waits for them as in production, up to a
   * minute each.
   */
  hurry: boolean;
  say?: (line: string) => void;
}

export interface CampaignReport {
  violations: Violation[];
  purchases: number;
  /** The number of purchases by outcome. */
  outcomes: Record<string, number>;
  disturbances: Record<string, number>;
  /** Events that Dodo sent, and those that were lost for good. */
  events: { sent: number; lost: number; deliveries: number };
  runs: number;
  charges: number;
  refunds: number;
  /** Presentations that an operator had to resolve. */
  resolved: number;
  /** Unexpected exits of processes. */
  crashes: number;
  /** The longest outage of Temporal's server, including its restart. Milliseconds. */
  longestTemporalOutage: number;
  /** Time from the end of the faults until everything was settled. */
  settledAfterMs: number;
  /** The number of events in the longest history. */
  mostEvents: number;
}

/** Settling takes up to a minute for each activity of a killed worker, unless hurried. */
const PATIENCE = { hurried: 75 * SECOND, unhurried: 6 * MINUTE };
const EXPIRE_EVERY = 2 * SECOND;

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const plan = planCampaign(options);
  const { say = () => undefined } = options;
  const system = await startProductProcesses();
  const witnessed: Witnessed = { answers: [], strangers: [] };
  const stopExpiring = options.hurry ? keepExpiring(system) : undefined;
  try {
    const startedAt = Date.now();
    const until = (at: number) => sleep(Math.max(0, startedAt + at - Date.now()));
    say(
      `${plan.purchases.length} purchases, ${plan.disturbances.length} disturbances in ${plan.durationMs / SECOND} s`,
    );
    const world = { sandbox: system.sandbox, http: jsonClient(system.apiUrl, API_KEY), ...witnessed };
    const customers = plan.purchases.map(async (purchase) => {
      await until(purchase.at);
      await playCustomer(world, purchase);
    });
    const nemesis = callNemesis(system, say);
    for (const disturbance of plan.disturbances) {
      await until(disturbance.at);
      nemesis.strike(disturbance);
    }
    await until(plan.durationMs);
    await nemesis.done();
    await system.heal();
    say('the faults have ended');
    const healedAt = Date.now();
    await Promise.all(customers);

    const patience = options.hurry ? PATIENCE.hurried : PATIENCE.unhurried;
    const first = await settle(system, witnessed, patience, say);
    const settledAfterMs = Date.now() - healedAt;
    let { violations, resolved } = first;
    if (violations.length === 0) {
      // Nothing may come of it, because everything has ended.
      await replayAll(system);
      say('every event was redelivered');
      const again = await settle(system, witnessed, patience, say);
      violations = again.violations;
      resolved += again.resolved;
    }
    return {
      ...report(first.evidence),
      violations,
      resolved,
      purchases: plan.purchases.length,
      disturbances: countBy(plan.disturbances, ({ kind }) => kind),
      crashes: system.api.crashes() + system.worker.crashes(),
      longestTemporalOutage: Math.round(nemesis.longestTemporalOutage()),
      settledAfterMs,
    };
  } finally {
    stopExpiring?.();
    await system.stop();
  }
}

/** Keeps telling Temporal which workers are gone. Returns a function that stops it. */
function keepExpiring({ worker, temporal, taskQueue }: ProductProcesses): () => void {
  const dead = new Set<number>();
  let last = worker.pid();
  let over = false;
  const loop = async () => {
    while (!over) {
      await sleep(EXPIRE_EVERY);
      const now = worker.pid();
      if (now !== last) dead.add(last);
      last = now;
      for (const pid of dead) {
        // Temporal itself may be down. The next round follows soon.
        await expireOrphans(temporal.client, taskQueue, pid).catch(() => undefined);
      }
    }
  };
  void loop();
  return () => {
    over = true;
  };
}

/** Redelivers every event, as the dashboard's "recover" does. */
async function replayAll({ sandbox }: ProductProcesses): Promise<void> {
  for (const { id } of sandbox.books.deliveries()) await sandbox.control.redeliver(id);
}

function report(
  evidence: Evidence,
): Pick<CampaignReport, 'outcomes' | 'events' | 'runs' | 'charges' | 'refunds' | 'mostEvents'> {
  const { books, ledger, runs } = evidence;
  return {
    outcomes: countBy(ledger.purchases, ({ outcome, presentations }) => {
      return outcome ?? `waiting: ${presentations.at(-1)?.status ?? 'no offer'}`;
    }),
    events: {
      sent: books.deliveries.length,
      lost: books.deliveries.filter(({ status }) => status === 'dropped').length,
      deliveries: books.deliveries.reduce((sum, { attempts }) => sum + attempts.length, 0),
    },
    runs: runs.length,
    charges: books.payments.filter(
      ({ status, metadata }) => status === 'succeeded' && metadata[ATTEMPT_METADATA_KEY] !== undefined,
    ).length,
    refunds: books.refunds.length,
    mostEvents: Math.max(0, ...runs.map(({ events }) => events)),
  };
}
