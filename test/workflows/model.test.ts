import { it } from 'vitest';
import { COMMANDS, NOBODY_PAYS } from './model-commands.js';
import { TIME_PER_RUN, checkAgainstReference } from './model-runs.js';
import { useWorkflowHarness } from './use-workflow-harness.js';

/** `MODEL_RUNS` makes it more. */
const RUNS = Number(process.env.MODEL_RUNS ?? 60);

const harness = useWorkflowHarness();

it(
  'a purchase run does what a simpler account of it says, whatever happens and in whatever order',
  () => checkAgainstReference(harness, COMMANDS, RUNS, NOBODY_PAYS),
  RUNS * TIME_PER_RUN,
);
