/** `plan`: compares a catalog with the running system, another file or the last commit. */
import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadCatalog, parseCatalog } from '../../src/catalog/file/load.js';
import type { Catalog } from '../../src/domain/offers.js';
import { planChanges } from '../../src/reports/catalog-plan.js';
import { apiOf, catalogInForce, type CatalogReply } from './api.js';
import { CommandFailure } from './failure.js';
import type { Paint } from './paint.js';
import { showPlan, showRunning } from './show-plan.js';

export async function plan(
  path: string,
  options: { against?: string; api?: string; key?: string },
  paint: Paint,
): Promise<string[]> {
  const after = await loadCatalog(path);
  const { catalog: before, name, reply } = await readBaseline(path, options);
  return [
    `${name} (${before.hash}) -> ${path} (${after.hash})`,
    '',
    ...showPlan(planChanges(before, after), paint),
    ...(reply ? ['', ...showRunning(reply, after.hash)] : []),
    ...(reply?.problem
      ? [
          '',
          'The running system rejected its current file:',
          ...reply.problem.lines.map((line) => `    ${line}`),
        ]
      : []),
  ];
}

async function readBaseline(
  path: string,
  options: { against?: string; api?: string; key?: string },
): Promise<{ catalog: Catalog; name: string; reply?: CatalogReply }> {
  const { against } = options;
  if (against !== undefined) return { catalog: await loadCatalog(against), name: against };
  const api = apiOf(options);
  if (!api) return { catalog: await committed(path), name: `${path} as committed` };
  const reply = await catalogInForce(api);
  return { catalog: reply.content, name: `in force at ${api.url}`, reply };
}

async function committed(path: string): Promise<Catalog> {
  const full = resolve(path);
  let text: string;
  try {
    const args = ['-C', dirname(full), 'show', `HEAD:./${basename(full)}`];
    text = (await promisify(execFile)('git', args, { maxBuffer: 2 ** 21 })).stdout;
  } catch {
    throw new CommandFailure(
      `${path} has no committed version to compare with. Pass a file with --against, or a running system with --api and --key.`,
      2,
    );
  }
  return parseCatalog(text, `HEAD:${path}`);
}
