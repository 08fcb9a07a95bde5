import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startNode } from '../support/child-process.js';
import { readRepositoryFile } from './compose.js';
import {
  developerModules,
  importsOf,
  loadedModules,
  reachableModules,
  repository,
  workerModules,
} from './modules.js';

/** The packages of the API. A new one is a decision: every production process loads it. */
const PACKAGES = [
  '@opentelemetry/api',
  // Loaded only where traces are exported.
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace-node',
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/envconfig',
  '@temporalio/proto',
  '@temporalio/worker',
  '@temporalio/workflow',
  'cephes',
  'd3-scale',
  'd3-shape',
  'dodopayments',
  'drizzle-orm',
  'drizzle-orm/migrator',
  'drizzle-orm/node-postgres',
  'drizzle-orm/pg-core',
  'esbuild',
  'express',
  'express-rate-limit',
  'fastest-levenshtein',
  'helmet',
  'jose',
  'openid-client',
  'pg',
  'pino',
  'prom-client',
  'yaml',
  'zod',
  'zod-openapi',
];

describe('the sources of the API', () => {
  it("reach nothing of the developer's machine, and no activities", async () => {
    const { own, packages } = await reachableModules('src/server.ts');
    expect(own).toContain('src/http/app.ts');
    expect(developerModules([...own, ...packages])).toEqual([]);
    expect(workerModules(own)).toEqual([]);
    expect(packages).toEqual(PACKAGES);
  });
});

describe('the sources of the worker', () => {
  it("reach nothing of the developer's machine", async () => {
    const { own, packages } = await reachableModules('src/worker.ts');
    expect(own).toContain('activities/index.ts');
    expect(developerModules([...own, ...packages])).toEqual([]);
    expect(packages).toEqual(['@temporalio/activity', ...PACKAGES].sort());
  });
});

describe('the sources of `npm start`', () => {
  it('reach the embedded ledger, the downloads and the activities, so these can be seen', async () => {
    const { own, packages } = await reachableModules('sandbox/start.ts');
    expect(developerModules([...own, ...packages])).toEqual(
      expect.arrayContaining(['sandbox/local/sdk-download.ts', '@electric-sql/pglite', 'drizzle-orm/pglite']),
    );
    expect(workerModules(own)).toContain('activities/index.ts');
  });
});

describe('every package of the production processes', () => {
  it('is installed in the image, which leaves out development dependencies', () => {
    const { dependencies } = JSON.parse(readRepositoryFile('package.json')) as { dependencies: object };
    const names = PACKAGES.map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...names, '@temporalio/activity']));
  });
});

/** Starts a process with an empty environment: it has loaded its modules when it says what is missing. */
async function loadedBy(file: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-modules-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(repository, file);
  const coverage = join(folder, 'coverage');
  const child = startNode([join(repository, 'deploy/run.mjs'), path], folder, {
    NODE_V8_COVERAGE: coverage,
  });
  await child.exited;
  expect(child.output()).toContain('DATABASE_URL is missing');
  return await loadedModules(coverage, repository);
}

describe('the API, started from its sources', () => {
  it("loads nothing of the developer's machine, and no activities", async () => {
    const loaded = await loadedBy('src/server.ts');
    expect(loaded).toEqual(expect.arrayContaining(['src/http/app.ts', 'node_modules/express/index.js']));
    expect(developerModules(loaded)).toEqual([]);
    expect(workerModules(loaded)).toEqual([]);
    expect(loaded.filter((path) => path.includes('opentelemetry/sdk'))).toEqual([]);
  });
});

describe('the worker, started from its sources', () => {
  it("loads nothing of the developer's machine", async () => {
    const loaded = await loadedBy('src/worker.ts');
    expect(loaded).toContain('activities/index.ts');
    expect(developerModules(loaded)).toEqual([]);
  });
});

describe('the imports of a file', () => {
  it('are those that remain at run time, dynamic ones included', () => {
    const source = `
      import type { A } from './only-a-type.js';
      import { b } from './static.js';
      export { c } from './exported.js';
      export const late = async (): Promise<A> => b ?? (await import('./dynamic.js'));
    `;
    expect(importsOf(source, 'file.ts')).toEqual(['./static.js', './exported.js', './dynamic.js']);
  });

  it('cannot be hidden in a computed name', () => {
    const source = 'export const load = (name: string) => import(`./${name}.js`);';
    expect(() => importsOf(source, 'file.ts')).toThrow(
      'file.ts has a dynamic import whose module cannot be told',
    );
  });
});
