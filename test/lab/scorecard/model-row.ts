/** Drives whole runs at random, on the time-skipping server. */
import { bundleWorkflows, type WorkflowBundle } from '../../../src/temporal/bundle.js';
import { COMMANDS, NOBODY_PAYS } from '../../workflows/model-commands.js';
import { checkAgainstReference } from '../../workflows/model-runs.js';
import { openWorkflowHarness } from '../../workflows/workflow-harness.js';
import type { Row } from './row.js';

const SEED = Number(process.env.MODEL_SEED ?? 17);
/** A server's memory grows with finished runs. After this many there is a new server, with the next seed. */
const RUNS_PER_SERVER = 500;
const AT_ONCE = 2;

export const randomScenarios: Row = {
  id: 'R17',
  title: 'Random scenarios on a clock that skips',
  target: '0 violations in 10,000',
  how:
    'up to 25 things at random (clicks, webhooks, pauses of minutes to weeks, faults, operators) happen to each run, ' +
    'which is compared after each with a simpler account of it; as test/workflows/model.test.ts',
  async measure(_system, long) {
    const count = long ? 10_000 : 20;
    const workflowBundle = await bundleWorkflows();
    const lots = Array.from({ length: Math.ceil(count / RUNS_PER_SERVER) }, (_, lot) => ({
      seed: SEED + lot,
      runs: Math.min(RUNS_PER_SERVER, count - lot * RUNS_PER_SERVER),
    }));
    const seeds = lots.length === 1 ? `seed ${SEED}` : `seeds ${SEED} to ${SEED + lots.length - 1}`;
    const violations: string[] = [];
    const work = async () => {
      for (let lot = lots.shift(); lot; lot = lots.shift()) {
        const { seed, runs } = lot;
        const started = performance.now();
        await runLot(workflowBundle, runs, seed).catch((error: unknown) => violations.push(explain(error)));
        const seconds = Math.round((performance.now() - started) / 1000);
        if (long)
          process.stderr.write(
            `R17: seed ${seed}, ${runs} runs, ${seconds} s, ${violations.length} violations so far\n`,
          );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return {
      figure: `${count} runs, ${seeds}: ${violations.length} violations${violations.map((one) => `\n${one}`).join('')}`,
      met: violations.length === 0,
    };
  },
};

async function runLot(workflowBundle: WorkflowBundle, runs: number, seed: number): Promise<void> {
  const harness = await openWorkflowHarness(workflowBundle);
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
