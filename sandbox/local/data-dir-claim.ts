import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './folder-lock.js';
import { identify, isSameProcess, type ProcessIdentity } from './temporal-process-identity.js';

const FILE = 'temporal.claim.json';
const PATIENCE = 10_000;
const LOOK_EVERY = 100;

export interface DataDirClaim {
  /** Notes the server working on the folder: the folder stays claimed for as long as either process runs. */
  addServer: (pid: number) => Promise<void>;
  release: () => Promise<void>;
}

/**
 * Claims a data folder for one Temporal server: two on one database would spoil it. Claims of processes that are
 * gone count for nothing, so a restart after a crash goes through, once the old server has ended.
 *
 * @throws Error naming the other process when it keeps the folder for 10 seconds
 */
export async function claimDataDir(dataDir: string, patienceMs = PATIENCE): Promise<DataDirClaim> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, FILE);
  const self = await identify(process.pid);
  const holders: ProcessIdentity[] = self === undefined ? [] : [self];
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const other = await withLock(`${file}.lock`, async () => {
      const found = await livingHolder(file);
      if (found === undefined) await save(file, holders);
      return found;
    });
    if (other === undefined) break;
    if (Date.now() >= deadline) {
      throw new Error(
        `The data folder ${dataDir} is in use by process ${other.pid}, which runs a Temporal server on it. ` +
          'Stop that process, or set DATA_DIR to another folder.',
      );
    }
    await sleep(LOOK_EVERY);
  }
  return {
    addServer: async (pid) => {
      const server = await identify(pid);
      if (server !== undefined) holders.push(server);
      await save(file, holders);
    },
    release: () => rm(file, { force: true }),
  };
}

async function livingHolder(file: string): Promise<ProcessIdentity | undefined> {
  for (const holder of await load(file)) {
    if (await isSameProcess(holder)) return holder;
  }
  return undefined;
}

async function load(file: string): Promise<ProcessIdentity[]> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(parsed) ? parsed.filter(isIdentity) : [];
  } catch {
    // Absent, or cut short by a crash: nobody holds it.
    return [];
  }
}

async function save(file: string, holders: readonly ProcessIdentity[]): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(holders)}\n`);
  await rename(temporary, file);
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, started } = (value ?? {}) as Partial<ProcessIdentity>;
  return Number.isInteger(pid) && typeof started === 'string';
}
