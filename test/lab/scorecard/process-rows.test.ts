import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProductProcesses, type ProductProcesses } from '../chaos/product-processes.js';
import { postgresForTests } from '../../support/postgres.js';
import { OFFERS_STAY_OPEN, PROCESS_ROWS } from './rows.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const postgres = await postgresForTests();
if (!postgres.available) console.warn(postgres.reason);
else await postgres.stop();

describe.skipIf(!postgres.available)('the rows with processes of their own at their short size', () => {
  let system: ProductProcesses;
  beforeAll(async () => {
    system = await startProductProcesses({ window: OFFERS_STAY_OPEN });
  }, 3 * MINUTE);
  afterAll(() => system?.stop());

  it.each(PROCESS_ROWS)('$id, $title: $target', { timeout: 4 * MINUTE }, async (row) => {
    const { figure, met } = await row.measure(system, false);
    expect(met, figure).toBe(true);
  });
});
