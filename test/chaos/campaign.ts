/** A campaign: customers buy while everything around them fails; then the faults stop, and the books are checked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonClient } from '../../sandbox/demo/http.js';
import { ATTEMPT_METADATA_KEY } from '../../workflows/messages.js';
import { checkInvariants } from '../invariants/check.js';
import { presentationsOf, type Answered, type Evidence, type Violation } from '../invariants/evidence.js';
import { gather } from '../invariants/gather.js';
import { shop } from './customer.js';
import { expireOrphans } from './orphans.js';
import { planCampaign, type CampaignSize, type Disturbance } from './plan.js';
import { API_KEY, OPERATOR_KEY } from './product-env.js';
import { startSystem, type System } from './system.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface CampaignOptions extends CampaignSize {
  /**
   * Whether activities of killed workers run out at once. Otherwise Temporal waits for them as it does in production,
   * up to a minute each.
   */
  hurry: boolean;
  say?: (line: string) => void;
}

export interface CampaignReport {
  violations: Violation[];
  purchases: number;
  /** How the purchases ended, and how many of each. */
  outcomes: Record<string, number>;
  disturbances: Record<string, number>;
  /** Events that Dodo sent, and those of them that were lost for good. */
  events: { sent: number; lost: number; deliveries: number };
  runs: number;
  charges: number;
  refunds: number;
  /** Presentations that an operator had to resolve. */
  resolved: number;
  /** Ends of processes that nobody asked for. */
  crashes: number;
  /** Longest absence of Temporal's server, its own restart included. Milliseconds. */
  longestTemporalOutage: number;
  /** From the end of the faults until everything was settled. */
  settledAfterMs: number;
  /** Of the longest history. */
  mostEvents: number;
}

/** Settling takes a minute for each activity that a killed worker had in hand, unless there is a hurry. */
const PATIENCE = { hurried: 75 * SECOND, unhurried: 6 * MINUTE };
const LOOK_EVERY = 2 * SECOND;
const EXPIRE_EVERY = 2 * SECOND;

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const plan = planCampaign(options);
  const { say = () => undefined } = options;
  const system = await startSystem();
  const answers: Answered[] = [];
  const stopExpiring = options.hurry ? keepExpiring(system) : undefined;
  try {
    const startedAt = Date.now();
    const until = (at: number) => sleep(Math.max(0, startedAt + at - Date.now()));
    say(
      `${plan.purchases.length} purchases, ${plan.disturbances.length} disturbances in ${plan.durationMs / SECOND} s`,
    );
    const world = { sandbox: system.sandbox, http: jsonClient(system.apiUrl, API_KEY), answers };
    const customers = plan.purchases.map(async (purchase) => {
      await until(purchase.at);
      await shop(world, purchase);
    });
    const nemesis = callNemesis(system, say);
    for (const disturbance of plan.disturbances) {
      await until(disturbance.at);
      nemesis.strike(disturbance);
    }
    await until(plan.durationMs);
    await nemesis.done();
    await system.heal();
    say('the faults are over');
    const healedAt = Date.now();
    await Promise.all(customers);

    const settled = await settle(system, answers, options.hurry ? PATIENCE.hurried : PATIENCE.unhurried, say);
    return {
      ...report(settled.evidence),
      violations: settled.violations,
      resolved: settled.resolved,
      purchases: plan.purchases.length,
      disturbances: countBy(plan.disturbances, ({ kind }) => kind),
      crashes: system.api.crashes() + system.worker.crashes(),
      longestTemporalOutage: Math.round(nemesis.longestTemporalOutage()),
      settledAfterMs: Date.now() - healedAt,
    };
  } finally {
    stopExpiring?.();
    await system.stop();
  }
}

interface Nemesis {
  strike(disturbance: Disturbance): void;
  /** Until the last strike is over. */
  done(): Promise<void>;
  longestTemporalOutage(): number;
}

/** Whoever makes things go wrong. Strikes overlap, except that one thing is not struck twice at a time. */
function callNemesis(system: System, say: (line: string) => void): Nemesis {
  const { worker, api, merchant, sandbox } = system;
  const underWay = new Map<string, Promise<void>>();
  let longestTemporalOutage = 0;

  async function carryOut(disturbance: Disturbance): Promise<void> {
    switch (disturbance.kind) {
      case 'kill worker':
        return void (await worker.kill(disturbance.downMs));
      case 'kill api':
        return void (await api.kill(disturbance.downMs));
      case 'kill temporal':
        longestTemporalOutage = Math.max(
          longestTemporalOutage,
          await system.killTemporal(disturbance.downMs),
        );
        return;
      case 'freeze worker':
        return worker.freeze(disturbance.forMs);
      case 'crash database':
        return system.crashDatabase();
      case 'cut database':
        return system.cutDatabase(disturbance.forMs);
      case 'merchant away':
        merchant.setAway(true);
        await sleep(disturbance.forMs);
        return merchant.setAway(false);
      case 'reads fail':
        return void sandbox.control.addFault(disturbance.fault);
      case 'webhooks':
        return void (await sandbox.control.setWebhookPolicy(disturbance.policy));
    }
  }

  return {
    strike(disturbance) {
      const target = disturbance.kind.split(' ').at(-1) ?? '';
      say(disturbance.kind);
      const before = underWay.get(target) ?? Promise.resolve();
      underWay.set(
        target,
        before.then(() => carryOut(disturbance)),
      );
    },
    async done() {
      await Promise.all(underWay.values());
    },
    longestTemporalOutage: () => longestTemporalOutage,
  };
}

