/** The scorecard: every row, in order of its number, and those that are not measured here. */
import { campaign } from './campaign-row.js';
import { historySize, replays } from './history-rows.js';
import { lateCommits, oneRequestPerCall, providerModes, resets } from './money-rows.js';
import { deadlineRace } from './race-rows.js';
import { all, type Row, type Unmeasured } from './row.js';
import { confluence, duplicateStorm, lostWebhooks, replayAfterClose, signalFlood } from './webhook-rows.js';

/** What all the other rows left behind, judged as a whole. */
const invariants: Row = {
  id: 'I',
  title: 'Invariants over all rows',
  target: '0 violations',
  how: 'books, ledger and histories of everything above compared by the checker',
  async measure(world) {
    const violations = await world.violations();
    const listed = violations.map(({ rule, what }) => `[${rule}] ${what}`).join(' ');
    return {
      ...all(violations.length, violations.length),
      figure: listed || '0 violations',
      met: listed === '',
    };
  },
};

/** Measured in one system, one after the other. The last ones look at what the others did. */
export const ROWS: Row[] = [
  duplicateStorm,
  confluence,
  lostWebhooks,
  oneRequestPerCall,
  providerModes,
  lateCommits,
  replays,
  resets,
  replayAfterClose,
  deadlineRace,
  signalFlood,
  historySize,
  invariants,
];

/** Measured with a system of its own. */
export const CAMPAIGN: Row = campaign;

export const UNMEASURED: Unmeasured[] = [
  {
    id: 'R2',
    title: 'Black-box webhook suite',
    target: '48 of 48',
    why: 'the suite is not part of this repository; the cases of the verifier are in test/http/webhook-signature.test.ts',
  },
  {
    id: 'R3, R4',
    title: 'Differential verifier and bit flips',
    target: '100,000 cases each',
    why: 'npm test runs them against the npm library, in test/http/webhook-signature.test.ts',
  },
];
