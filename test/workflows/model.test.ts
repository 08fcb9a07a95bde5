import { it } from 'vitest';
import { COMMANDS, NOBODY_PAYS } from './model-commands.js';
import { TIME_PER_RUN, checkAgainstReference } from './model-runs.js';
import { useWorkflowHarness } from './use-workflow-harness.js';

/** `MODEL_RUNS` overrides it. */
const RUNS = Number(process.env.MODEL_RUNS ?? 60);

const harness = useWorkflowHarness();

it(
  'a purchase run agrees with the reference model, whatever happens in whatever order',
  () => checkAgainstReference(harness, COMMANDS, RUNS, NOBODY_PAYS),
  RUNS * TIME_PER_RUN,
);
