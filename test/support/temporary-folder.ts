import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty folder. The caller removes it with `removeFolder`. */
export async function makeTemporaryFolder(purpose: string): Promise<string> {
  return await mkdtemp(join(tmpdir(), `durable-upsells-${purpose}-`));
}

/** Removes a folder and its contents, even if a process that just ended was still writing there. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs `work` in an empty folder, and removes the folder afterwards. */
export async function inTemporaryFolder<T>(
  purpose: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await makeTemporaryFolder(purpose);
  try {
    return await work(folder);
  } finally {
    await removeFolder(folder);
  }
}
