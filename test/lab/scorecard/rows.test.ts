import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testTemporal } from '../../support/temporal.js';
import { DEEP } from './deep-rows.js';
import { faultyStore } from './faulty-store-row.js';
import { replays } from './history-rows.js';
import { NotMeasured } from './row.js';
import { ROWS } from './rows.js';
import { openInProcessSystem, type InProcessSystem } from './in-process-system.js';

const SECOND = 1000;

let system: InProcessSystem;
beforeAll(async () => {
  system = await openInProcessSystem(await testTemporal());
});
afterAll(() => system.close());

// In sequence: some drop all webhooks on purpose, and the last ones check the results of the others.
describe('the scorecard at its short size', () => {
  // The recorded histories have their own test.
  it.each(ROWS.filter((row) => row !== replays))(
    '$id, $title: $target',
    { timeout: 120 * SECOND },
    async (row) => {
      const { figure, met } = await row.measure(system, false);
      expect(met, figure).toBe(true);
    },
  );

  // A failing store delays work by a minute, which is too long here.
  it.for(DEEP.filter((row) => row !== faultyStore))(
    '$id, $title: $target',
    { timeout: 240 * SECOND },
    async (row, { skip }) => {
      const outcome = await row.measure(system, false).catch((error: unknown) => {
        if (error instanceof NotMeasured) return error;
        throw error;
      });
      if (outcome instanceof NotMeasured) return skip(`${row.id} is not measured: ${outcome.message}`);
      expect(outcome.met, outcome.figure).toBe(true);
    },
  );
});
