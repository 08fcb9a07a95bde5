import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readOptions, UsageError } from '../../../tools/doctor/options.js';
import type { Report } from '../../../tools/doctor/report.js';
import { running } from '../../sandbox/support.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

const MAIN = fileURLToPath(new URL('../../../tools/doctor/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

async function doctor(args: string[], env: Record<string, string> = {}) {
  const cwd = await makeTemporaryFolder('doctor-command');
  const { PATH = '', HOME = cwd } = process.env;
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
    cwd,
    env: { PATH, HOME, CATALOG: fileURLToPath(new URL('../../../offers.yaml', import.meta.url)), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await removeFolder(cwd);
  return { code, stdout, stderr };
}

test('prints JSON with a documented shape, and ends with 1 when a check failed', async () => {
  const { sandbox } = await running();
  const env = {
    DODO_PAYMENTS_BASE_URL: sandbox.url,
    DODO_PAYMENTS_API_KEY: sandbox.apiKey,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    APP_URL: 'http://127.0.0.1:9',
  };
  const [json, text] = await Promise.all([doctor(['--json'], env), doctor([], env)]);
  expect(json.code).toBe(1);
  const report = JSON.parse(json.stdout) as Report;
  expect(Object.keys(report)).toEqual(['ok', 'checks']);
  expect(report.ok).toBe(false);
  for (const check of report.checks) {
    expect(check).toMatchObject({
      id: expect.stringMatching(/^[a-z_.]+$/) as string,
      title: expect.any(String) as string,
      status: expect.stringMatching(/^(?:pass|fail|unknown)$/) as string,
      detail: expect.stringMatching(/\.$/) as string,
    });
    if (check.status === 'fail') expect(check.remedy).toMatch(/\w/);
  }
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/FAIL {5}Temporal .*127\.0\.0\.1:1/);
  expect(text.stdout).toMatch(/\d+ checks: \d+ passed, \d+ failed, \d+ unknown\./);
});

test('refuses what it does not understand with 2', async () => {
  const { code, stdout, stderr } = await doctor(['--jsno']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('npm run doctor');
});

test.each([
  [['extra']],
  [['--url', 'not-an-origin']],
  [['--live-test', '--json']],
  [['--live-test', '--fix']],
  [['--live-test', '--wait', 'long']],
  [['--save', 'here']],
])('cannot be run with %j', (args) => expect(() => readOptions(args)).toThrow(UsageError));

test('the live test is refused for live keys', async () => {
  const { code, stderr } = await doctor(['--live-test'], {
    DODO_PAYMENTS_ENVIRONMENT: 'live_mode',
    DODO_PAYMENTS_API_KEY: 'dodo_live_0123456789',
    DODO_PAYMENTS_WEBHOOK_KEY: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/refused for live keys/);
});