/** Lets Temporal know of every worker that is gone. Answers how to stop that. */
function keepExpiring({ worker, temporal, taskQueue }: System): () => void {
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
        // Temporal itself may be away; the next round comes soon.
        await expireOrphans(temporal.client, taskQueue, pid).catch(() => undefined);
      }
    }
  };
  void loop();
  return () => {
    over = true;
  };
}

interface Settled {
  evidence: Evidence;
  violations: Violation[];
  resolved: number;
}

/** Looks until everything is at rest and in order, twice in a row, or the patience is over. */
async function settle(
  system: System,
  answers: Answered[],
  patience: number,
  say: (line: string) => void,
): Promise<Settled> {
  const giveUp = Date.now() + patience;
  let inOrder = 0;
  let resolved = 0;
  for (;;) {
    const evidence = await gather({
      catalog: system.catalog,
      books: system.sandbox.books,
      ledger: system.ledger,
      client: system.temporal.client,
      taskQueue: system.taskQueue,
      swept: true,
      told: system.merchant.told,
      answers,
    });
    resolved += await resolveReviews(system, evidence);
    const violations = checkInvariants(evidence);
    const busy = whatIsUnderWay(evidence);
    say(`${violations.length} violations, ${busy.length} under way ${busy.slice(0, 3).join(', ')}`);
    inOrder = violations.length === 0 && busy.length === 0 ? inOrder + 1 : 0;
    if (inOrder === 2 || Date.now() > giveUp) {
      const stuck = busy.map((what): Violation => ({
        rule: 'no silent acceptance',
        what: `Still under way: ${what}.`,
      }));
      return { evidence, violations: [...violations, ...stuck], resolved };
    }
    await sleep(LOOK_EVERY);
  }
}

/** Where somebody waits for the customer, and nothing else is to happen. */
const WAITING_FOR_CUSTOMER: readonly string[] = ['fallback', 'requires_action'];

function whatIsUnderWay(evidence: Evidence): string[] {
  const { books, ledger, runs } = evidence;
  const deliveries = books.deliveries.filter(({ status }) => status === 'pending').map(({ id }) => id);
  const waiting = new Set(
    presentationsOf(evidence)
      .filter(({ status }) => WAITING_FOR_CUSTOMER.includes(status))
      .map(({ purchaseId }) => purchaseId),
  );
  const purchases = ledger.purchases
    .filter(({ purchase, status }) => status !== 'settled' && !waiting.has(purchase.purchaseId))
    .map(({ purchase }) => purchase.purchaseId);
  const payments = books.payments
    .filter(({ status }) => status === 'processing')
    .map(({ payment_id }) => payment_id);
  const late = runs
    .filter(({ type, status }) => ['latePayment', 'reversal'].includes(type) && status === 'RUNNING')
    .map(({ workflowId }) => workflowId);
  return [...deliveries, ...purchases, ...payments, ...late];
}

/** The operator's part, done truthfully: what Dodo's books prove is said, and nothing else. */
async function resolveReviews(system: System, evidence: Evidence): Promise<number> {
  const operator = jsonClient(system.apiUrl, OPERATOR_KEY);
  let resolved = 0;
  for (const { id } of presentationsOf(evidence).filter(({ status }) => status === 'needs_review')) {
    const attempts = evidence.ledger.attempts.filter(({ presentationId }) => presentationId === id);
    const payments = evidence.books.payments.filter(({ metadata }) =>
      attempts.some(({ attemptId }) => attemptId === metadata[ATTEMPT_METADATA_KEY]),
    );
    if (payments.some(({ status }) => status === 'processing')) continue;
    const paid = payments.find(({ status }) => status === 'succeeded');
    const { status } = await operator.post(`/api/presentations/${id}/resolve`, {
      paid: paid !== undefined,
      ...(paid && { paymentId: paid.payment_id }),
      reason: 'looked up in the books of the campaign',
    });
    if (status === 200) resolved += 1;
  }
  return resolved;
}

function report(
  evidence: Evidence,
): Pick<CampaignReport, 'outcomes' | 'events' | 'runs' | 'charges' | 'refunds' | 'mostEvents'> {
  const { books, ledger, runs } = evidence;
  return {
    outcomes: countBy(ledger.purchases, ({ outcome, presentations }) => {
      return outcome ?? `waits: ${presentations.at(-1)?.status ?? 'nothing shown'}`;
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

function countBy<T>(items: T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
