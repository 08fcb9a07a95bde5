/** Records the scripted scenarios, one after another on one time-skipping server. */
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { createLogger } from '../../src/log.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { openWorkflowHarness } from '../workflows/workflow-harness.js';
import { writeHistory } from './history-files.js';
import type { ScriptedScenario } from './scenarios-scripted.js';

/** @param tell called for each scenario, with the error of one that failed */
export async function recordScripted(
  scenarios: readonly ScriptedScenario[],
  tell: (name: string, error?: unknown) => void,
): Promise<void> {
  if (scenarios.length === 0) return;
  installRuntime(createLogger(process.env.LOG_LEVEL ?? 'fatal'));
  const harness = await openWorkflowHarness(await bundleWorkflows());
  const { workflow } = harness.environment.client;
  try {
    for (const { name, play } of scenarios) {
      try {
        const runs = await harness.unlessBroken(() => play(harness));
        for (const [part, workflowId] of Object.entries(runs)) {
          const handle = workflow.getHandle(workflowId);
          await handle.result();
          await writeHistory(`${name}${part && `.${part}`}.json`, workflowId, await handle.fetchHistory());
        }
        tell(name);
      } catch (error) {
        tell(name, error);
      }
      await harness.endRuns();
    }
  } finally {
    await harness.close();
  }
}
