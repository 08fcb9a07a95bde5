/** The commands of the workflow code as they were recorded, and as they are now. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ActivityContext } from '../../activities/context.js';
import { createActivities } from '../../activities/index.js';
import { PATCHES } from '../../workflows/patches.js';
import { readCommands, type Commands, type RecordedCommands } from './commands.js';

export const COMMANDS_FILE = fileURLToPath(new URL('commands.json', import.meta.url));
const folder = fileURLToPath(new URL('../../workflows', import.meta.url));

export function recordedCommands(): RecordedCommands {
  return JSON.parse(readFileSync(COMMANDS_FILE, 'utf8')) as RecordedCommands;
}

/** Returns the commands of the code, read as if these patches were not applied. */
export function currentCommands(off: readonly string[] = []): Commands {
  const activities = Object.keys(createActivities({} as ActivityContext));
  return readCommands({ folder, activities, off: new Set(off) });
}

/** Returns the patches that were added since. */
export function newPatches({ patches }: RecordedCommands): string[] {
  return Object.keys(PATCHES).filter((name) => !patches.includes(name));
}
