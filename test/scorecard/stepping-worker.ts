/**
 * A worker for those who want to kill it at every step. It takes each attempt up to a step of its own, one further than
 * the attempt before, says so on standard output, and goes no further. Steps are the moments before and after each
 * thing the activity waits for: a request to Dodo, a statement of the ledger.
 */
import { Context } from '@temporalio/activity';
import { loadConfig } from '../../src/config.js';
import type { Ledger } from '../../src/ledger/model.js';
import { run } from '../../src/process.js';
import { openParts } from '../../src/production.js';
import { startWorker } from '../../src/service.js';

/** A line of this program. */
export interface HeldLine {
  held: { workflowId: string; step: number; where: string };
}

const ATTEMPTS = ['charge', 'changePlan'];

const started: Record<string, number> = {};
const executions = new Map<string, { last: number; steps: number }>();

/** Counts a step of the attempt that is being made, and stays there for good if it is the last one. */
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
  if (execution.steps !== execution.last) return;
  const line: HeldLine = { held: { workflowId, step: execution.steps, where } };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await new Promise(() => undefined);
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
  return around(`${init?.method ?? 'GET'} ${url.pathname}`, () => fetch(input, init));
};

await run(async () => {
  const config = loadConfig(process.env, { mode: 'worker' });
  const parts = await openParts(config);
  const worker = await startWorker(config, {
    ...parts,
    dodo: parts.dodo.withOptions({ fetch: steppingFetch }),
    ledger: stepping(parts.ledger),
  });
  process.stdout.write('the stepping worker is ready\n');
  await worker.ended;
});
