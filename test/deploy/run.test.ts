import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { runCommand } from '../../sandbox/local/run-command.js';
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

it.each(['deploy/run.mjs', 'src/node-version.ts'])(
  '%s says which version of Node is needed',
  async (file) => {
    const older =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })";
    const { code, output } = await runCommand(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(older)}`,
        '--import',
        'tsx',
        file,
        'src/server.ts',
      ],
      { cwd: repository, env: { PATH: process.env.PATH } },
    );
    expect(output).toBe('This program needs Node.js 20.3 or later; this is 18.20.8.\n');
    expect(code).toBe(1);
  },
);

it.each(['server', 'worker', 'migrate', 'replay-open'])(
  '%s checks the version of Node before all else',
  (name) => {
    const imports = readRepositoryFile(`src/${name}.ts`).match(/^import .*$/gm);
    expect(imports?.[0]).toBe("import './node-version.js';");
  },
);

it('ends in its time on SIGTERM when something does not stop', async () => {
  const { code, output } = await runCommand(process.execPath, ['deploy/run.mjs', 'test/deploy/stuck.ts'], {
    cwd: repository,
    env: { PATH: process.env.PATH },
  });
  expect(output).toContain('work under way did not finish in time; ending without it');
  expect(code).toBe(1);
}, 20_000);
