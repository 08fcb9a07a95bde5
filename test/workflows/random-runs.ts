/**
 * `npm run model -- --runs 10000`: random runs against the reference model, in one go. `--seed` repeats earlier ones. Ends
 * with a figure, and with 1 if a run disagreed.
 */
import { parseArgs } from 'node:util';
import { bundleWorkflows, type WorkflowBundle } from '../../src/temporal/bundle.js';
import { COMMANDS, NOBODY_PAYS } from './model-commands.js';
import { checkAgainstReference } from './model-runs.js';
import { openWorkflowHarness, type WorkflowHarness } from './workflow-harness.js';

/** A server's memory grows with finished runs. After this many there is a new server, with the next seed. */
const RUNS_PER_SERVER = 500;
const AT_ONCE = 2;

export interface RandomRuns {
  runs: number;
  firstSeed: number;
  lastSeed: number;
  /** The commands that lead to each disagreement, and the disagreement. */
  violations: string[];
}

/**
 * Makes random runs, some hundreds on each server.
 *
 * @param say hears of each server's runs when they have ended
 */
export async function randomRuns(
  count: number,
  seed: number,
  say: (progress: string) => void = () => undefined,
): Promise<RandomRuns> {
  const workflowBundle = await bundleWorkflows();
  const lots = Array.from({ length: Math.ceil(count / RUNS_PER_SERVER) }, (_, lot) => ({
    seed: seed + lot,
    runs: Math.min(RUNS_PER_SERVER, count - lot * RUNS_PER_SERVER),
  }));
  const lastSeed = seed + Math.max(lots.length - 1, 0);
  const violations: string[] = [];
  const work = async () => {
    for (let lot = lots.shift(); lot; lot = lots.shift()) {
      const { runs } = lot;
      const started = performance.now();
      await runLot(workflowBundle, runs, lot.seed).catch((error: unknown) => violations.push(explain(error)));
      const seconds = Math.round((performance.now() - started) / 1000);
      say(`seed ${lot.seed}, ${runs} runs, ${seconds} s, ${violations.length} violations so far`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { runs: count, firstSeed: seed, lastSeed, violations };
}

/** Says how many runs agreed. */
export function describeRandomRuns({ runs, firstSeed, lastSeed, violations }: RandomRuns): string {
  const seeds = firstSeed === lastSeed ? `seed ${firstSeed}` : `seeds ${firstSeed} to ${lastSeed}`;
  return `${runs} runs, ${seeds}: ${violations.length} violations${violations.map((one) => `\n${one}`).join('')}`;
}

/** On a busy machine, a server may not start in time. That says nothing about the runs. */
async function openHarness(workflowBundle: WorkflowBundle, triesLeft = 5): Promise<WorkflowHarness> {
  try {
    return await openWorkflowHarness(workflowBundle);
  } catch (error) {
    if (triesLeft <= 1) throw error;
    return openHarness(workflowBundle, triesLeft - 1);
  }
}

async function runLot(workflowBundle: WorkflowBundle, runs: number, seed: number): Promise<void> {
  const harness = await openHarness(workflowBundle);
  try {
    await harness.unlessBroken(() => checkAgainstReference(harness, COMMANDS, runs, NOBODY_PAYS, seed));
  } finally {
    await harness.close();
  }
}

/** Returns the commands that lead to a violation, and the violation. */
function explain(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}\n${cause.message}` : message;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '17' } },
  });
  const started = performance.now();
  const result = await randomRuns(Number(values.runs), Number(values.seed), (progress) =>
    process.stderr.write(`${progress}\n`),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${describeRandomRuns(result)}\n${seconds} s\n`);
  process.exit(result.violations.length > 0 ? 1 : 0);
}
