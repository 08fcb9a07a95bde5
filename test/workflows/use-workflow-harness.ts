/** A workflow harness for the tests of one file. */
import { afterAll, afterEach, aroundEach, beforeAll } from 'vitest';
import type { WorkflowBundle } from '../../src/temporal/bundle.js';
import { testBundle } from '../support/temporal.js';
import { openWorkflowHarness, type WorkflowHarness } from './workflow-harness.js';

export { firstPayment, RECONCILE_WINDOW, type BuyOptions, type WorkflowHarness } from './workflow-harness.js';

/**
 * Opens a harness before the tests of the file, cleans up after each of them, and closes it at the end. A test whose
 * workflow code is broken fails at once, with the error of that code.
 *
 * @param options.bundle other workflow code than the product's
 */
export function useWorkflowHarness({
  forgetful,
  bundle = testBundle,
}: { forgetful?: boolean; bundle?: () => Promise<WorkflowBundle> } = {}): WorkflowHarness {
  let opened: WorkflowHarness | undefined;
  beforeAll(async () => {
    opened = await openWorkflowHarness(await bundle(), { forgetful });
  });
  aroundEach((runTest) => harness.unlessBroken(runTest));
  afterEach(() => opened?.endRuns());
  afterAll(() => opened?.close());

  const harness = new Proxy({} as WorkflowHarness, {
    get(_target, name): unknown {
      if (!opened) throw new Error('The harness is opened before the first test, not earlier.');
      return Reflect.get(opened, name);
    },
  });
  return harness;
}
