/** `what-if`: what a catalog would have made of the purchases and triggers on record. */
import { readFile } from 'node:fs/promises';
import { isRecord } from '../../src/catalog/file/data.js';
import { loadCatalog } from '../../src/catalog/file/load.js';
import { seenInWords, whatIf, type Evaluated, type WhatIf } from '../../src/reports/what-if.js';
import { apiOf, recordedEvaluations } from './api.js';
import { CommandFailure } from './failure.js';
import { count } from './validate.js';

export async function whatIfCommand(
  path: string,
  options: { purchases?: string; api?: string; key?: string; since?: string },
): Promise<string[]> {
  const catalog = await loadCatalog(path);
  return showWhatIf(whatIf(catalog, await recorded(options)));
}

async function recorded(options: Parameters<typeof whatIfCommand>[1]): Promise<Evaluated[]> {
  if (options.purchases !== undefined) return fromFile(options.purchases);
  const api = apiOf(options);
  if (api) return recordedEvaluations(api, options.since);
  throw new CommandFailure(
    'Name the recorded purchases: a running system with --api and --key, or a file of JSON lines with --purchases.',
    2,
  );
}

async function fromFile(path: string): Promise<Evaluated[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandFailure(`${path} cannot be read.`, 2);
  });
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const row = parseLine(line);
    if (row) return [row];
    throw new CommandFailure(
      `${path}:${String(index + 1)}: not an evaluation; expected JSON with purchaseId, trigger, at and facts.`,
      2,
    );
  });
}

function parseLine(line: string): Evaluated | undefined {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return undefined;
  }
  const complete =
    isRecord(data) &&
    typeof data.purchaseId === 'string' &&
    typeof data.trigger === 'string' &&
    typeof data.at === 'string' &&
    isRecord(data.facts);
  return complete ? (data as Evaluated) : undefined;
}

export function showWhatIf({ total, changed, rows, unknown }: WhatIf): string[] {
  if (total === 0) return ['Nothing is on record.'];
  const width = String(rows[0]?.count ?? 0).length;
  const same = rows.filter(({ before, after }) => seenInWords(before) === seenInWords(after));
  const other = rows.filter((row) => !same.includes(row));
  return [
    `${count(total, 'recorded purchase or trigger').replace('triggers', 'trigger')}; ${String(changed)} would have gone another way.`,
    '',
    ...other.map(
      ({ before, after, count: n, examples }) =>
        `  ${String(n).padStart(width)}  ${seenInWords(before)} -> ${'funnelId' in after ? `would have matched ${after.funnelId}` : seenInWords(after)}   (${examples.join(', ')}${n > examples.length ? ', ...' : ''})`,
    ),
    ...same.map(({ after, count: n }) => `  ${String(n).padStart(width)}  ${seenInWords(after)}, as it was`),
    ...(unknown.length > 0 ? ['', 'Not known, because nobody had looked it up:'] : []),
    ...unknown.map(
      ({ funnelId, facts, count: n }) =>
        `  ${String(n).padStart(width)}  might have matched ${funnelId}, depending on ${facts.join(', ')}`,
    ),
    '',
    '"Would have matched" is about the rules. Whether the customer had a payment method, was in a holdout, over a cap',
    'or owned the product already, and what it would have cost, only a real run finds out.',
  ];
}
