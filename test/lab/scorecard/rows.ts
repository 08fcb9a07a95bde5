/** The rows of the scorecard in order of their numbers. `deep-rows.ts` has those with a system of their own. */
import type { ProductProcesses } from '../chaos/product-processes.js';
import { blackBox } from './black-box-row.js';
import { bitFlips, comparisonTime, differential } from './verifier-rows.js';
import { campaign } from './campaign-row.js';
import { historySize, replays } from './history-rows.js';
import { lateCommits, oneRequestPerCall, resets } from './money-rows.js';
import { deadlineRace } from './race-rows.js';
import { ackedIsRecorded } from './acknowledged-is-recorded-row.js';
import { acknowledgement } from './latency-row.js';
import { outages } from './outage-row.js';
import { rotationDrill } from './rotation-row.js';
import { outOf, type Row } from './row.js';
import { confluence, duplicateStorm, lostWebhooks, replayAfterClose, signalFlood } from './webhook-rows.js';

/** Checks the results of all other rows as a whole. */
const invariants: Row = {
  id: 'I',
  title: 'Invariants over all rows',
  target: '0 violations',
  how: 'books, ledger and histories of everything above compared by the checker',
  async measure(system) {
    const violations = await system.violations();
    const listed = violations.map(({ rule, what }) => `[${rule}] ${what}`).join(' ');
    return {
      ...outOf(violations.length, violations.length),
      figure: listed || '0 violations',
      met: listed === '',
    };
  },
};

/** Measured in sequence in one system. The last ones check the results of the others. */
export const ROWS: Row[] = [
  blackBox,
  differential,
  bitFlips,
  comparisonTime,
  duplicateStorm,
  confluence,
  lostWebhooks,
  oneRequestPerCall,
  lateCommits,
  replays,
  resets,
  replayAfterClose,
  deadlineRace,
  signalFlood,
  historySize,
  invariants,
];

/** The window of offers for the rows below, because a run that has ended takes no more events. */
export const OFFERS_STAY_OPEN = '2h';

/** Measured in one system whose parts are separate processes. */
export const PROCESS_ROWS: Row<ProductProcesses>[] = [
  rotationDrill,
  acknowledgement,
  ackedIsRecorded,
  outages,
];

/** Measured with a system of its own. */
export const CAMPAIGN: Row<unknown> = campaign;
