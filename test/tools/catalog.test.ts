/** Runs the command as a process and checks its output and exit code. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseCatalog } from '../../src/catalog/file/load.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = await readFile(join(root, 'offers.yaml'), 'utf8');
const changed = example.replace('window: 2h', 'window: 3h');
const KEY = 'an-operator-key';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalog-command-'));
  await writeFile(file('offers.yaml'), example);
  await writeFile(file('changed.yaml'), changed);
  await writeFile(
    file('broken.yaml'),
    example.replace('offer: pro-plan', 'offer: pro-plna').replace('window: 2h', 'window: 2 hours'),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', join(root, 'tools/catalog/main.ts'), ...args];
    const env = { ...process.env, API_URL: undefined, OPERATOR_KEYS: undefined, CATALOG: undefined };
    execFile(process.execPath, command, { cwd: root, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** Serves the given bodies to requests with the operator key. */
async function system(routes: Record<string, unknown>): Promise<string> {
  const server = createServer((request, response) => {
    const known = request.headers.authorization === `Bearer ${KEY}`;
    const body = known ? routes[request.url ?? ''] : { detail: 'The key or token is not valid.' };
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('validate', () => {
  it('summarizes a valid file', async () => {
    const { code, out } = await run('validate', file('offers.yaml'));
    expect(out).toMatch(/offers\.yaml is valid: 7 offers, 4 funnels, sha256:[0-9a-f]{16}\.\n$/);
    expect(code).toBe(0);
  });

  it('prints every problem with its line and column, and exits with 1', async () => {
    const { code, out, err } = await run('validate', file('broken.yaml'));
    expect(out).toBe('');
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/broken\.yaml:\d+:\d+ {2}offers\.setup-session\.window: must be a duration/),
      expect.stringMatching(
        /broken\.yaml:\d+:\d+ {2}.*there is no offer "pro-plna"; did you mean "pro-plan"\?/,
      ),
    ]);
    expect(code).toBe(1);
  });

  it('exits with 2 for an unknown command or option', async () => {
    expect(await run('approve')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Unknown command "approve"') as string,
    });
    expect(await run('validate', '--fast')).toMatchObject({ code: 2 });
  });
});

describe('plan', () => {
  it('shows the changes against a file, without colours outside a terminal', async () => {
    const { code, out } = await run('plan', file('changed.yaml'), '--against', file('offers.yaml'));
    expect(out).toContain('~ offer setup-session\n    window: 2h -> 3h\n');
    expect(out).toContain('    setup-help (purchase): offer setup-session changes\n');
    expect(out).toContain('0 to add, 1 to change, 0 to remove.\n');
    expect(out).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  it('compares with the last commit by default', async () => {
    const git = (...args: string[]) =>
      promisify(execFile)('git', [
        '-C',
        folder,
        '-c',
        'user.name=A',
        '-c',
        'user.email=a@example.com',
        ...args,
      ]);
    await git('init', '--quiet');
    await git('add', 'offers.yaml');
    await git('commit', '--quiet', '--message', 'The catalog');
    await writeFile(file('offers.yaml'), changed);
    const { out } = await run('plan', file('offers.yaml'));
    await writeFile(file('offers.yaml'), example);
    expect(out).toContain('as committed');
    expect(out).toContain('window: 2h -> 3h');
    expect(await run('plan', file('changed.yaml'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no committed version to compare with') as string,
    });
  });

  it('compares with a running system and lists what keeps the old version', async () => {
    const content = parseCatalog(example, 'offers.yaml');
    const row = { funnelId: 'setup-help', step: 'session', offerId: 'setup-session' };
    const url = await system({
      '/api/catalog': {
        hash: content.hash,
        content,
        running: [
          { ...row, catalogHash: content.hash, open: 12 },
          { ...row, catalogHash: parseCatalog(changed, 'changed.yaml').hash, open: 5 },
        ],
        waiting: [{ catalogHash: content.hash, funnelId: 'basic-to-pro', runs: 1 }],
      },
    });
    const { code, out } = await run('plan', file('changed.yaml'), '--api', url, '--key', KEY);
    expect(out).toContain('window: 2h -> 3h');
    expect(out).toContain(
      [
        '13 running offers keep their version:',
        `    12  setup-help, step session, offer setup-session, ${content.hash}`,
        `    1  basic-to-pro, between two steps, ${content.hash}`,
      ].join('\n'),
    );
    expect(code).toBe(0);
    const refused = await run('plan', file('changed.yaml'), '--api', url, '--key', 'another-key');
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining('401: The key or token is not valid.') as string,
    });
  });
});

describe('what-if', () => {
  const evaluation = {
    purchaseId: 'pay_1',
    trigger: 'purchase',
    at: '2026-11-20T10:00:00.000Z',
    facts: { product_id: ['prod_starter_course'], amount: 4900, country: 'US' },
    reason: 'no_matching_funnel',
    considered: [],
  };

  it('reads recorded purchases from a file, and reports an invalid line', async () => {
    await writeFile(file('purchases.jsonl'), `${JSON.stringify(evaluation)}\n`);
    const { code, out } = await run('what-if', file('offers.yaml'), '--purchases', file('purchases.jsonl'));
    expect(out).toContain('no offer (no_matching_funnel) -> would have matched starter-to-bundle   (pay_1)');
    expect(code).toBe(0);
    await writeFile(file('purchases.jsonl'), `${JSON.stringify(evaluation)}\n{"purchaseId":"pay_2"}\n`);
    const bad = await run('what-if', file('offers.yaml'), '--purchases', file('purchases.jsonl'));
    expect(bad).toMatchObject({
      code: 2,
      err: expect.stringContaining('purchases.jsonl:2: not an evaluation') as string,
    });
  });

  it('reads recorded purchases page by page from a running system', async () => {
    const route = '/api/reports/evaluations?limit=500';
    const url = await system({
      [route]: { evaluations: [evaluation], cursor: 'next' },
      [`${route}&cursor=next`]: { evaluations: [{ ...evaluation, purchaseId: 'pay_2' }] },
    });
    const { out } = await run('what-if', file('offers.yaml'), '--api', url, '--key', KEY);
    expect(out).toContain(
      '2  no offer (no_matching_funnel) -> would have matched starter-to-bundle   (pay_1, pay_2)',
    );
  });
});

describe('simulate', () => {
  it('rejects invalid probabilities and unknown funnels', async () => {
    expect(await run('simulate', 'starter-to-bundle', '--accept', '20')).toMatchObject({
      code: 2,
      err: '--accept must be a probability from 0 to 1, not 20.\n',
    });
    expect(await run('simulate', 'nothing', file('offers.yaml'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('Available: ') as string,
    });
    expect(await run('simulate', 'nothing', 'a.yaml', 'b.yaml')).toMatchObject({
      code: 2,
      err: expect.stringContaining('at most two arguments, not 3') as string,
    });
    expect(await run('simulate', 'nothing', '--catalog', file('offers.yaml'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no funnel nothing') as string,
    });
  });
});
