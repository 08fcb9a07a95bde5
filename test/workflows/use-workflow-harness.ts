/** A stage for one test file. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { testBundle } from '../support/temporal.js';
import { openStage, type Stage } from './workflow-harness.js';

export { firstPayment, RECONCILE_WINDOW, type BuyOptions, type Stage } from './workflow-harness.js';

/** Opens it before the tests of the file, cleans up after each of them, and closes it. */
export function useStage(options: { forgetful?: boolean } = {}): Stage {
  let opened: Stage | undefined;
  beforeAll(async () => {
    opened = await openStage(await testBundle(), options);
  });
  afterEach(() => opened?.clear());
  afterAll(() => opened?.close());

  return new Proxy({} as Stage, {
    get(_target, name): unknown {
      if (!opened) throw new Error('The stage is built before the first test.');
      return Reflect.get(opened, name);
    },
  });
}
