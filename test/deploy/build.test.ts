/** Runs the output of `npm run build` as the image does. */
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../sandbox/local/run-command.js';
import { postgresForTests } from '../support/postgres.js';
import { testTemporal, uniqueTaskQueue } from '../support/temporal.js';
import { startNode, type ChildProcess } from '../support/child-process.js';
import { readRepositoryFile } from './compose.js';
import { developerModules, loadedModules, workerModules } from './modules.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';

const BUILD_TIMEOUT = 5 * 60_000;

const repository = fileURLToPath(new URL('../../', import.meta.url));
const postgres = await postgresForTests();
if (!postgres.available) console.warn(postgres.reason);

let app: string;
beforeAll(async () => {
  app = await makeTemporaryFolder('build');
  await symlink(join(repository, 'node_modules'), join(app, 'node_modules'));
  await writeFile(join(app, 'package.json'), '{ "type": "module" }');
  const { code, output } = await runCommand(
    process.execPath,
    [join(repository, 'deploy/build.mjs'), join(app, 'dist')],
    {},
  );
  expect(code, output).toBe(0);
  await leaveOut('tsx', 'esbuild', '@esbuild', '@electric-sql', '.bin');
  await cp(join(repository, 'deploy/health'), join(app, 'deploy/health'), { recursive: true });
}, BUILD_TIMEOUT);

/** Takes away what the image does not have either. */
async function leaveOut(...names: string[]): Promise<void> {
  const modules = join(app, 'node_modules');
  await rm(modules);
  await mkdir(modules);
  for (const name of await readdir(join(repository, 'node_modules')))
    if (!names.includes(name)) await symlink(join(repository, 'node_modules', name), join(modules, name));
}

afterAll(async () => {
  await removeFolder(app);
  if (postgres.available) await postgres.stop();
});

describe('the build', () => {
  it('is what `npm run build` and the image run', () => {
    const { scripts } = JSON.parse(readRepositoryFile('package.json')) as { scripts: Record<string, string> };
    expect(scripts.build).toBe('node deploy/build.mjs');
  });

  it('includes the migrations of the ledger', async () => {
    const written = await readdir(join(repository, 'src/ledger/migrations'), { recursive: true });
    expect(await readdir(join(app, 'dist/src/ledger/migrations'), { recursive: true })).toEqual(written);
  });

  it('contains the production processes, and no tests, sandbox or benchmarks', async () => {
    expect((await readdir(join(app, 'dist'))).sort()).toEqual([
      'activities',
      'elements',
      'src',
      'workflow-bundle.js',
      'workflows',
    ]);
  });

  it.each(['server', 'worker'])('has a %s that lists what its environment lacks', async (name) => {
    const { code, output } = await runCommand(process.execPath, [join(app, 'dist/src', `${name}.js`)], {
      cwd: app,
      env: {},
    });
    expect(code).toBe(1);
    expect(output).toMatch(/^The configuration has \d+ mistakes:\n/);
    expect(output).toContain('  DATABASE_URL is missing');
  });
});

describe.skipIf(!postgres.available)('the built processes', () => {
  const running: ChildProcess[] = [];
  let env: Record<string, string>;

  beforeAll(async () => {
    if (!postgres.available) return;
    const { address, namespace } = await testTemporal();
    env = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      CATALOG: join(repository, 'offers.yaml'),
      DATABASE_URL: postgres.url,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_TASK_QUEUE: uniqueTaskQueue('build'),
      // Dodo is not called here.
      DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:9',
      DODO_PAYMENTS_API_KEY: 'dodo_test_none',
      DODO_PAYMENTS_WEBHOOK_KEY: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
      API_KEYS: 'key_backend_0123456789abcdef',
      OPERATOR_KEYS: 'key_operator_0123456789abcdef',
      TOKEN_SECRET: 'a secret of the tests, longer than 32 bytes',
    };
  });
  afterAll(async () => {
    await Promise.all(running.map((child) => child.terminate()));
  });

  const coverageOf = (name: string) => join(app, 'coverage', name);

  function start(name: string): ChildProcess {
    const variables = { ...env, NODE_V8_COVERAGE: coverageOf(name) };
    const child = startNode([join(app, 'dist/src', `${name}.js`)], app, variables);
    running.push(child);
    return child;
  }

  function check(name: string, args: string[] = [], variables = env) {
    return runCommand(process.execPath, [join(app, 'deploy/health', `${name}.mjs`), ...args], {
      cwd: app,
      env: { ...variables, HOME: app },
    });
  }

  it('serve the API, and its health check notices when it is gone', async () => {
    const api = start('server');
    const { url } = await api.logged('the API is ready');
    const here = { ...env, PORT: new URL(url as string).port };
    expect(await check('api', ['/healthz'], here)).toEqual({ code: 0, output: '' });
    expect(await check('api', ['/readyz'], here)).toEqual({ code: 0, output: '' });

    expect(await api.terminate()).toEqual({ code: 0, signal: null });
    const gone = await check('api', ['/healthz'], here);
    expect(gone.code).toBe(1);
    expect(gone.output).toMatch(/^\/healthz does not answer: /);

    const loaded = await loadedModules(coverageOf('server'), app);
    expect(loaded).toContain('dist/src/http/app.js');
    expect(developerModules(loaded)).toEqual([]);
    expect(workerModules(loaded)).toEqual([]);
  });

  it('run workflows from the bundle alone, and the health check sees the worker poll', async () => {
    const before = await check('worker');
    expect(before.code).toBe(1);
    expect(before.output).toMatch(/^No worker on \S+ polls the task queue "build-/);

    await rm(join(app, 'dist/workflows/index.js'));
    const worker = start('worker');
    await worker.logged('the worker is ready');
    await expect.poll(() => check('worker'), { timeout: 20_000 }).toEqual({ code: 0, output: '' });
    expect(await worker.terminate()).toEqual({ code: 0, signal: null });

    const loaded = await loadedModules(coverageOf('worker'), app);
    expect(loaded).toContain('dist/activities/index.js');
    expect(developerModules(loaded)).toEqual([]);
  });
});
