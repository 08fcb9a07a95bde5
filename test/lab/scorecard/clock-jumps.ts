/** Sets all clocks, including the Temporal server's, an hour ahead, and back. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import timekeeper from 'timekeeper';
import { startDevServer } from '../../../sandbox/local/dev-server.js';
import { buildClockedServer, CLOCK_VARIABLE } from '../../support/clocked-server.js';
import { NotMeasured } from './row.js';
import { openInProcessSystem, type InProcessSystem } from './in-process-system.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The server checks its clock at least this often. */
const NOTICED_WITHIN = 30 * SECOND;

/** Returns what went wrong. */
export async function clockJumps(): Promise<string[]> {
  const folder = await makeTemporaryFolder('clock');
  const file = join(folder, 'seconds');
  process.env[CLOCK_VARIABLE] = file;
  const jump = async (ms: number) => {
    await writeFile(file, String(ms / SECOND));
    if (ms === 0) timekeeper.reset();
    else timekeeper.travel(Date.now() + ms);
    // Longer than the server takes to read the file.
    await sleep(SECOND);
  };
  try {
    await writeFile(file, '0');
    const binary = await buildClockedServer().catch((error: unknown) => {
      throw new NotMeasured(`the server with a clock that can be set: ${String(error)}`);
    });
    const server = await startDevServer({ binary, ui: false });
    try {
      const system = await openInProcessSystem(server);
      try {
        const wrong = [...(await ahead(system, () => jump(HOUR))), ...(await back(system, () => jump(0)))];
        const violations = await system.violations();
        return [...wrong, ...violations.map(({ rule, what }) => `[${rule}] ${what}`)];
      } finally {
        await system.close();
      }
    } finally {
      await server.stop();
    }
  } finally {
    timekeeper.reset();
    delete process.env[CLOCK_VARIABLE];
    await removeFolder(folder);
  }
}

interface Open {
  purchaseId: string;
  presentationId: string;
}

/** Opens an offer for so many milliseconds. */
async function offerFor(system: InProcessSystem, ms: number): Promise<Open> {
  const { customer_id, payment_id } = await system.buy('prod_starter_course');
  const { id } = await system.offer(customer_id);
  const until = new Date(Date.now() + ms).toISOString();
  await system.operator.post(`/api/presentations/${id}/extend`, { until, reason: 'the clock will be put' });
  return { purchaseId: payment_id, presentationId: id };
}

async function ahead(system: InProcessSystem, jump: () => Promise<void>): Promise<string[]> {
  const due = await offerFor(system, 30 * MINUTE);
  const open = await offerFor(system, 2 * HOUR);
  await jump();
  // A new timer makes the server check the others.
  await system.buy('prod_starter_course');
  const { outcome } = await system.settled(due.purchaseId);
  const accepted = await accept(system, open, 'open for two hours, an hour ahead');
  return outcome === 'expired'
    ? accepted
    : [`open for half an hour, an hour ahead: ${outcome ?? 'none'}`, ...accepted];
}

async function back(system: InProcessSystem, jump: () => Promise<void>): Promise<string[]> {
  const soon = await offerFor(system, 5 * SECOND);
  const later = await offerFor(system, 30 * MINUTE);
  await jump();
  await system.buy('prod_starter_course');
  await sleep(NOTICED_WITHIN);
  return [
    ...(await accept(system, soon, 'due in five seconds, an hour back')),
    ...(await accept(system, later, 'due in half an hour, an hour back')),
  ];
}

/** Accepts an offer that must still be open, and expects one charge. */
async function accept(
  system: InProcessSystem,
  { purchaseId, presentationId }: Open,
  what: string,
): Promise<string[]> {
  const { status } = await system.backend.post(`/api/presentations/${presentationId}/accept`);
  if (status !== 200) return [`${what}: accept answered ${status}`];
  const { outcome } = await system.settled(purchaseId);
  return outcome === 'converted' ? [] : [`${what}: ${outcome ?? 'none'}`];
}
