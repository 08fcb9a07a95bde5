/** A change of what workflow code sends must be guarded with `patched`, also where no recorded history passes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { PATCHES } from '../../workflows/patches.js';
import { readCommands, unguardedChanges, type Commands } from './commands.js';
import { currentCommands, newPatches, recordedCommands } from './recorded-commands.js';

describe('the workflow code', () => {
  const recorded = recordedCommands();

  it('changes no command without a guard', () => {
    const unguarded = unguardedChanges(recorded.commands, currentCommands(newPatches(recorded)));
    const help =
      'Runs that are under way would be stuck. Add a patch to workflows/patches.ts, and keep the old way where ' +
      '`patched(PATCHES.yours)` is false (asked in the condition itself, or in a constant of the same function). ' +
      'If the same commands are sent as before, record that: npm run commands -- --refactored';
    expect(unguarded, help).toEqual([]);
  });

  it('keeps every patch under its name', () => {
    expect(Object.keys(PATCHES)).toEqual(expect.arrayContaining(recorded.patches));
    expect(new Set(Object.values(PATCHES)).size).toBe(Object.keys(PATCHES).length);
  });
});

const BEFORE = `
export async function run(input) {
  if (input.waits) await sleep('1 day');
  const first = await acts.charge(input);
  if (first.declined) return acts.settle(first);
  await acts.notify(first);
}`;

/** The function with one line replaced. */
const change = (line: string, by: string): string => {
  expect(BEFORE).toContain(line);
  return BEFORE.replace(line, by);
};

async function commandsOf(source: string, off: string[]): Promise<Commands> {
  const folder = await makeTemporaryFolder('guards');
  onTestFinished(() => removeFolder(folder));
  await writeFile(join(folder, 'run.ts'), source);
  return readCommands({ folder, activities: ['charge', 'settle', 'notify'], off: new Set(off) });
}

async function changesOf(source: string, off = ['added']): Promise<string[]> {
  return unguardedChanges(await commandsOf(BEFORE, []), await commandsOf(source, off));
}

describe('a change without a guard', () => {
  const charge = 'const first = await acts.charge(input);';
  const notify = 'await acts.notify(first);';
  it.each([
    ['one more activity', change(notify, `${notify} await acts.settle(first);`)],
    ['an activity less', change(notify, '')],
    ['another order', change(charge, '').replace(notify, `${notify} ${charge}`)],
    ['another condition', change('input.waits', 'input.waits && input.paid')],
    ['a condition that is gone', change('if (input.waits) ', '')],
    ['another way out before it', change(notify, `if (first.free) return; ${notify}`)],
    ['a wait', change(notify, `await condition(() => input.heard, 5000); ${notify}`)],
    ['an upsert', change(notify, `upsertSearchAttributes([]); ${notify}`)],
    ['a child', change(notify, `await startChild(other, {}); ${notify}`)],
    [
      'the other branch of its guard',
      change(notify, `if (!patched(PATCHES.added)) await acts.settle(first); ${notify}`),
    ],
    [
      'a helper',
      `${change(notify, `await more(first); ${notify}`)}\nasync function more(first) { await acts.settle(first); }`,
    ],
  ])('is found: %s', async (_what, source) => {
    expect(await changesOf(source)).not.toEqual([]);
  });

  it('is found where it is under a patch that runs under way have passed', async () => {
    const source = change(notify, `if (patched(PATCHES.earlier)) await acts.settle(first); ${notify}`);
    expect(await changesOf(source)).not.toEqual([]);
  });
});

describe('a change with a guard', () => {
  const notify = 'await acts.notify(first);';
  it.each([
    ['one more activity', change(notify, `if (patched(PATCHES.added)) await acts.settle(first); ${notify}`)],
    [
      'another activity',
      change(notify, `if (patched(PATCHES.added)) await acts.settle(first); else ${notify}`),
    ],
    ['another way out', change(notify, `if (patched(PATCHES.added)) return acts.settle(first); ${notify}`)],
    [
      'the old way first',
      change(notify, `if (!patched(PATCHES.added)) { ${notify} return; } await acts.settle(first);`),
    ],
    [
      'a condition beside it',
      change(notify, `if (first.free && patched(PATCHES.added)) await acts.settle(first); ${notify}`),
    ],
    [
      'a ternary',
      change(notify, `await (patched(PATCHES.added) ? acts.settle(first) : acts.notify(first));`),
    ],
    [
      'a constant',
      change(notify, `const isNew = patched(PATCHES.added); if (isNew) await acts.settle(first); ${notify}`),
    ],
    ['nothing sent', change(notify, `log.info('here'); ${notify}`)],
    [
      'a helper',
      `${change(notify, `if (patched(PATCHES.added)) await more(first); ${notify}`)}\nasync function more(first) { await acts.settle(first); }`,
    ],
  ])('is right: %s', async (_what, source) => {
    expect(await changesOf(source)).toEqual([]);
  });
});
