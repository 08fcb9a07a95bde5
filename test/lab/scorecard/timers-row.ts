/** Lets deadlines pass while workers or the server are down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { bundleWorkflows } from '../../../src/temporal/bundle.js';
import { startDevServer } from '../../../sandbox/local/dev-server.js';
import { freePort } from '../../../sandbox/local/ports.js';
import { sendSignal } from '../chaos/supervised-process.js';
import {
  openWorkflowHarness,
  type BuyOptions,
  type WorkflowHarness,
} from '../../workflows/workflow-harness.js';
import type { PurchaseRun } from '../../workflows/purchase-run.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../workflows/purchase-fixture.js';
import { clockJumps } from './clock-jumps.js';
import type { Row } from './row.js';
import { openInProcessSystem } from './in-process-system.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

const LEEWAY = MINUTE;

export const timersOverOutages: Row = {
  id: 'R26',
  title: 'Timers over outages',
  target: 'they fire at their deadline, not early, and what is clicked too late does not count',
  how:
    'workers away for 24 h on the clock that skips; the real server killed and started again on its files after a deadline; ' +
    "when long, the clocks of all parts put an hour ahead and back, the server's by a build whose time.Now is changed",
  async measure(_system, long) {
    const wrong = [...(await workersAway()), ...(await serverAway()), ...(long ? await clockJumps() : [])];
    const jumps = long ? ', four over clocks that jump' : '';
    const figure =
      wrong.join('; ') || `four offers over 24 h without workers, two over a killed server${jumps}: as due`;
    return { figure, met: wrong.length === 0 };
  },
};

interface Absence {
  what: string;
  windowMs: number;
  /** Clicked this long after the offer was opened, while no worker runs. */
  clickedAfter?: number;
  /** The expected decision, or undefined if the offer must still be open after a day. */
  expected: 'expired' | 'accepted' | undefined;
}

const ABSENCES: Absence[] = [
  { what: 'an offer for 40 minutes', windowMs: 40 * MINUTE, expected: 'expired' },
  { what: 'a late click', windowMs: 40 * MINUTE, clickedAfter: 2 * HOUR, expected: 'expired' },
  { what: 'a click in time', windowMs: 40 * MINUTE, clickedAfter: 10 * MINUTE, expected: 'accepted' },
  { what: 'an offer for 26 hours', windowMs: 26 * HOUR, expected: undefined },
];

/** Returns what went wrong. */
async function workersAway(): Promise<string[]> {
  // Workers that keep no run in memory, because this server waits for ever for the memory of one that is gone.
  const harness = await openWorkflowHarness(await bundleWorkflows(), { forgetful: true });
  const wrong: string[] = [];
  try {
    for (const absence of ABSENCES) {
      const found = await harness.unlessBroken(() => overADay(harness, absence));
      if (found !== undefined) wrong.push(`${absence.what}: ${found}`);
      await harness.endRuns();
    }
  } finally {
    await harness.close();
  }
  return wrong;
}

async function overADay(harness: WorkflowHarness, absence: Absence): Promise<string | undefined> {
  const { windowMs, clickedAfter, expected } = absence;
  const options: BuyOptions = { fixture: { windowMs } };
  const run = await harness.buy(options);
  const opened = await harness.now();
  await harness.stopWorker();
  const away = absentClock(harness, Math.min(windowMs + SECOND, clickedAfter ?? Infinity));
  if (clickedAfter !== undefined) {
    await away.until(clickedAfter);
    const at = new Date(await harness.now()).toISOString();
    await run.signal('acceptOffer', { presentationId: run.presentation(), at });
  }
  await away.until(DAY);
  await harness.startWorker();
  if (expected === 'accepted') {
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
  } else await run.idle();
  const { state } = await run.state();
  if (expected === undefined) {
    if (state !== 'offering') return `${state} after a day`;
    await run.pass(opened + windowMs - LEEWAY - (await harness.now()));
    if ((await run.state()).state !== 'offering') return 'it ended before its deadline';
    await run.pass(2 * LEEWAY);
  }
  const { outcome } = await run.result();
  const charges = run.activities.inputs('charge').length;
  if (expected === 'accepted') {
    return outcome === 'converted' && charges === 1 ? undefined : `${outcome} with ${charges} charges`;
  }
  if (outcome !== 'expired' || charges > 0) return `${outcome} with ${charges} charges`;
  const late = (await firstTimerAt(run)) - (opened + windowMs);
  return Math.abs(late) <= LEEWAY ? undefined : `the timer fired ${late / SECOND} s from its deadline`;
}

/**
 * Lets time pass without workers. This server stops its clock while a task waits for one.
 *
 * @param firstTask when the first task comes, in milliseconds from now
 */
function absentClock({ environment }: WorkflowHarness, firstTask: number) {
  const { testService } = environment.connection;
  let passed = 0;
  return {
    async until(then: number): Promise<void> {
      const free = Math.max(Math.min(then, firstTask) - passed, 0);
      if (free > 0) await environment.sleep(free);
      const stopped = then - passed - free;
      passed = then;
      if (stopped <= 0) return;
      await testService?.unlockTimeSkipping({});
      await environment.sleep(stopped);
      await testService?.lockTimeSkipping({});
    },
  };
}

/** Returns when the first timer fired, in milliseconds since the epoch. */
async function firstTimerAt({ handle }: PurchaseRun): Promise<number> {
  const { events } = await handle.fetchHistory();
  const fired = events?.find((event) => event.timerFiredEventAttributes);
  return Number(fired?.eventTime?.seconds ?? 0) * SECOND;
}

/** The second of two deadlines comes this long after the first, at which the server is down. */
const OPEN_STILL = 5 * MINUTE;
const AHEAD = 3 * SECOND;
const AWAY = 5 * SECOND;

async function serverAway(): Promise<string[]> {
  const dataDir = await makeTemporaryFolder('timers');
  const port = await freePort();
  const start = () => startDevServer({ dataDir, port, ui: false });
  let server = await start();
  const system = await openInProcessSystem(server);
  try {
    const [short, long] = await Promise.all([0, 1].map(() => system.buy('prod_starter_course')));
    if (!short || !long) throw new Error('unreachable: two were bought');
    const offers = await Promise.all([short, long].map(({ customer_id }) => system.offer(customer_id)));
    const deadline = Date.now() + AHEAD;
    for (const [index, until] of [deadline, deadline + OPEN_STILL].entries()) {
      await system.operator.post(`/api/presentations/${offers[index]?.id}/extend`, {
        until: new Date(until).toISOString(),
        reason: 'the server will be away then',
      });
    }
    sendSignal(server.pid, 'SIGKILL');
    await server.exited;
    await sleep(AWAY);
    server = await start();
    const wrong: string[] = [];
    const { outcome } = await system.settled(short.payment_id);
    if (outcome !== 'expired') wrong.push(`the offer whose deadline passed: ${outcome ?? 'none'}`);
    const { status } = await eventually(
      'the API answers again',
      async () => {
        const reply = await system.backend.post(`/api/presentations/${offers[1]?.id}/accept`);
        return reply.status < 500 ? reply : undefined;
      },
      MINUTE,
    );
    const other = await system.settled(long.payment_id);
    if (other.outcome !== 'converted') wrong.push(`the other offer: ${status}, ${other.outcome ?? 'none'}`);
    return wrong;
  } finally {
    await system.close();
    await server.stop();
    await removeFolder(dataDir);
  }
}
