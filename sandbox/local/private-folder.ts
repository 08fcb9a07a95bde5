/** Folders with data of customers, which other users of the machine must not read or change. */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const OWNER_ONLY = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** Creates a folder that only its owner may enter, or makes one so that is there. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  await chmod(folder, OWNER_ONLY);
}

/** Takes everything below a folder from everybody but its owner. */
export async function makePrivate(folder: string): Promise<void> {
  await chmod(folder, OWNER_ONLY);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makePrivate(path);
    else if (entry.isFile()) await chmod(path, OWNER_ONLY_FILE);
  }
}
