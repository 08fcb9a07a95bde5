/** Drives whole runs at random, on the time-skipping server. */
import { describeRandomRuns, randomRuns } from '../../workflows/random-runs.js';
import type { Row } from './row.js';

const SEED = Number(process.env.MODEL_SEED ?? 17);

export const randomScenarios: Row = {
  id: 'R17',
  title: 'Random scenarios on a clock that skips',
  target: '0 violations in 10,000',
  how:
    'up to 25 things at random (clicks, webhooks, pauses of minutes to weeks, faults, operators) happen to each run, ' +
    'which is compared after each with a simpler account of it; as test/workflows/model.test.ts',
  async measure(_system, long) {
    const say = (progress: string) => void process.stderr.write(`R17: ${progress}\n`);
    const result = await randomRuns(long ? 10_000 : 20, SEED, long ? say : undefined);
    return { figure: describeRandomRuns(result), met: result.violations.length === 0 };
  },
};
