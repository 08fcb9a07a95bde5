import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { readRepositoryFile } from './compose.js';
import { repository } from './modules.js';

it('lets a busy program stop in order', async () => {
  const args = ['deploy/run.mjs', 'test/deploy/busy.ts', 'one', '--two'];
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'busy') child.kill('SIGTERM');
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(lines).toEqual(['started with one --two', 'busy', 'stopped in order']);
});

it.each(['start', 'demo', 'server', 'worker'])('is what `npm run %s` uses', (name) => {
  const { scripts } = JSON.parse(readRepositoryFile('package.json')) as { scripts: Record<string, string> };
  expect(scripts[name]).toMatch(/^node deploy\/run\.mjs \S+\.ts$/);
});
