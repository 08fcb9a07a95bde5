import fc from 'fast-check';
import { it } from 'vitest';
import { COMMANDS, EVERYBODY_PAYS, RESTART, often } from './model-commands.js';
import { TIME_PER_RUN, checkAgainstReference } from './model-runs.js';
import { useWorkflowHarness } from './use-workflow-harness.js';

/** Fewer than with one worker: every task replays its run, which is slow. */
const RUNS = Math.ceil(Number(process.env.MODEL_RUNS ?? 60) / 20);

const harness = useWorkflowHarness({ forgetful: true });

it(
  'a purchase run agrees with the reference model while workers come and go',
  () =>
    checkAgainstReference(harness, [...COMMANDS, ...often(2, fc.constant(RESTART))], RUNS, EVERYBODY_PAYS),
  3 * RUNS * TIME_PER_RUN,
);
