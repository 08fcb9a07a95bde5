/**
 * A worker to be killed in the middle of an attempt. It stops each attempt at some moment, and says so on standard output.
 * The file `HOLD_PLAN` names the moment for each run. Without it, every attempt gets one step further than the previous
 * one. Steps are the moments before and after everything the activity waits for: requests to Dodo and statements of the
 * ledger.
 */
import { readFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { createActivities } from '../../../activities/index.js';
import { loadConfig } from '../../../src/config/load.js';
import type { Ledger } from '../../../src/ledger/index.js';
import { run } from '../../../src/process.js';
import { openParts } from '../../../src/production.js';
import { startWorker } from '../../../src/service.js';

/** A line of this program's output. */
export interface HeldLine {
  held: { workflowId: string; step: number; where: string };
}

/** The moment at which a planned attempt is held. */
export type Moment =
  'before the request' | 'while Dodo works on it' | 'after the answer is written' | 'never';

const ATTEMPTS = ['charge', 'changePlan'];
const MOVES_MONEY = /^POST \/(checkouts|payments|subscriptions\/[^/]+\/change-plan)$/;

const started: Record<string, number> = {};
const executions = new Map<string, { last: number; steps: number }>();

/** Counts a step of the current attempt, and never resolves if it is the last one. */
async function step(where: string): Promise<void> {
  const info = currentActivity();
  if (!info || !ATTEMPTS.includes(info.activityType)) return;
  const { activityType, activityId, workflowExecution } = info;
  const { workflowId = '', runId = '' } = workflowExecution ?? {};
  const key = [workflowId, runId, activityId].join('/');
  let execution = executions.get(key);
  if (!execution) {
    started[activityType] = (started[activityType] ?? 0) + 1;
    execution = { last: started[activityType], steps: 0 };
    executions.set(key, execution);
  }
  execution.steps += 1;
  const planned = await plannedMoment(workflowId);
  if (planned === undefined ? execution.steps !== execution.last : !isAt(planned, where)) return;
  const line: HeldLine = { held: { workflowId, step: execution.steps, where } };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await new Promise(() => undefined);
}

function isAt(moment: Moment, where: string): boolean {
  switch (moment) {
    case 'before the request':
      return where.startsWith('before ') && MOVES_MONEY.test(where.slice('before '.length));
    case 'while Dodo works on it':
      return where.startsWith('within ') && MOVES_MONEY.test(where.slice('within '.length));
    case 'after the answer is written':
      return where === 'after ledger.updateAttempt';
    case 'never':
      return false;
  }
}

/** Returns the moment at which a run's attempt is held, or undefined without a plan. */
async function plannedMoment(workflowId: string): Promise<Moment | undefined> {
  const text = await readFile(process.env.HOLD_PLAN ?? '', 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return (JSON.parse(text) as Record<string, Moment>)[workflowId] ?? 'never';
}

function currentActivity() {
  try {
    return Context.current().info;
  } catch {
    return undefined;
  }
}

async function around<T>(where: string, work: () => Promise<T>): Promise<T> {
  await step(`before ${where}`);
  const result = await work();
  await step(`after ${where}`);
  return result;
}

function stepping(ledger: Ledger): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const work = () => Reflect.apply(value, target, args) as Promise<unknown>;
        return currentActivity() ? around(`ledger.${String(name)}`, work) : work();
      };
    },
  });
}

const steppingFetch: typeof fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const request = `${init?.method ?? 'GET'} ${url.pathname}`;
  return around(request, async () => {
    const answer = fetch(input, init);
    // A worker that is held here never sees the reply, or its failure.
    answer.catch(() => undefined);
    if (MOVES_MONEY.test(request)) await step(`within ${request}`);
    return answer;
  });
};

await run(async () => {
  const config = loadConfig(process.env, { mode: 'worker' });
  const parts = await openParts(config);
  const stepped = {
    ...parts,
    dodo: parts.dodo.withOptions({ fetch: steppingFetch }),
    ledger: stepping(parts.ledger),
  };
  const worker = await startWorker(config, stepped, createActivities);
  process.stdout.write('the stepping worker is ready\n');
  await worker.ended;
});
