/** The scorecard: every row, in order of its number, and those that are not measured here. */
import type { System } from '../chaos/system.js';
import { blackBox } from './black-box-row.js';
import { bitFlips, comparisonTime, differential } from './verifier-rows.js';
import { campaign } from './campaign-row.js';
import { historySize, replays } from './history-rows.js';
import { lateCommits, oneRequestPerCall, providerModes, resets } from './money-rows.js';
import { deadlineRace } from './race-rows.js';
import { ackedIsRecorded } from './kills-row.js';
import { acknowledgement } from './latency-row.js';
import { outages } from './outage-row.js';
import { rotationDrill } from './rotation-row.js';
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
  blackBox,
  differential,
  bitFlips,
  comparisonTime,
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

/** Measured in one system whose parts are processes of their own. */
/** For their system: a run that has ended takes no more events. */
export const OFFERS_STAY_OPEN = '2h';

export const PROCESS_ROWS: Row<System>[] = [rotationDrill, acknowledgement, ackedIsRecorded, outages];

/** Measured with a system of its own. */
export const CAMPAIGN: Row<unknown> = campaign;

export const UNMEASURED: Unmeasured[] = [
  {
    id: 'R15',
    title: 'kill -9 at every await of the charge path',
    target: 'no double charge, nothing stuck',
    why: 'npm test kills a worker process at three points of five calls, in test/system/interrupted.test.ts',
  },
  {
    id: 'R17',
    title: '10,000 random scenarios on a clock that skips',
    target: '0 violations',
    why: 'no generator drives whole runs at random; the campaign (R19) does so in real time',
  },
  {
    id: 'R18',
    title: "Temporal's own fault injection on PostgreSQL",
    target: '1,000 purchases, nothing lost or doubled',
    why: 'needs a Temporal server built with a PostgreSQL store; the development server has no such switch',
  },
  {
    id: 'R20',
    title: 'Model checking of the charge protocol',
    target: 'six claims hold, six known-bad variants fail',
    why: 'no model is kept in this repository',
  },
  {
    id: 'R26',
    title: 'Timers over a 24 h outage, and clock jumps',
    target: 'they fire at their deadline',
    why: 'needs a clock that can be set; test/workflows skips time without an outage',
  },
];
