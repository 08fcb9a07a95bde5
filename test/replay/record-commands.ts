/**
 * `npm run commands`: records the commands of the workflow code for `guards.test.ts`, after a release whose changes are
 * guarded. With `--refactored` also where a name, a condition or a place was written differently and the commands that are
 * sent are the same: read the difference in `commands.json` before it is committed.
 */
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { PATCHES } from '../../workflows/patches.js';
import { unguardedChanges } from './commands.js';
import { COMMANDS_FILE, currentCommands, newPatches, recordedCommands } from './recorded-commands.js';

const recorded = recordedCommands();
const unguarded = unguardedChanges(recorded.commands, currentCommands(newPatches(recorded)));
if (unguarded.length > 0 && !process.argv.includes('--refactored')) {
  process.stderr.write(`These changes have no guard, and are not recorded:\n${unguarded.join('\n')}\n`);
  process.exit(1);
}
const text = JSON.stringify({ patches: Object.keys(PATCHES), commands: currentCommands() });
const config = await resolveConfig(COMMANDS_FILE);
await writeFile(COMMANDS_FILE, await format(text, { ...config, parser: 'json' }));
