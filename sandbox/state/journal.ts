import { open, readFile, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder } from '../local/private-folder.js';

const JOURNAL_FILE = 'sandbox.jsonl';
const OWNER_ONLY = 0o600;

/** An append-only file of JSON lines. */
export interface Journal {
  /** Writes one line; resolves when it is on disk. Lines that arrive during a write are written together. */
  append(entry: unknown): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the journal in a folder, which is created if absent. `replay` receives each entry in order; then the file is
 * rewritten as `snapshot()`, so that it does not grow with every start. A last line cut off by a crash was never
 * acknowledged and is dropped.
 *
 * @throws Error when any other line is damaged
 */
export async function openJournal(
  folder: string,
  replay: (entry: unknown) => void,
  snapshot: () => unknown,
): Promise<Journal> {
  await makePrivateFolder(folder);
  const file = join(folder, JOURNAL_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (line === '') return;
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch (error) {
      if (index === lines.length - 1) return;
      throw new Error(
        `${file}: line ${index + 1} is not JSON. Move the file away to start with empty books.`,
        {
          cause: error,
        },
      );
    }
    replay(entry);
  });
  if (text !== '') await rewrite(file, folder, snapshot());
  return appender(await open(file, 'a', OWNER_ONLY));
}

async function rewrite(file: string, folder: string, entry: unknown): Promise<void> {
  const next = await open(`${file}.next`, 'w', OWNER_ONLY);
  try {
    await next.writeFile(`${JSON.stringify(entry)}\n`);
    await next.sync();
  } finally {
    await next.close();
  }
  await rename(`${file}.next`, file);
  // The rename is durable only once the folder is on disk.
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function appender(handle: FileHandle): Journal {
  let waiting: string[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const lines = waiting;
    waiting = [];
    next = undefined;
    await handle.appendFile(lines.join(''));
    await handle.datasync();
  }

  return {
    append(entry) {
      waiting.push(`${JSON.stringify(entry)}\n`);
      next ??= current = current.then(write);
      return next;
    },
    async close() {
      await current.catch(() => undefined);
      await handle.close();
    },
  };
}
