/** `what-if`: replays recorded purchases and triggers against a catalog. */
import { readFile } from 'node:fs/promises';
import { isRecord } from '../../src/catalog/file/data.js';
import { loadCatalog } from '../../src/catalog/file/load.js';
import { seenInWords, whatIf, type Evaluated, type WhatIf } from '../../src/reports/what-if.js';
import { apiOf, recordedEvaluations } from './api.js';
import { CommandFailure } from './failure.js';

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
    'Where are the recorded purchases? Pass a running system with --api and --key, or a file of JSON lines with --purchases.',
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

function showWhatIf({ total, changed, rows, unknown, shadows }: WhatIf): string[] {
  if (total === 0) return ['There are no recorded purchases or triggers.'];
  const width = String(rows[0]?.count ?? 0).length;
  const same = rows.filter(({ before, after }) => seenInWords(before) === seenInWords(after));
  const other = rows.filter((row) => !same.includes(row));
  return [
    `${total === 1 ? '1 recorded purchase or trigger' : `${total} recorded purchases and triggers`}; ${changed} would have had a different result.`,
    '',
    ...other.map(
      ({ before, after, count: n, examples }) =>
        `  ${String(n).padStart(width)}  ${seenInWords(before)} -> ${'funnelId' in after ? `would have matched ${after.funnelId}` : seenInWords(after)}   (${examples.join(', ')}${n > examples.length ? ', ...' : ''})`,
    ),
    ...same.map(({ after, count: n }) => `  ${String(n).padStart(width)}  ${seenInWords(after)} (unchanged)`),
    ...(unknown.length > 0 ? ['', 'Undecided, because the facts were not looked up at the time:'] : []),
    ...unknown.map(
      ({ funnelId, facts, count: n }) =>
        `  ${String(n).padStart(width)}  might have matched ${funnelId}, depending on ${facts.join(', ')}`,
    ),
    ...(shadows.length > 0 ? ['', 'In shadow, which shows nothing:'] : []),
    ...shadows.map(
      ({ funnelId, count: n }) => `  ${String(n).padStart(width)}  would have matched ${funnelId} as well`,
    ),
    '',
    '"Would have matched refers to the rules only. Whether the customer had a payment method, was in a holdout, had',
    'reached a cap or already owned the product, and what the offer would have cost, only a real run can tell.',
  ];
}
